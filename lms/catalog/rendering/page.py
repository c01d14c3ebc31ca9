"""A whole page: Markdown to safe HTML first, then our own drawings and glossary buttons in the place of their tokens.

In this order nothing of the author's reaches the page unsanitised, and nothing of ours has to survive the sanitiser.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from lms.catalog.rendering.drawing import Drawing
from lms.catalog.rendering.source import DrawingUse, Source
from lms.kit.markup import sanitise, to_html

_HEADINGS = {"h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_NO_BUTTONS_IN = {"a", "code", "pre", *_HEADINGS}
_VOID = {"br", "hr", "img", "input", "meta", "link", "source", "embed", "wbr", "col", "area", "base", "track", "param"}
_NOTE = "fn"
"""How the ids of footnotes begin (Markdown makes them: `fn:1`, `fnref:1`)."""


@dataclass(frozen=True)
class Term:
    """A term of the glossary, its definition as safe HTML."""

    id: str
    term: str
    definition_html: str


@dataclass(frozen=True)
class Link:
    """A link as written, with its line."""

    href: str
    line: int


@dataclass(frozen=True)
class Page:
    """A rendered page. `toc` holds (level, anchor, title); `links` the addresses to be checked against the course."""

    html: str
    toc: tuple[tuple[int, str, str], ...]
    anchors: tuple[str, ...]
    words: int
    terms: tuple[str, ...]
    drawings: tuple[str, ...]
    links: tuple[Link, ...]


def render_page(
    source: Source,
    glossary: Mapping[str, Term] | None,
    drawings: Mapping[str, Drawing | None],
    *,
    anchors_required: bool = True,
    module_base: str = "",
) -> Page:
    """Render one text and report its faults.

    `glossary` is None where it cannot be read (reported already): no term is unknown then.
    `drawings` holds every file of the course by its path; None where the file has faults of its own (reported already).
    `module_base` is put before links to modules (a cover lives one step above them).
    """
    raw = to_html(source.markdown)

    def relative(address: str) -> str:
        return address if address.startswith(("#", "/")) else module_base + address

    safe = sanitise(raw, ids=True, relative=relative)
    _report_removed(source, raw, safe)
    seen = _Inspector(source)
    seen.feed(safe)
    seen.close()
    _check_headings(source, seen, anchors_required=anchors_required)
    used = tuple(dict.fromkeys(source.terms[token].id for token in seen.tokens if token in source.terms))
    html = _insert(source, safe, glossary, drawings)
    cards = "".join(_card(glossary[term]) for term in used if glossary and term in glossary)
    links = tuple(_links(source, seen.links, module_base))
    anchors = tuple(anchor for anchor in seen.ids if not anchor.startswith(_NOTE))
    toc = tuple((level, anchor, title) for level, anchor, title in seen.headings if level <= 3 and anchor)
    shown = tuple(use.path for use in source.drawings.values())
    return Page(html + cards, toc, anchors, seen.words, used, shown, links)


class _Inspector(HTMLParser):
    """Reads safe HTML once: headings, ids, links, words, and tokens that ended up where they cannot be replaced."""

    def __init__(self, source: Source) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.headings: list[tuple[int, str, str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tokens: list[str] = []
        self.words = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag in _HEADINGS:
            self.headings.append((_HEADINGS[tag], values.get("id", ""), ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        for key, value in values.items():
            if key != "data-label":
                self._misplaced(value, f"dentro de «{key}»")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        tokens = [found[0] for found in self.source.token.finditer(data)]
        self.tokens += tokens
        inside = next((tag for tag in self._open if tag in _NO_BUTTONS_IN), None)
        if inside:
            self._misplaced(data, f"dentro de <{inside}>")
        text = self.source.token.sub(self._words_of, data)
        self.words += len(re.findall(r"\w+", text))
        if inside in _HEADINGS and self.headings:
            level, anchor, title = self.headings[-1]
            self.headings[-1] = (level, anchor, title + text)
        if inside not in {"code", "pre"} and ("[[" in text or "]]" in text):
            line = self.source.line_of(r"\[\[" if "[[" in text else r"\]\]")
            self.source.error(line, "término del glosario mal escrito; se escribe [[id]] o [[id|texto]]")

    def _words_of(self, found: re.Match[str]) -> str:
        use = self.source.terms.get(found[0])
        return (use.label or use.id) if use else ""

    def _misplaced(self, text: str, where: str) -> None:
        for found in self.source.token.finditer(text):
            use = self.source.terms.get(found[0]) or self.source.drawings[found[0]]
            self.source.error(use.line, f"un término o un dibujo no puede ir {where}")


class _Counted(HTMLParser):
    """Counts elements, attributes and classes, to say what sanitising took away."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.count: Counter[tuple[str, str]] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count["tag", tag] += 1
        for key, value in attrs:
            if key == "class":
                self.count.update(("class", word) for word in (value or "").split())
            elif key != "rel":
                self.count[key, tag] += 1


def _report_removed(source: Source, raw: str, safe: str) -> None:
    before, after = _Counted(), _Counted()
    for counter, html in ((before, raw), (after, safe)):
        counter.feed(html)
        counter.close()
    lost = before.count - after.count
    gone = {name for kind, name in lost if kind == "tag"}
    for kind, name in sorted(lost):
        if kind == "tag":
            pattern, what = rf"<{re.escape(name)}\b", f"el elemento <{name}>"
        elif name in gone:
            continue  # the attribute went with its element
        elif kind == "class":
            pattern, what = re.escape(name), f"la clase «{name}»"
        else:
            pattern, what = rf"\b{re.escape(kind)}\s*=", f"el atributo «{kind}» de <{name}>"
            if kind == "href":
                pattern = r"(?:javascript|data|vbscript|file|mailto|tel|ftp)\s*:"
        source.report.warning(source.name, source.line_of(pattern), f"{what} no se admite y no se publica")


def _check_headings(source: Source, seen: _Inspector, *, anchors_required: bool) -> None:
    expected = [heading for heading in source.headings if heading.level > 1]
    if anchors_required:
        for heading in expected:
            if heading.level in {2, 3} and not heading.anchor:
                source.error(heading.line, "el título no tiene ancla; agregar {#un-ancla} al final de la línea")
        # Underlined or indented headings reach the page without passing the check above.
        if len(seen.headings) > len(expected):
            known = {heading.anchor for heading in expected}
            for level, anchor, title in seen.headings:
                if level <= 3 and (not anchor or anchor not in known):
                    line = source.line_of(re.escape(title.strip())) if title.strip() else source.first_line
                    source.error(
                        line, f"el título «{title.strip()}» se escribe con ## al comienzo de la línea y su {{#ancla}}"
                    )
    for anchor, times in Counter(seen.ids).items():
        if times > 1:
            name = re.escape(anchor)
            lines = source.lines_of(rf"#{name}\s*\}}|\bid\s*=\s*[\"']?{name}\b")
            source.error(lines[-1], f"el ancla «{anchor}» está {times} veces en la página")


def _insert(
    source: Source, safe: str, glossary: Mapping[str, Term] | None, drawings: Mapping[str, Drawing | None]
) -> str:
    numbers = {token: number for number, token in enumerate(source.drawings, 1)}
    figures = {token: _figure(source, use, drawings, numbers[token]) for token, use in source.drawings.items()}
    terms = {}
    for token, use in source.terms.items():
        term = glossary.get(use.id) if glossary else None
        if term is None and glossary is not None:
            source.error(use.line, f"el término «{use.id}» no está en glossary.yaml")
        terms[token] = (use.id, escape(use.label or (term.term if term else use.id)))

    def as_label(found: re.Match[str]) -> str:
        return source.token.sub(lambda token: terms.get(token[0], ("", ""))[1], found[0])

    def as_html(found: re.Match[str]) -> str:
        if found[0] in figures:
            return figures[found[0]]
        key, label = terms[found[0]]
        return f'<button type="button" class="term" popovertarget="term-{escape(key)}">{label}</button>'

    # A drawing alone in its paragraph replaces the paragraph: a figure may not stand inside one.
    html = re.sub(r"<p>(\w+)</p>", lambda found: found[1] if found[1] in figures else found[0], safe)
    for token in figures:
        if f"<p>{token}</p>" not in safe and f"<li>{token}</li>" not in safe and f"<dd>{token}</dd>" not in safe:
            source.error(source.drawings[token].line, "falta una línea en blanco antes o después del dibujo")
    html = re.sub(r'data-label="[^"]*"', as_label, html)
    return source.token.sub(as_html, html)


def _figure(source: Source, use: DrawingUse, drawings: Mapping[str, Drawing | None], number: int) -> str:
    if use.path not in drawings:
        if use.path.startswith(("http:", "https:", "//", "data:")):
            source.error(use.line, "un dibujo no se trae de otro sitio; guardarlo en diagrams/")
        else:
            source.error(use.line, f"no existe el dibujo «{use.path}»")
    drawing = drawings.get(use.path)
    svg = drawing.svg(f"diagram-{number}-", use.alt) if drawing else ""
    caption = f"<figcaption>{escape(use.caption)}</figcaption>" if use.caption else ""
    return f'<figure class="diagram">{svg}{caption}</figure>'


def _card(term: Term) -> str:
    head = f'<p class="term-title"><dfn>{escape(term.term)}</dfn></p>'
    return f'<div popover id="term-{escape(term.id)}" class="term-card">{head}{term.definition_html}</div>'


def _links(source: Source, hrefs: list[str], module_base: str) -> list[Link]:
    """The links that only the whole course can judge; addresses of other sites are left alone."""
    found = []
    for href in dict.fromkeys(hrefs):
        if href.startswith(("http://", "https://", "#" + _NOTE)):
            continue
        written = href.removeprefix(module_base)
        found += [Link(written, line) for line in source.lines_of(rf"(?<![\w#/-]){re.escape(written)}(?![\w#/-])")]
    return found
