"""Reads the test plan of a YAML bank and reports what contradicts itself, and what the bank lacks to fill it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from lms.assessment.formats.fields import read_choice, read_id
from lms.assessment.formats.plan_words import contradictions, describe, describe_fixed, repeats
from lms.assessment.rules.filling import FixedKind, LackKind, feasibility, fixed_faults
from lms.assessment.rules.plan import (
    AFTER_FAILURE,
    ANY,
    DIFFICULTIES,
    FREE,
    NAVIGATIONS,
    ONE,
    ORDERS,
    RANDOM,
    TELL,
    Candidate,
    Section,
    TestPlan,
    parse_pass_mark,
    parse_points,
)
from lms.assessment.rules.plan_document import YEARS
from lms.assessment.rules.showing import PARTS, Phase, Review
from lms.kit.content import Reader, Report, read_yaml

MAX_COUNT = 200
MAX_DELAY_HOURS = 24 * 366


def read_plan(
    path: Path,
    name: str,
    report: Report,
    topics: Collection[str],
    candidates: Sequence[Candidate],
    *,
    unplaced: int,
) -> TestPlan | None:
    """The plan in `path`, checked against `candidates`; None where the file does not exist or cannot be read.

    `unplaced` questions have a fault in what places them, and may be what a section lacks: what is short by no more
    than that is the fault of the questions, not of the plan.
    """
    reader = read_yaml(path, name, report) if path.exists() else None
    if reader is None:
        return None
    return read_plan_document(reader, topics, candidates, unplaced=unplaced)


def read_plan_document(
    reader: Reader, topics: Collection[str], candidates: Sequence[Candidate], *, unplaced: int = 0
) -> TestPlan:
    """As `read_plan`, of a document that is read already."""
    before = len(reader.report.errors)
    sections: dict[Section, int] = {}  # and the line of each
    key, title = read_id(reader, "id"), reader.text("title", max_length=200)
    mark = read_mark(reader, "pass_mark") or Fraction(1)
    minutes = reader.integer("minutes", low=1, high=600)
    attempts = reader.integer("attempts", low=1, high=100)
    delay = reader.integer("delay_hours", low=0, high=MAX_DELAY_HOURS, default=0)
    for each in reader.maps("sections"):
        section = _section(each, topics)
        if section is not None and section in sections:
            each.error("topic", f"la misma sección está en la línea {sections[section]}")
        elif section is not None:
            sections[section] = each.first_line
    plan = TestPlan(
        key,
        title,
        mark,
        minutes,
        attempts,
        delay,
        tuple(sections),
        fixed=tuple(text for text, _ in reader.texts("fixed", required=False)),
        fixed_points=_points(reader, "fixed_points"),
        order=read_choice(reader, "order", ORDERS, default=RANDOM),
        navigation=read_choice(reader, "navigation", NAVIGATIONS, default=FREE),
        per_page=reader.integer("per_page", low=0, high=MAX_COUNT, default=0),
        opens=_moment(reader, "opens"),
        closes=_moment(reader, "closes"),
        room=reader.flag("room", default=False),
        addresses=tuple(text for text, _ in reader.texts("addresses", required=False)),
        review=_review(reader),
        after_failure=read_choice(reader, "after_failure", AFTER_FAILURE, default=TELL),
    )
    reader.finish()
    for fault in contradictions(plan):
        reader.error(fault.key, fault.message)
    if sections:
        _check(plan, reader, sections, candidates, unplaced, sound=len(reader.report.errors) == before)
    return plan


def _section(reader: Reader, topics: Collection[str]) -> Section | None:
    topic = read_choice(reader, "topic", topics)
    difficulty = read_choice(reader, "difficulty", (*DIFFICULTIES, ANY))
    count = reader.integer("count", low=1, high=MAX_COUNT)
    points = _points(reader, "points")
    mark = read_mark(reader, "pass_mark") if "pass_mark" in reader else None
    whole = reader.flag("scenarios", default=False)
    reader.finish()
    return Section(topic, difficulty, count, points, mark, whole) if topic and difficulty else None


def read_mark(reader: Reader, key: str) -> Fraction | None:
    """A pass mark; None, once reported, where it is none."""
    text = reader.text(key, max_length=20)
    try:
        return parse_pass_mark(text)
    except ValueError:
        if text:
            rule = "un porcentaje («80%») o una fracción («4/5»), por encima de 0 y hasta 1"
            reader.error(key, f"«{key}: {text}» tiene que ser {rule}")
        return None


def _points(reader: Reader, key: str) -> Fraction:
    text = reader.text(key, required=False, max_length=20)
    if key not in reader:
        return ONE
    try:
        return parse_points(text)
    except ValueError:
        reader.error(key, f"«{key}: {text}» tiene que ser un número («2») o una fracción («1/2»), de 1/100 a 100")
        return ONE


def _moment(reader: Reader, key: str) -> datetime | None:
    text = reader.text(key, required=False, max_length=40)
    if key not in reader:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        rule = "un día con su hora y su huso, como 2026-03-01T08:00-03:00"
        reader.error(key, f"«{key}: {text}» tiene que ser {rule}")
        return None
    return found


def _review(reader: Reader) -> Review | None:
    inner = reader.mapping("review", required=False)
    if inner is None:
        return None
    named: dict[str, list[str]] = {}
    for phase in Phase:
        named[phase.value] = []
        for text, line in inner.texts(phase.value, required=False):
            if text in PARTS:
                named[phase.value].append(text)
            else:
                told = f"«{phase.value}: {text}» no existe; puede ser: {', '.join(PARTS)}"
                reader.report.error(reader.file, line, told)
    inner.finish()
    return Review.from_dict(named)


def _check(
    plan: TestPlan,
    reader: Reader,
    lines: Mapping[Section, int],
    candidates: Sequence[Candidate],
    unplaced: int,
    *,
    sound: bool,
) -> None:
    fixed = [
        fault for fault in fixed_faults(plan, candidates) if fault.kind is not FixedKind.UNKNOWN or not unplaced
    ]  # a fixed question that is not there may be one of those that could not be placed
    for fault in fixed:
        reader.error("fixed", describe_fixed(fault))
    lacks = feasibility(plan, candidates)
    for lack in lacks:
        if lack.kind is LackKind.UNEVEN and unplaced:
            continue
        if lack.kind in {LackKind.OVERLAP, LackKind.SHARED} or lack.needed - lack.available > unplaced:
            reader.report.error(reader.file, max(lines[section] for section in lack.sections), describe(lack))
    if lacks or fixed or unplaced or not sound:
        return
    message = repeats(plan, candidates)
    if message:
        reader.warning("attempts", message)
