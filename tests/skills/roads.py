"""One person's road as facts, without a database, and shortcuts to look at it; for the tests of the pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from lms.skills.rules import (
    Facts,
    Gate,
    KnowledgePass,
    OjtFact,
    Profile,
    Requirement,
    SignOffFact,
    Span,
    StepKind,
    StepState,
    VerificationFact,
    VerificationKind,
    gate,
)

AGENT, EVALUATOR, MANAGER, WITNESS, PROGRAMME = 1, 2, 3, 4, 7
START = date(2026, 3, 2)
PROFILE = Profile(
    version_id=1,
    courses=("copc",),
    requirements=(
        Requirement(10, Fraction(4, 5), valid_days=180),
        Requirement(11, Fraction(9, 10)),
        Requirement(12, Fraction(4, 5), required=False),
    ),
    min_ojt_days=2,
    min_ojt_minutes=480,
)


def at(day: int, hour: int = 12) -> datetime:
    """Noon of the n-th day after the start."""
    return datetime(START.year, START.month, START.day, hour, tzinfo=UTC) + timedelta(days=day)


def on(day: int) -> date:
    return START + timedelta(days=day)


def signatures(day: int) -> tuple[SignOffFact, ...]:
    return SignOffFact("evaluator", EVALUATOR, at(day)), SignOffFact("manager", MANAGER, at(day, 13))


def verified(number: int, day: int, skill: int | None = None, score: str = "9/10") -> VerificationFact:
    return VerificationFact(
        id=number,
        kind=VerificationKind.PRE_OJT if skill is None else VerificationKind.SKILL,
        skill_id=skill,
        programme_id=PROGRAMME,
        subject_id=AGENT,
        evaluator_id=EVALUATOR,
        observed_on=on(day),
        recorded_at=at(day),
        score=Fraction(score),
        threshold=Fraction(4, 5),
        sign_offs=signatures(day),
    )


def practised(number: int, day: int) -> OjtFact:
    signature = SignOffFact("evaluator", EVALUATOR, at(day))
    return OjtFact(number, on(day), 240, PROGRAMME, AGENT, EVALUATOR, (signature,))


FACTS = Facts(
    subject_id=AGENT,
    programme_id=PROGRAMME,
    knowledge=(KnowledgePass("copc", on(2), on(367)),),
    verifications=(verified(1, 3), verified(2, 6, 10), verified(3, 6, 11)),
    ojt=(practised(1, 4), practised(2, 5)),
    employments=(Span(on(0)),),
    placements=(Span(on(0)),),
)


def look(facts: Facts, day: int = 10, profile: Profile = PROFILE) -> Gate:
    return gate(profile, facts, on(day))


def swap(facts: Facts, number: int, **changes: object) -> Facts:
    """`facts` with one verification changed."""
    changed = tuple(
        replace(fact, **changes) if fact.id == number else fact  # type: ignore[arg-type]  # the test names real fields
        for fact in facts.verifications
    )
    return replace(facts, verifications=changed)


def current(found: Gate) -> StepKind | None:
    return next((step.kind for step in found.steps if step.state is StepState.CURRENT), None)
