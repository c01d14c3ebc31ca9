"""Where a question belongs, as tags: programs that know no difficulty or pool keep them so, and they come back as they went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lms.assessment.formats.bank import STATUSES
from lms.assessment.formats.exchange import Document
from lms.assessment.rules.plan import DIFFICULTIES, POOLS

MAX_TAGS, MAX_TAG = 20, 60
_ALLOWED = {
    "difficulty": re.compile("|".join(DIFFICULTIES)),
    "pool": re.compile("|".join(POOLS)),
    "status": re.compile("|".join(STATUSES)),
    "exclusive": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    "review": re.compile(r"[a-z0-9-]+#[A-Za-z0-9_-]+"),
}


def tags_of(document: Mapping[str, Any]) -> list[str]:
    """The tags of a question, and after them where it belongs."""
    placed = [f"{key}:{document[key]}" for key in _ALLOWED if document.get(key)]
    return [*document.get("tags", ()), *placed]


def spread_tags(tags: Iterable[str]) -> Document:
    """The part of a document that tags make: what `tags_of` wrote is where it was, the rest are tags."""
    found: Document = {}
    rest = []
    for tag in tags:
        key, _, value = tag.partition(":")
        if key in _ALLOWED and key not in found and _ALLOWED[key].fullmatch(value):
            found[key] = value
        elif tag.strip():
            rest.append(" ".join(tag.split())[:MAX_TAG])
    rest = list(dict.fromkeys(rest))[:MAX_TAGS]
    return found | ({"tags": rest} if rest else {})
