"""A plan while it is being written: the document of `plan.yaml`, from a form and back, row by row.

A document holds what its author typed, faults and all. Texts stand for numbers until it is read (`formats/yaml_plan`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from lms.assessment.rules.plan import AFTER_FAILURE, ANY, NAVIGATIONS, ORDERS
from lms.assessment.rules.showing import PARTS, Phase

Document = dict[str, Any]
Path = tuple[str | int, ...]
KEYS = (
    "id",
    "title",
    "pass_mark",
    "minutes",
    "attempts",
    "delay_hours",
    "sections",
    "fixed",
    "fixed_points",
    "order",
    "navigation",
    "per_page",
    "opens",
    "closes",
    "room",
    "addresses",
    "review",
    "after_failure",
)
SECTION_KEYS = ("topic", "difficulty", "count", "points", "pass_mark", "scenarios")
NUMBERS = frozenset({"minutes", "attempts", "delay_hours", "per_page", "count", "points", "fixed_points"})
"""Keys whose value is a number, or may be one."""
MAX_SECTIONS = 200
MAX_TEXT = 20_000
"""Characters that a field of the form keeps."""

YEARS = range(1900, 2200)
"""What a moment may be: beside the ends of the calendar it would have no hour in another zone."""
_TEXTS = ("title", "pass_mark", "minutes", "attempts", "delay_hours", "per_page", "fixed_points")
_CHOICES = {"order": ORDERS, "navigation": NAVIGATIONS, "after_failure": AFTER_FAILURE}
_MOMENTS = ("opens", "closes")
_LISTS = ("fixed", "addresses")
_ROW = re.compile(r"sections-([0-9]{1,4})-[a-z_]+")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def new_document(slug: str, title: str, first_topic: str = "") -> Document:
    """A plan to begin from: a section of ten questions, and the usual mark, time and attempts."""
    return {
        "id": slug,
        "title": title,
        "pass_mark": "80%",
        "minutes": 30,
        "attempts": 3,
        "delay_hours": 24,
        "sections": [{"topic": first_topic, "difficulty": ANY, "count": 10}],
    }


def from_form(sent: Mapping[str, str], slug: str, zone: tzinfo) -> Document:
    """The document that a form means (the first value of each name); what is empty or as by default is left out.

    Moments come without a zone, as their control sends them, and are those of `zone`.
    """
    document: Document = {"id": slug}
    for key in _TEXTS:
        if text := _text(sent, key):
            document[key] = text
    document["sections"] = [_row(sent, number) for number in _rows(sent)]
    for key in _LISTS:
        if listed := re.split(r"[\s,]+", _text(sent, key)):
            document[key] = [each for each in listed if each]
    for key, known in _CHOICES.items():
        if (text := _text(sent, key)) and text != known[0]:
            document[key] = text
    for key in _MOMENTS:
        if text := _text(sent, key):
            document[key] = moment_text(text, zone)
    if _text(sent, "room"):
        document["room"] = True
    if _text(sent, "own_review"):
        document["review"] = {
            phase.value: [part for part in PARTS if _text(sent, f"review-{phase.value}-{part}")] for phase in Phase
        }
    return tidy(document)


def tidy(document: Mapping[str, Any]) -> Document:
    """The document in the order of its keys, numbers as numbers, without what only repeats a default: one plan, one
    document.
    """
    usual: Document = {"per_page": 0, "fixed_points": 1, "fixed": [], "addresses": [], "room": False}
    found = {key: plain_value(key, document[key]) for key in KEYS if key in document}
    if "sections" in found:
        found["sections"] = [
            {key: plain_value(key, each[key]) for key in SECTION_KEYS if key in each} for each in sections_of(document)
        ]
    return {key: value for key, value in found.items() if key not in usual or value != usual[key]}


def plain_value(key: str, value: Any) -> Any:
    """A number that a form sent as its text, as a number; anything else as it is."""
    plain = isinstance(value, str) and key in NUMBERS and value.isascii() and value.isdigit() and len(value) < 10
    return int(value) if plain else value


def _text(sent: Mapping[str, str], name: str) -> str:
    return sent.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()[:MAX_TEXT]


def _rows(sent: Mapping[str, str]) -> list[int]:
    found = {int(match[1]) for name in sent if (match := _ROW.fullmatch(name))}
    return sorted(found)[:MAX_SECTIONS]


def _row(sent: Mapping[str, str], number: int) -> Document:
    row: Document = {}
    for key in SECTION_KEYS:
        text = _text(sent, f"sections-{number}-{key}")
        if key == "scenarios":
            row |= {key: True} if text else {}
        elif text and (key, text) != ("points", "1"):
            row[key] = text
    return row


def moment_text(typed: str, zone: tzinfo) -> str:
    """A moment as the file has it; what is no moment stays as it was typed, to be told so."""
    if not _LOCAL.fullmatch(typed) or int(typed[:4]) not in YEARS:
        return typed
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone).isoformat(timespec="minutes")
    except (ValueError, OverflowError):
        return typed


def local_moment(text: str, zone: tzinfo) -> str:
    """What the control of a moment shows of what the file has; what is no moment, as it stands."""
    try:
        at = datetime.fromisoformat(text)
        return text if at.tzinfo is None else at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")
    except (ValueError, OverflowError):
        return text


def changed(document: Document, operation: str) -> Document:
    """`document` with another section ("add"), without one ("drop-2"), or with one moved ("up-1", "down-0").

    What names no section changes nothing.
    """
    rows: list[Any] = list(document.get("sections") or [])
    verb, _, number = operation.partition("-")
    if verb == "add":
        if len(rows) < MAX_SECTIONS:
            rows.append({"difficulty": ANY, "count": 1})
        return document | {"sections": rows}
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else len(rows)
    if at >= len(rows):
        return document
    if verb == "drop":
        del rows[at]
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if verb in {"up", "down"} and 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return document | {"sections": rows}


def sections_of(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The sections of a document, whatever stands in it."""
    rows = document.get("sections")
    return [each if isinstance(each, Mapping) else {} for each in rows] if isinstance(rows, list) else []
