"""Where the gaps of a text are: `{{name}}` in Markdown, and in the HTML that is made of it."""

from __future__ import annotations

import re

from lms.assessment.types.base import Render

PLACE = re.compile(r"\{\{\s?([a-z0-9-]{1,40})\s?\}\}")
_OPEN, _SHUT = "\ue000", "\ue001"
"""Stand for the braces while Markdown is rendered, which has a meaning of its own for them."""
_HELD = re.compile(f"{_OPEN}([a-z0-9-]+){_SHUT}")
_TAG_OR_PLACE = re.compile(r"<(?:[^<>\"]|\"[^\"]*\")*>|\{\{([a-z0-9-]+)\}\}")


def names(text: str) -> list[str]:
    """The names of the gaps in a text, in its order."""
    return PLACE.findall(text)


def rendered(text: str, render: Render) -> str:
    """`text` rendered, its gaps still `{{name}}`."""
    html = render(PLACE.sub(rf"{_OPEN}\1{_SHUT}", text))
    return html.replace(_OPEN, "{{").replace(_SHUT, "}}")


def split(html: str) -> list[str]:
    """The pieces of a text between its gaps: one more than there are gaps.

    A place inside a tag, where nothing can be put, is left as it is: `load` refuses it.
    """
    pieces, start = [], 0
    for match in _TAG_OR_PLACE.finditer(html):
        if match[1]:
            pieces.append(html[start : match.start()])
            start = match.end()
    return [*pieces, html[start:]]
