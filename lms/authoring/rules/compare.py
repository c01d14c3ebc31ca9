"""Two documents of a question, line by line."""

from __future__ import annotations

import difflib
from typing import NamedTuple

import yaml

from lms.assessment.types.base import Document

_AROUND = 2
"""Equal lines shown before and after a difference."""


class Line(NamedTuple):
    """A line of a comparison: `sign` is "-" for what only the first has, "+" for what only the second has, " " for both, and
    "…" for equal lines that are left out."""

    sign: str
    text: str


def lines(before: Document, after: Document) -> list[Line]:
    """What differs between two documents, as lines of the file that each would be; none where they say the same."""
    left, right = _text(before), _text(after)
    found: list[Line] = []
    for group in difflib.SequenceMatcher(None, left, right, autojunk=False).get_grouped_opcodes(_AROUND):
        if found:
            found.append(Line("…", ""))
        for tag, left_from, left_to, right_from, right_to in group:
            if tag == "equal":
                found += [Line(" ", text) for text in left[left_from:left_to]]
                continue
            found += [Line("-", text) for text in left[left_from:left_to]]
            found += [Line("+", text) for text in right[right_from:right_to]]
    return found


def _text(document: Document) -> list[str]:
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False)
    return str(text).splitlines()
