"""A scene with questions that are typed in, a scenario among them, a draft, and everything that a review may say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.formats.yaml_question import read_question, read_scenario
from lms.assessment.rules.plan import Section, TestPlan
from lms.kit.content import Report, parse_yaml
from tests.assessment.samples import SOURCES
from tests.assessment.scene import Scene, make_scene, plan
from tests.cast import Cast

HEAD = """id: {key}
type: {kind}
topic: {topic}
difficulty: easy
pool: {pool}
stem: Enunciado de {key}
explanation: Explicación de {key}
review: m1#s1
"""
REMARKS = "general: EN-GENERAL\nwhen_right: BIEN-HECHO\nwhen_partial: EN-PARTE\nwhen_wrong: MAL-HECHO\n"
TYPED = ("numeric", "short_text", "gaps")


def typed(kind: str, *, key: str = "", pool: str = "exam", topic: str = "a", extra: str = REMARKS) -> LoadedQuestion:
    """The sample of a type as a question, with its remarks."""
    key = key or kind.replace("_", "-")
    report = Report()
    text = HEAD.format(key=key, kind=kind, topic=topic, pool=pool) + SOURCES[kind] + extra
    reader = parse_yaml(text, "q.yaml", report)
    assert reader is not None
    _, question = read_question(reader, ("a", "b", "c"))
    assert question is not None, report.errors
    return question


def scenario(pool: str = "exam") -> list[LoadedQuestion]:
    """Two questions under one stem."""
    text = f"""id: caso
topic: a
difficulty: easy
pool: {pool}
title: Un caso difícil
stem: TALLO-COMÚN
questions:
  - {{id: caso-1, type: true_false, stem: Uno, answer: true, feedback: F, explanation: E, review: m1#s1}}
  - {{id: caso-2, type: true_false, stem: Dos, answer: true, feedback: F, explanation: E, review: m1#s1}}
"""
    report = Report()
    reader = parse_yaml(text, "q.yaml", report)
    assert reader is not None
    _, found = read_scenario(reader, ("a",))
    return [question for _, question in found if question is not None]


RIGHT: dict[str, list[str]] = {
    "numeric": ["1,5 min"],
    "short_text": ["nivel de servicio"],
    "open": ["Uno dos tres cuatro"],
}
WRONG: dict[str, list[str]] = {"numeric": ["noventa"], "short_text": ["otra cosa"], "open": ["Uno"]}


def raw(item: Any, *, right: bool = True) -> list[str]:
    """What a browser sends."""
    kind, body = item.question.kind, item.question.body
    if kind.name == "gaps":
        return list(kind.given(body, ["encuesta", 0, "20"] if right else ["encuesta", 1, "x"], item.order))
    return (RIGHT if right else WRONG)[kind.name]


def make_typed_scene(
    session: Session, cast: Cast, now: datetime, questions: list[LoadedQuestion], test: TestPlan | None = None
) -> Scene:
    """The scene with these questions, of which a test draws as many as it can."""
    drawn = sum(each.status == "reviewed" and not each.scenario and each.pool != "practice" for each in questions)
    return make_scene(session, cast, now, questions, test or plan(Section("a", "any", drawn), attempts=2))
