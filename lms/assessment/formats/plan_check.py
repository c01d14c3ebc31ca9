"""A plan while it is being written: what is wrong with each of its fields, and what its bank gives for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from lms.assessment.formats.yaml_plan import MAX_COUNT, read_plan_document
from lms.assessment.rules.filling import Supply, may_take, supplies, unseen_attempts
from lms.assessment.rules.plan import ANY, DIFFICULTIES, EXAM_POOLS, Candidate, Section, TestPlan
from lms.assessment.rules.plan_document import Document, Path, sections_of
from lms.kit.content import Fault, Reader, Report

_NEEDED = ("title", "pass_mark", "minutes", "attempts")
_NEEDED_OF_SECTION = ("topic", "difficulty", "count")
_WHOLE = frozenset({"fixed", "addresses", "review"})
"""Keys that one field of the form holds: what is wrong with a part of them stands at the whole."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a section finds in its bank: `supply` as of `filling`, and questions of it that no draw takes as they are."""

    supply: Supply
    idle: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan as far as it can be read, its faults and warnings by field, and what each of its sections finds.

    `found` goes by the sections of the document (None: it does not say of what it is); `unseen` is how many attempts have no
    question in common, None where that cannot be told yet.
    """

    plan: TestPlan
    faults: Mapping[Path, tuple[str, ...]]
    warnings: Mapping[Path, tuple[str, ...]]
    found: tuple[Found | None, ...]
    unseen: int | None

    @property
    def ok(self) -> bool:
        """Whether it can be published."""
        return not self.faults


def check_document(document: Document, topics: Collection[str], candidates: Sequence[Candidate]) -> Checked:
    """Read a document over the questions of a bank version; the same faults that `plan.yaml` would have, by field."""
    report = Report()
    reader, places = _reader(document, report)
    plan = read_plan_document(reader, topics, candidates)
    faults = _by_field(report.errors, places)
    rows = [_section_of(each, topics) for each in sections_of(document)]
    known = [each for each in rows if each is not None]
    found = iter(_found(replace(plan, sections=tuple(known)), candidates))
    told = bool(known) and len(known) == len(rows) and not any(path[0] in {"sections", "fixed"} for path in faults)
    return Checked(
        plan,
        faults,
        _by_field(report.warnings, places),
        tuple(next(found) if each is not None else None for each in rows),
        unseen_attempts(plan, candidates) if told else None,
    )


def _found(plan: TestPlan, candidates: Sequence[Candidate]) -> list[Found]:
    idle = Counter(
        (each.topic, each.difficulty, bool(each.scenario)) for each in candidates if not may_take(each, EXAM_POOLS)
    )
    return [
        Found(
            supply,
            sum(
                idle[supply.section.topic, difficulty, supply.section.scenarios]
                for difficulty in (DIFFICULTIES if supply.section.difficulty == ANY else (supply.section.difficulty,))
            ),
        )
        for supply in supplies(plan, candidates)
    ]


def _section_of(row: Mapping[str, Any], topics: Collection[str]) -> Section | None:
    """The section as far as it says of what it is; a number that is none counts as one question."""
    topic, difficulty = row.get("topic"), row.get("difficulty")
    if topic not in topics or difficulty not in (*DIFFICULTIES, ANY):
        return None
    text = str(row.get("count", ""))
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return Section(str(topic), str(difficulty), min(max(1, count), MAX_COUNT), scenarios=row.get("scenarios") is True)


def _reader(document: Document, report: Report) -> tuple[Reader, Mapping[int, Path]]:
    """A reader over the document written a key a line, and the field that stands on each line."""
    whole: Document = {key: document.get(key, "") for key in ("id", *_NEEDED)} | document
    whole["sections"] = [
        {key: row.get(key, "") for key in _NEEDED_OF_SECTION} | dict(row) for row in sections_of(document)
    ]
    text = yaml.safe_dump(whole, default_flow_style=False, allow_unicode=True, sort_keys=False)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):  # pragma: no cover - a mapping was written
        raise TypeError("a document is a mapping")
    return Reader(node, "plan.yaml", report), dict(_lines(node, ()))


def _lines(node: yaml.Node, path: Path) -> Iterable[tuple[int, Path]]:
    """(line from 1, path) of every key and element; of two on one line, the last is the inner one."""
    pairs: list[tuple[yaml.Node, str | int, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        pairs = [(key, str(key.value), value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(each, number, each) for number, each in enumerate(node.value)]
    for at, part, value in pairs:
        yield at.start_mark.line + 1, (*path, part)
        yield from _lines(value, (*path, part))


def _by_field(found: Iterable[Fault], places: Mapping[int, Path]) -> dict[Path, tuple[str, ...]]:
    fields: dict[Path, list[str]] = {}
    for fault in found:
        path = places.get(fault.line, ("title",))
        field = path[:1] if path[0] in _WHOLE else path
        if fault.message not in fields.setdefault(field, []):
            fields[field].append(fault.message)
    return {path: tuple(messages) for path, messages in fields.items()}
