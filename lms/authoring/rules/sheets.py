"""Between the form of a question and its document: what was typed becomes keys, keys become fields, row by row.

The name of a field is its path, joined by hyphens: `options-0-text`. The keys of documents have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.assessment.formats.identity import slug
from lms.assessment.types.base import Document
from lms.assessment.types.fields import CHOICE, FLAG, LINES, NAME, ROWS, TRUTH, Field

Path = tuple[str | int, ...]
Values = Mapping[str, str]
"""What a form sent: the first value of each name."""
MAX_ROWS = 60
"""Groups of one list that a form takes: more than any type allows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field as it is drawn. `value` is a text, or whether a flag is set; `groups` are the rows of a list."""

    field: Field
    name: str
    value: Any
    faults: tuple[str, ...] = ()
    groups: tuple[tuple[Entry, ...], ...] = ()


def read_form(fields: Sequence[Field], sent: Values, prefix: str = "", around: Values | None = None) -> Document:
    """The document that a form means; what is empty or as it is by default is left out, and so are empty rows."""
    scope = dict(around or {}) | _choices(fields, lambda key: sent.get(f"{prefix}{key}", "").strip())
    document: Document = {}
    for field in fields:
        if _exists(field, scope):
            value = _value(field, sent, f"{prefix}{field.key}", scope)
            if value is not None:
                document[field.key] = value
    for field in fields:
        if (
            field.kind == NAME
            and not document.get(field.key)
            and (made := slug(str(document.get(field.source, "")), 40))
        ):
            document = {field.key: made} | document
    return document


def entries(
    fields: Sequence[Field],
    document: Document,
    faults: Mapping[Path, Sequence[str]],
    path: Path = (),
    around: Values | None = None,
) -> tuple[Entry, ...]:
    """The fields of a document as they are drawn, each with its faults; `path` is where the document stands."""
    scope = dict(around or {}) | _choices(fields, lambda key: str(document.get(key, "")))
    return tuple(
        _entry(field, document, faults, (*path, field.key), scope) for field in fields if _exists(field, scope)
    )


def changed(document: Document, operation: str, fields: Sequence[Field]) -> Document:
    """`document` after `operation`: "add:options", "drop:options-2", "up:pairs-1", "down:pairs-0".

    Paths are names of fields. What names nothing changes nothing.
    """
    verb, _, name = operation.partition(":")
    parts = [int(part) if part.isdigit() else part for part in name.split("-")]
    if verb == "add":
        known, parent = _list_at(document, parts, make=True), _field_at(fields, parts)
        if known is not None and parent is not None and len(known) < MAX_ROWS:
            known += [{} for _ in range(max(1, parent.least - len(known)))]
        return document
    *list_path, at = parts
    known = _list_at(document, list_path, make=False)
    if known is None or not isinstance(at, int) or at >= len(known):
        return document
    if verb == "drop":
        del known[at]
    elif verb in {"up", "down"}:
        to = at + (1 if verb == "down" else -1)
        if 0 <= to < len(known):
            known[at], known[to] = known[to], known[at]
    return document


def keys_of(fields: Sequence[Field]) -> frozenset[str]:
    """The keys that a form of these fields may set, those of rows not included."""
    return frozenset(field.key for field in fields)


def _choices(fields: Sequence[Field], given: Callable[[str], str]) -> dict[str, str]:
    """What each choice of a group says, the first option where it says nothing."""
    return {
        field.key: given(field.key) or field.options[0] for field in fields if field.kind == CHOICE and field.options
    }


def _exists(field: Field, scope: Values) -> bool:
    return field.when is None or scope.get(field.when[0], "") in field.when[1]


def _value(field: Field, sent: Values, name: str, scope: Values) -> Any:
    """What a field says; None where it is to be left out."""
    text = sent.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if field.kind == ROWS:
        groups = [read_form(field.rows, sent, f"{name}-{at}-", scope) for at in _numbers(sent, name)]
        return [group for group in groups if group] or None
    if field.kind == FLAG:
        said = bool(text)
        return None if said is field.default else said
    if field.kind == TRUTH:
        return {"true": True, "false": False}.get(text)
    if field.kind == LINES:
        return [each.strip() for each in text.split("\n") if each.strip()] or None
    if field.kind == CHOICE:
        is_default = bool(field.options) and text == field.options[0]
        return None if not text or (is_default and not field.said) else text
    return text or None


def _numbers(sent: Collection[str], name: str) -> list[int]:
    """The numbers of the rows of a list, in the order in which they stand."""
    pattern = re.compile(rf"{re.escape(name)}-([0-9]{{1,4}})-")
    found = {int(match[1]) for each in sent if (match := pattern.match(each))}
    return sorted(found)[:MAX_ROWS]


def _entry(field: Field, document: Document, faults: Mapping[Path, Sequence[str]], path: Path, scope: Values) -> Entry:
    name, known = "-".join(map(str, path)), document.get(field.key)
    own = tuple(dict.fromkeys(faults.get(path, ())))
    if field.kind == ROWS:
        groups = [each if isinstance(each, dict) else {} for each in known] if isinstance(known, list) else []
        groups += [{} for _ in range(field.least - len(groups))] if not groups else []
        drawn = tuple(entries(field.rows, group, faults, (*path, at), scope) for at, group in enumerate(groups))
        return Entry(field, name, None, own, drawn)
    if field.kind == FLAG:
        return Entry(field, name, field.default if known is None else bool(known), own)
    if field.kind == TRUTH:
        return Entry(field, name, "" if known is None else str(bool(known)).lower(), own)
    if field.kind == LINES:
        return Entry(field, name, "\n".join(map(str, known)) if isinstance(known, list) else "", own)
    return Entry(field, name, "" if known is None else str(known), own)


def _list_at(document: Any, path: Sequence[str | int], *, make: bool) -> list[Any] | None:
    """The list at `path`; with `make`, one that is missing is put there, and groups on the way to it too."""
    here = document
    for place, part in enumerate(path):
        last = place == len(path) - 1
        if isinstance(part, int):
            if not isinstance(here, list) or part >= MAX_ROWS:
                return None
            while make and len(here) <= part:
                here.append({})
            if part >= len(here):
                return None
            here = here[part]
        else:
            if not isinstance(here, dict):
                return None
            if part not in here:
                if not make:
                    return None
                here[part] = []
            here = here[part]
        if last:
            return here if isinstance(here, list) else None
    return None


def _field_at(fields: Sequence[Field], path: Sequence[str | int]) -> Field | None:
    """The list that a path of names means; None where it means another kind of field, or none."""
    found: Field | None = None
    for part in path:
        if isinstance(part, str):
            found = next((field for field in fields if field.key == part and field.kind == ROWS), None)
            if found is None:
                return None
            fields = found.rows
    return found
