"""Markdown to safe HTML, the same for every capability: an explicit allow-list decides what reaches a page.

`render` is for short snippets (a question's stem, a survey's introduction). Course pages call `to_html` and `sanitise`
apart, because they keep the anchors of their headings and put drawings and glossary terms in afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor


def words(text: str) -> frozenset[str]:
    """The words of `text`: how long allow-lists are written in one line."""
    return frozenset(text.split())


ADMONITIONS = {"note": "Información", "example": "Ejemplo", "warning": "Atención", "key": "La idea clave"}
"""The kinds of admonition and the title each has where the author gives none."""

TAGS = words(
    "a abbr b blockquote br caption cite code dd del dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i ins kbd li "
    "mark ol p pre q s samp small span strong sub sup table tbody td tfoot th thead tr ul var"
)
_DROPPED_WITH_CONTENT = words("script style iframe object embed noscript template svg math title textarea")
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan", "data-label"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_CLASSES: dict[str, set[str]] = {
    "div": {"admonition", "footnote", *ADMONITIONS},
    "p": {"admonition-title"},
    "a": {"footnote-ref", "footnote-backref"},
    "table": {"table-plain", "table-cards"},
    "th": {"num"},
    "td": {"num"},
}
_SCHEMES = {"http", "https"}

_STASHED = re.compile("\x02[^\x03]*\x03")


class _TableCards(Treeprocessor):
    """Makes Markdown tables read as cards on a phone: each cell carries the heading of its column."""

    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            table.set("class", "table-plain table-cards")
            # What Markdown still holds back at this moment (raw HTML, escapes) must not end up inside an attribute.
            labels = [_STASHED.sub("", "".join(cell.itertext())).strip() for cell in table.iter("th")]
            for cell in table.iter("th"):
                cell.set("scope", "col")
            for row in table.iter("tr"):
                for label, cell in zip(labels, row.findall("td"), strict=False):
                    cell.set("data-label", label)


class _HouseStyle(Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  (the name is Markdown's)
        md.treeprocessors.register(_TableCards(md), "table-cards", 5)


def to_html(text: str) -> str:
    """The HTML of Markdown `text`, NOT yet safe: pass it through `sanitise` before anybody sees it."""
    configs: dict[str, dict[str, Any]] = {
        "tables": {"use_align_attribute": True},  # the Content-Security-Policy refuses style=
        "footnotes": {"BACKLINK_TITLE": "Volver a la llamada de la nota {}"},
    }
    names = ["tables", "def_list", "footnotes", "admonition", "attr_list", "sane_lists", "fenced_code"]
    return markdown.markdown(text, extensions=[*names, _HouseStyle()], extension_configs=configs)


def sanitise(
    html: str, *, ids: bool = False, relative: Callable[[str], str | None] | None = None, pictures: bool = False
) -> str:
    """`html` with only what the allow-list names; what was not allowed is gone, its text stays.

    `ids` keeps id attributes (a page of its own may have anchors, a snippet repeated on a page may not). `relative`
    rewrites relative addresses. Links get `rel="noopener noreferrer"`; addresses may be http, https or relative.
    `pictures` lets `img` through with its address and its text alternative, for `render` to decide on.
    """
    attributes = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    if ids:
        attributes["*"].add("id")
    if pictures:
        attributes["img"] = {"src", "alt"}
    return nh3.clean(
        html,
        tags=set(TAGS) | ({"img"} if pictures else set()),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes=attributes,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        url_relative=relative or "pass_through",
        link_rel="noopener noreferrer",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a picture or a sound of ours is."""

    url: str
    sound: bool = False


Media = Callable[[str], Shown | None]
"""Tells where what a text names is; None for what is not ours, which is not shown."""


def render(text: str, media: Media | None = None) -> str:
    """Safe HTML of a Markdown snippet: no ids, no forms, nothing that runs; pictures and sound only where `media` knows them.

    What it does not know leaves its text alternative behind.
    """
    if media is None:
        return sanitise(to_html(text))
    found = media
    return _IMAGE.sub(lambda match: _shown(match[0], found), sanitise(to_html(text), pictures=True))


# As the sanitiser writes it: every value in double quotes, and no such quote inside.
_IMAGE = re.compile(r"<img(?:\s+[a-z-]+=\"[^\"]*\")*\s*/?>")
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"")


def _shown(tag: str, media: Media) -> str:
    attributes = dict(_ATTRIBUTE.findall(tag))
    alt, target = escape(unescape(attributes.get("alt", ""))), media(unescape(attributes.get("src", "")))
    if target is None:
        return alt
    url = escape(target.url)
    if target.sound:
        return f'<audio src="{url}" controls preload="none" aria-label="{alt}"></audio>'
    return f'<img src="{url}" alt="{alt}" loading="lazy">'
