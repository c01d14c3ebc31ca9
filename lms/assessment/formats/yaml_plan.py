"""Reads the test plan of a YAML bank and reports what the bank lacks to fill it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from lms.assessment.formats.fields import read_choice, read_id
from lms.assessment.rules.plan import (
    ANY,
    DIFFICULTIES,
    Candidate,
    Lack,
    LackKind,
    Section,
    TestPlan,
    feasibility,
    parse_pass_mark,
    unseen_attempts,
)
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
    sections: dict[Section, int] = {}  # and the line of each
    key, title = read_id(reader, "id"), reader.text("title", max_length=200)
    mark = _pass_mark(reader)
    minutes = reader.integer("minutes", low=1, high=600)
    attempts = reader.integer("attempts", low=1, high=100)
    delay = reader.integer("delay_hours", low=0, high=MAX_DELAY_HOURS, default=0)
    for each in reader.maps("sections"):
        section = _section(each, topics)
        if section is not None and section in sections:
            each.error("topic", f"la misma sección está en la línea {sections[section]}")
        elif section is not None:
            sections[section] = each.first_line
    reader.finish()
    plan = TestPlan(key, title, mark, minutes, attempts, delay, tuple(sections))
    if sections:
        _check(plan, reader, sections, candidates, unplaced)
    return plan


def _section(reader: Reader, topics: Collection[str]) -> Section | None:
    topic = read_choice(reader, "topic", topics)
    difficulty = read_choice(reader, "difficulty", (*DIFFICULTIES, ANY))
    count = reader.integer("count", low=1, high=MAX_COUNT)
    points = reader.integer("points", low=1, high=100, default=1)
    reader.finish()
    return Section(topic, difficulty, count, points) if topic and difficulty else None


def _pass_mark(reader: Reader) -> Fraction:
    text = reader.text("pass_mark", max_length=20)
    try:
        return parse_pass_mark(text)
    except ValueError:
        if text:
            rule = "un porcentaje («80%») o una fracción («4/5»), por encima de 0 y hasta 1"
            reader.error("pass_mark", f"«pass_mark: {text}» tiene que ser {rule}")
        return Fraction(1)


def _check(
    plan: TestPlan,
    reader: Reader,
    lines: Mapping[Section, int],
    candidates: Sequence[Candidate],
    unplaced: int,
) -> None:
    lacks = feasibility(plan, candidates)
    for lack in lacks:
        if lack.kind is LackKind.OVERLAP or lack.needed - lack.available > unplaced:
            reader.report.error(reader.file, max(lines[section] for section in lack.sections), describe(lack))
    if lacks or unplaced:
        return
    unseen = unseen_attempts(plan, candidates)
    if unseen < plan.attempts:
        message = f"hay preguntas para {unseen} intentos sin repetir ninguna y el plan da {plan.attempts}"
        reader.warning("attempts", message)


def describe(lack: Lack) -> str:
    """What an author reads about `lack`."""
    names = " y ".join(f"«{section.topic}, {section.difficulty}»" for section in lack.sections)
    if lack.kind is LackKind.OVERLAP:
        return f"las secciones {names} se superponen: una pregunta podría servir a las dos"
    figures = f"pide {lack.needed} y hay {lack.available}; faltan {lack.needed - lack.available}"
    if lack.kind is LackKind.SHORT:
        return f"el banco no alcanza para la sección {names}: {figures} (de un mismo «exclusive» cuenta una sola)"
    return f"las secciones {names} se disputan las mismas preguntas excluyentes: entre todas se {figures}"
