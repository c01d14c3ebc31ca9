"""HTML of other programs as our Markdown.

A small reader of its own: it goes through the text once, whatever it holds (the standard parser can be made to take time in
the square of it), knows no nesting deeper than `MAX_NESTING`, and drops what is no text: scripts, styles, frames. What comes
out is Markdown like any other, and is sanitised where it is shown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lms.assessment.formats.exchange import MAX_NESTING
from lms.assessment.formats.file_media import Shown
from lms.assessment.formats.markdown_text import inline, start
from lms.kit.markup import words

_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9:]{0,30})((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>"
    r"|<(/?)([A-Za-z][A-Za-z0-9:]{0,30})([^<>]*)>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][A-Za-z0-9_:.-]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_SPACES = re.compile(r"[ \t\n\r\f]+")
LIKE_HTML = re.compile(
    r"</?(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|img|a|table|tr|td|th|tbody|h[1-6]|sub|sup|pre|code|font|blockquote|hr)\b[^<>]*>",
    re.IGNORECASE,
)
"""A tag by which a text that does not say its format is taken for HTML."""

_VOID = words("area base br col embed hr img input link meta param source track wbr")
_DROPPED = words("script style iframe object embed noscript template svg math title textarea head applet select")
_BLOCKS = words(
    "p div section article header footer main aside figure figcaption center address form fieldset dl dt dd ul ol li "
    "blockquote pre table h1 h2 h3 h4 h5 h6 hr"
)
_KEPT = words("sub sup u ins del s mark small kbd q abbr var samp dfn")
_AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*"}
_HEADINGS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


@dataclass
class _Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Node | str] = field(default_factory=list)


@dataclass
class Converted:
    """The Markdown, and in words for a person what of the HTML could not be taken."""

    text: str
    faults: list[str]


def to_markdown(source: str, shown: Shown | None = None, *, breaks: bool = False) -> Converted:
    """The Markdown of HTML `source`; with `breaks`, its line ends are line breaks, as where HTML is mixed with text."""
    writer = _Writer(shown or Shown())
    if breaks:
        source = source.strip().replace("\n", "<br>\n")
    text = writer.blocks(_tree(source))
    return Converted(text, writer.faults + writer.shown.faults)


def plain_text(source: str) -> str:
    """What HTML `source` says, without its markup, on one line."""
    said: list[str] = []
    waiting: list[_Node | str] = [_tree(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            said.append(node)
            continue
        if node.tag in _BLOCKS or node.tag in {"br", "td", "th"}:
            said.append(" ")
        waiting.extend(reversed(node.children))
    return " ".join("".join(said).replace("\N{SOFT HYPHEN}", "").split())


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    """What stands in `source`, in order: ("text", said, ""), ("open", tag, attributes) and ("close", tag, "")."""
    at = 0
    while at < len(source):
        opening = source.find("<", at)
        if opening < 0:
            yield "text", source[at:], ""
            return
        if opening > at:
            yield "text", source[at:opening], ""
        if source.startswith("<!--", opening):
            end = source.find("-->", opening + 4)
            at = end + 3 if end >= 0 else len(source)
            continue
        match = _TAG.match(source, opening)
        if match is not None:
            slash, tag, rest = (match[1], match[2], match[3]) if match[2] else (match[4], match[5], match[6])
            yield ("close" if slash else "open"), tag.lower(), rest
            at = match.end()
        elif source[opening + 1 : opening + 2] in {"!", "?"}:
            end = source.find(">", opening)
            at = end + 1 if end >= 0 else len(source)
        else:
            yield "text", "<", ""
            at = opening + 1


def _tree(source: str) -> _Node:
    root = _Node("")
    stack = [root]
    dropping, depth = "", 0
    for kind, what, rest in _tokens(source):
        if dropping:
            depth += (kind == "open" and what == dropping) - (kind == "close" and what == dropping)
            dropping = dropping if depth else ""
        elif kind == "text":
            stack[-1].children.append(html.unescape(what))
        elif kind == "open":
            if what in _DROPPED and what not in _VOID:
                if not rest.rstrip().endswith("/"):
                    dropping, depth = what, 1
                stack[-1].children.append(_Node("dropped", {"tag": what}))
                continue
            _close_implied(stack, what)
            node = _Node(what, _attributes(rest))
            stack[-1].children.append(node)
            if what not in _VOID and not rest.rstrip().endswith("/") and len(stack) < MAX_NESTING:
                stack.append(node)
        else:
            _close(stack, what)
    return root


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(text[:2_000_000])}


def _close_implied(stack: list[_Node], tag: str) -> None:
    """What the beginning of `tag` ends without saying so: a paragraph, an item, a cell."""
    ends = {
        "li": {"li", "p"},
        "p": {"p"},
        "tr": {"tr", "td", "th"},
        "td": {"td", "th"},
        "th": {"td", "th"},
        "option": {"option"},
        "dt": {"dt", "dd"},
        "dd": {"dt", "dd"},
    }.get(tag, {"p"} if tag in _BLOCKS else set())
    while len(stack) > 1 and stack[-1].tag in ends:
        stack.pop()


def _close(stack: list[_Node], tag: str) -> None:
    for at in range(len(stack) - 1, 0, -1):
        if stack[at].tag == tag:
            del stack[at:]
            return


class _Writer:
    """Writes a tree as Markdown."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.faults: list[str] = []

    def blocks(self, node: _Node) -> str:
        """The blocks in `node`, an empty line between them."""
        found: list[str] = []
        run: list[_Node | str] = []
        for child in node.children:
            if isinstance(child, _Node) and _is_block(child):
                self._paragraph(run, found)
                run = []
                found.append(self._block(child))
            else:
                run.append(child)
        self._paragraph(run, found)
        return "\n\n".join(block for block in found if block.strip())

    def _paragraph(self, run: list[_Node | str], found: list[str]) -> None:
        text = self._inlines(run)
        lines = [line.strip() for line in text.split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        while lines and not lines[0]:
            lines.pop(0)
        if lines:
            found.append("  \n".join(start(line) if line else "&nbsp;" for line in lines))

    def _block(self, node: _Node) -> str:
        tag = node.tag
        if tag in _HEADINGS:
            text = " ".join(self._inlines(node.children).split())
            return f"{'#' * _HEADINGS[tag]} {text}" if text else ""
        if tag in {"ul", "ol"}:
            return self._list(node)
        if tag == "table":
            return self._table(node)
        if tag == "pre":
            return _code_block(_said(node))
        text = "---" if tag == "hr" else self.blocks(node)
        return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if tag == "blockquote" else text

    def _list(self, node: _Node) -> str:
        items = [child for child in node.children if isinstance(child, _Node) and child.tag == "li"]
        lines: list[str] = []
        for number, item in enumerate(items, 1):
            mark = f"{number}. " if node.tag == "ol" else "- "
            inner = self.blocks(item).split("\n")
            lines.append(f"{mark}{inner[0]}")
            lines += [f"    {line}" if line else "" for line in inner[1:]]
        return "\n".join(lines)

    def _table(self, node: _Node) -> str:
        rows = [
            [" ".join(self._inlines([cell]).split()).replace("|", "&#124;") for cell in _cells(row)]
            for row in _rows(node)
        ]
        rows = [row for row in rows if row]
        if not rows:
            return ""
        width = max(len(row) for row in rows)
        if width == 1:
            return "\n\n".join(start(row[0]) for row in rows if row[0])
        filled = [row + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in filled]
        return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])

    def _inlines(self, children: list[_Node | str]) -> str:
        return "".join(
            inline(_SPACES.sub(" ", child.replace("\N{SOFT HYPHEN}", "")))
            if isinstance(child, str)
            else self._inline(child)
            for child in children
        )

    def _inline(self, node: _Node) -> str:
        tag = node.tag
        own = {"img": self._picture, "audio": self._sound, "video": self._sound, "source": self._sound}
        own |= {"a": self._link, "dropped": self._dropped}
        if tag in own:
            return own[tag](node)
        if tag in {"code", "tt"}:
            return _code(_said(node))
        text = "\n" if tag == "br" else self._inlines(node.children)
        if tag in _AROUND:
            return _around(text, _AROUND[tag], _AROUND[tag])
        if tag in _KEPT:
            return _around(text, f"<{tag}>", f"</{tag}>")
        return f" {text} " if tag in _BLOCKS else text

    def _dropped(self, node: _Node) -> str:
        if node.attributes["tag"] in {"iframe", "object", "embed", "applet"}:
            self.faults.append("un contenido incrustado de otro sitio no se toma")
        return ""

    def _picture(self, node: _Node) -> str:
        source, alt = node.attributes.get("src", ""), " ".join(node.attributes.get("alt", "").split())
        path = self.shown.path(source)
        if not path:
            return self._absent(source, alt, "la imagen")
        if not alt:
            self.faults.append(
                f"la imagen «{path.removeprefix('media/')}» no tiene texto alternativo: escribir qué muestra"
            )
            alt = path.removeprefix("media/").rpartition(".")[0].replace("-", " ")
        return f"![{inline(alt)}]({path})"

    def _sound(self, node: _Node) -> str:
        source = node.attributes.get("src", "")
        inner = self._inlines(node.children).strip()
        path = self.shown.path(source) if source else ""
        if not path:
            return inner or (self._absent(source, "", "el sonido") if source else "")
        return f"![{inner or path.removeprefix('media/')}]({path})"

    def _link(self, node: _Node) -> str:
        target = node.attributes.get("href", "").strip()
        text = " ".join(self._inlines(node.children).split())
        path = self.shown.path(target)
        if path:
            return f"![{text or path.removeprefix('media/')}]({path})"
        if re.match(r"https?://[^\s<>()\"]+\Z", target):
            return f"[{text}]({target})" if text else target
        if target.startswith("@@PLUGINFILE@@"):
            return self._absent(target, text, "el archivo")
        return text

    def _absent(self, source: str, alt: str, what: str) -> str:
        name = source.removeprefix("@@PLUGINFILE@@/")[:80]
        if re.match(r"https?://[^\s<>()\"]+\Z", source):
            self.faults.append(f"{what} «{name}» está en otro sitio: queda como enlace")
            return f"[{inline(alt) or 'imagen'}]({source})"
        self.faults.append(f"{what} «{name}» no se toma: no está en el archivo o no es de un tipo que se muestre")
        return inline(alt)


def _is_block(node: _Node) -> bool:
    if node.tag in _BLOCKS:
        return True
    return any(isinstance(child, _Node) and _is_block(child) for child in node.children)


def _around(text: str, before: str, after: str) -> str:
    """`text` between the signs, which must touch it: spaces go outside; a line break parts it."""
    parts = []
    for line in text.split("\n"):
        inner = line.strip()
        if not inner:
            parts.append(line)
            continue
        lead, tail = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
        parts.append(f"{lead}{before}{inner}{after}{tail}")
    return "\n".join(parts)


def _said(node: _Node) -> str:
    found: list[str] = []
    waiting: list[_Node | str] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            found.append(each)
        elif each.tag == "br":
            found.append("\n")
        else:
            waiting.extend(reversed(each.children))
    return "".join(found)


def _code(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _code_block(text: str) -> str:
    text = text.strip("\n").rstrip()
    fence = "~" * max(3, max((len(run) for run in re.findall("~+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}" if text.strip() else ""


def _rows(node: _Node) -> Iterator[_Node]:
    for child in node.children:
        if isinstance(child, _Node):
            if child.tag == "tr":
                yield child
            elif child.tag in {"tbody", "thead", "tfoot", "caption"}:
                yield from _rows(child)


def _cells(row: _Node) -> list[_Node]:
    return [child for child in row.children if isinstance(child, _Node) and child.tag in {"td", "th"}]
