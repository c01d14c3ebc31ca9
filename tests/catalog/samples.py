"""Courses for the tests, and people who take them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lms.catalog import commands
from lms.catalog.loader import LoadedCourse, LoadedModule, content_hash, load_course
from lms.catalog.models import CourseVersion, Enrolment
from lms.catalog.rendering import Term
from lms.catalog.rules import Mode, Retrain, TrainingType
from lms.kit.permissions import SYSTEM, Actor
from tests.cast import Cast
from tests.conftest import NOW

COURSES = Path(__file__).resolve().parents[2] / "courses"


def module(key: str, minutes: int = 25) -> LoadedModule:
    return LoadedModule(
        id=key,
        title=f"Módulo {key}",
        summary=f"De qué trata {key}.",
        minutes=minutes,
        objectives=("Explicar para qué sirve.",),
        html=f'<h2 id="{key}-uno">Primera</h2><p>Texto de {key}.</p><h2 id="{key}-dos">Segunda</h2>',
        toc=((2, f"{key}-uno", "Primera"), (2, f"{key}-dos", "Segunda")),
        anchors=(f"{key}-uno", f"{key}-dos"),
        text_words=5,
        terms=(),
    )


def course(slug: str = "curso", *, test: str = "", **changes: Any) -> LoadedCourse:
    """A course of two modules, valid for twelve months."""
    made = LoadedCourse(
        id=slug,
        title="Un curso",
        summary="Un curso de prueba.",
        audience="Todas las personas.",
        objectives=("Conocer.",),
        method=("Leer.",),
        training_types=(TrainingType.INITIAL, TrainingType.REFRESHER),
        mode=Mode.SELF_PACED,
        valid_months=12,
        test=test,
        time_credit="nominal",
        retrain=Retrain.NONE,
        cover_html=f'<p>La tapa, con <a href="{slug}/uno#uno-dos">un enlace</a>.</p>',
        modules=(module("uno"), module("dos", 35)),
        glossary=(Term("psic", "PSIC", "<p>Una definición.</p>"),),
    )
    made = replace(made, **changes)
    return replace(made, content_hash=content_hash(made))


def flagship() -> LoadedCourse:
    """The real course of the product."""
    loaded, report = load_course(COURSES / "certificacion-copc", COURSES)
    assert loaded is not None, report
    return loaded


def publish(session: Session, loaded: LoadedCourse | None = None, *, now: datetime = NOW) -> CourseVersion:
    return commands.publish_course(session, SYSTEM, loaded or course(), survey_id="", now=now)


def enrol(
    session: Session, cast: Cast, *, who: str = "agent", by: Actor = SYSTEM, due_on: date | None = None, **changes: Any
) -> Enrolment:
    facts: dict[str, Any] = {"course_slug": "curso", "training_type": "initial", "now": NOW} | changes
    return commands.enrol(session, by, person_code=getattr(cast, who).code, due_on=due_on, **facts)
