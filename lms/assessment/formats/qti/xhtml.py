"""Our Markdown as the XHTML that QTI knows: what it has no element for keeps its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from lms.assessment.formats.decoding import cleaned
from lms.kit.filetypes import KINDS, SOUNDS, claimed
from lms.kit.markup import sanitise, to_html, words

_KEPT = words(
    "a abbr b blockquote br caption cite code dd dfn div dl dt em h2 h3 h4 h5 h6 hr i kbd li ol p pre q samp small span "
    "strong sub sup table tbody td tfoot th thead tr ul var figure figcaption"
)
_BLOCKS = words("blockquote div dl h2 h3 h4 h5 h6 hr ol p pre table ul figure")
_WITHOUT = words("del ins s u mark")
_ATTRIBUTES = {"td": ("colspan", "rowspan"), "th": ("colspan", "rowspan", "scope")}
_VOID = words("br hr img")


class _Tree(HTMLParser):
    """What our sanitiser wrote as a tree: all its elements are closed, all its values in quotes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._builder = ElementTree.TreeBuilder()
        self._builder.start("div", {})
        self._open = ["div"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self._builder.end(tag)
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1] == tag and len(self._open) > 1:
            self._builder.end(self._open.pop())

    def handle_data(self, data: str) -> None:
        self._builder.data(data)

    def root(self, html: str) -> ElementTree.Element:
        self.feed(html)
        self.close()
        while self._open:
            self._builder.end(self._open.pop())
        return self._builder.close()


class Page:
    """Texts of one file as XHTML; `shown` gathers the files of media/ that they show, `lost` what has no element."""

    def __init__(self, up: str = "") -> None:
        self._up = up
        self.shown: dict[str, None] = {}
        self.lost: set[str] = set()

    def blocks(self, text: str) -> str:
        """The blocks of Markdown `text`."""
        return "".join(self._pieces(self._root(text), blocks_only=True))

    def _root(self, text: str) -> ElementTree.Element:
        return _Tree().root(sanitise(to_html(cleaned(text)), pictures=True))

    def _pieces(self, element: ElementTree.Element, *, blocks_only: bool) -> Iterator[str]:
        """What stands in `element`; where only blocks may stand, loose text becomes a paragraph."""
        loose: list[str] = [escape(element.text or "")]
        for child in element:
            said = self._one(child)
            if blocks_only and child.tag in _BLOCKS:
                yield from _paragraph(loose)
                loose = []
                yield said
            else:
                loose.append(said)
            loose.append(escape(child.tail or ""))
        if blocks_only:
            yield from _paragraph(loose)
        else:
            yield "".join(loose)

    def _one(self, element: ElementTree.Element) -> str:
        tag = str(element.tag)
        if tag == "img":
            return self._media(element)
        inner = "".join(self._pieces(element, blocks_only=tag == "blockquote"))
        if tag not in _KEPT:
            self.lost.update({tag} & _WITHOUT)
            return inner
        if tag == "a":
            href = element.get("href", "")
            return f"<a href={quoteattr(href)}>{inner}</a>" if re.match("https?://", href) and inner else inner
        said = "".join(
            f" {name}={quoteattr(value)}" for name in _ATTRIBUTES.get(tag, ()) if (value := element.get(name))
        )
        return f"<{tag}{said}>{inner}</{tag}>" if inner or tag not in {"br", "hr"} else f"<{tag}/>"

    def _media(self, element: ElementTree.Element) -> str:
        source, alt = element.get("src", ""), element.get("alt", "")
        if not source.startswith("media/"):
            return escape(alt)
        self.shown[source] = None
        kind = claimed(source)
        where = quoteattr(f"{self._up}{source}")
        if kind in SOUNDS:
            return f'<object data={where} type="{KINDS[kind].media_type}">{escape(alt)}</object>'
        return f"<img src={where} alt={quoteattr(alt)}/>"


def _paragraph(loose: list[str]) -> Iterator[str]:
    said = "".join(loose)
    if said.strip():
        yield f"<p>{said.strip()}</p>"
