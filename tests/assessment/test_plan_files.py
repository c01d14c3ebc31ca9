"""Plans as files: everything that `plan.yaml` can say is read and stored, and what contradicts itself is told by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from lms.assessment.formats.yaml_plan import read_plan_document
from lms.assessment.rules.plan import FORWARD, PLAN_ORDER, REFRESHER, Section, TestPlan
from lms.assessment.rules.showing import Review, Shown
from lms.kit.content import Report, parse_yaml
from tests.assessment.test_draw_whole import scenario
from tests.assessment.worlds import candidate

WHOLE = """id: demo
title: Prueba
pass_mark: 80%
minutes: 30
attempts: 2
delay_hours: 24
sections:
  - {topic: a, difficulty: easy, count: 2, points: 1/2}
  - {topic: b, difficulty: any, count: 1, pass_mark: 100%}
  - {topic: s, difficulty: hard, count: 4, scenarios: true}
fixed: [aud-1]
fixed_points: 3/2
order: plan
navigation: forward
per_page: 2
opens: 2026-03-01T08:00-03:00
closes: 2026-03-31T20:00-03:00
room: true
addresses: [10.20.0.0/16, "2001:db8::/32"]
review:
  during: [feedback]
  after: [marks]
  later: [marks, feedback]
  closed: [marks, right, feedback]
after_failure: refresher
"""
BANK = [
    *(replace(candidate(number), key=f"aud-{number}") for number in range(1, 7)),
    *(candidate(number, "b") for number in (11, 12)),
    *(each for number in range(20, 70, 10) for each in scenario(number, 2)),
]


def read(text: str) -> tuple[TestPlan, list[tuple[int, str]], list[str]]:
    """The plan, its faults as (line, message), and its warnings."""
    report = Report()
    reader = parse_yaml(text, "plan.yaml", report)
    assert reader is not None
    plan = read_plan_document(reader, ["a", "b", "s"], BANK)
    return plan, [(fault.line, fault.message) for fault in sorted(report.errors)], [w.message for w in report.warnings]


def test_everything_that_a_plan_can_say_is_read() -> None:
    plan, faults, warnings = read(WHOLE)
    assert (faults, warnings) == ([], [])
    assert plan == TestPlan(
        "demo",
        "Prueba",
        Fraction(4, 5),
        30,
        2,
        24,
        (
            Section("a", "easy", 2, Fraction(1, 2)),
            Section("b", "any", 1, Fraction(1), Fraction(1)),
            Section("s", "hard", 4, scenarios=True),
        ),
        fixed=("aud-1",),
        fixed_points=Fraction(3, 2),
        order=PLAN_ORDER,
        navigation=FORWARD,
        per_page=2,
        opens=datetime(2026, 3, 1, 11, tzinfo=UTC),
        closes=datetime(2026, 3, 31, 23, tzinfo=UTC),
        room=True,
        addresses=("10.20.0.0/16", "2001:db8::/32"),
        review=Review(
            Shown(feedback=True), Shown(marks=True), Shown(marks=True, feedback=True), Shown(True, True, True)
        ),
        after_failure=REFRESHER,
    )
    assert plan.size == 8
    stored = TestPlan.from_dict(plan.as_dict())
    assert stored == plan
    assert stored.content_hash() == plan.content_hash()


def test_each_thing_that_a_plan_says_changes_its_hash() -> None:
    plan, _, _ = read(WHOLE)
    changes = {
        "fixed": (), "fixed_points": Fraction(1), "order": "random", "navigation": "free", "per_page": 3, "opens": None,
        "closes": None, "room": False, "addresses": (), "review": None, "after_failure": "tell",
    }  # fmt: skip
    hashes = {replace(plan, **{key: value}).content_hash() for key, value in changes.items()}
    turned = replace(plan, sections=plan.sections[::-1])  # their order counts where the form follows it
    marked = replace(plan, sections=(replace(plan.sections[0], pass_mark=Fraction(1, 2)), *plan.sections[1:]))
    assert len(hashes | {plan.content_hash(), turned.content_hash(), marked.content_hash()}) == len(changes) + 3


def test_plans_published_before_keep_their_hash() -> None:
    """A literal, never recomputed: another would make a new version of every plan without a word of it changed."""
    plan = TestPlan(
        "t", "T", Fraction(4, 5), 30, 3, 24, (Section("a", "easy", 3), Section("a", "hard", 2, Fraction(3)))
    )
    assert plan.content_hash() == "570063e7ec0cfda2e965e976a064ca91fc424e2cfa4fc14644ea475e37428514"
    assert plan.rules() == {}


@pytest.mark.parametrize(
    ("before", "after", "line", "part"),
    [
        ("closes: 2026-03-31", "closes: 2026-02-01", 17, "no es posterior a «opens»"),
        ("opens: 2026-03-01T08:00-03:00", "opens: 2026-03-01T08:00", 16, "con su hora y su huso"),
        ("opens: 2026-03-01T08:00-03:00", "opens: mañana", 16, "con su hora y su huso"),
        ("closes: 2026-03-31T20:00", "closes: 2026-03-01T20:00", 5, "da 2 intentos y entre «opens» y «closes» entran 1"),
        ("fixed: [aud-1]", "fixed: [aud-9]", 11, "«aud-9» no existe en el banco"),
        ("fixed: [aud-1]", "fixed: [aud-1, aud-1]", 11, "está 2 veces"),
        ("fixed: [aud-1]\n", "", 11, "falta «fixed»"),
        ("fixed_points: 3/2", "fixed_points: 0", 12, "de 1/100 a 100"),
        ("order: plan", "order: plann", 13, "¿quizás «plan»?"),
        ("navigation: forward", "navigation: back", 14, "puede ser: free, forward"),
        ("per_page: 2", "per_page: 9", 15, "pasa del número de preguntas de la prueba, 8"),
        ("room: true", "room: si", 18, "true o false"),
        ("10.20.0.0/16", "10.20.0.1/16", 19, "«10.20.0.1/16» no es una red"),
        ("10.20.0.0/16", "oficina", 19, "«oficina» no es una red"),
        ("later: [marks, feedback]", "later: [marks, fedback]", 23, "«later: fedback» no existe"),
        ("  later:", "  after_all:", 23, "«after_all» no existe aquí"),
        ("after_failure: refresher", "after_failure: fire", 25, "puede ser: tell, refresher, nothing"),
        ("pass_mark: 100%}", "pass_mark: 0%}", 9, "por encima de 0"),
        ("points: 1/2", "points: 1/0", 8, "«points: 1/0» tiene que ser un número"),
        ("count: 4, scenarios", "count: 5, scenarios", 10, "pide 5 preguntas y los escenarios enteros que hay forman 4 o 6"),
        ("count: 4, scenarios: true", "count: 1", 10, "pide 1 y hay 0; faltan 1"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_or_the_bank_is_told_with_its_line(before, after, line, part) -> None:
    assert before in WHOLE
    _, faults, _ = read(WHOLE.replace(before, after, 1))
    assert any(at == line and part in message for at, message in faults), faults


def test_attempts_that_cannot_all_be_of_unseen_questions_are_told_with_the_numbers_of_each_section() -> None:
    _, faults, (warning,) = read(WHOLE.replace("attempts: 2", "attempts: 3"))
    assert faults == []
    assert "hay preguntas para 2 intentos" in warning
    assert "«a, easy» pide 2, hay 5 y alcanza para 2" in warning
    assert "«b, any» pide 1, hay 2 y alcanza para 2" in warning
    assert "«s, hard» (escenarios) pide 4, hay 10 y alcanza para 2" in warning
