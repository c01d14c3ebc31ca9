"""What may be recorded when: evidence out of the order of invariant 9 is refused with what it lacks. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from lms.skills.rules.facts import GAP_DAYS, Facts, Profile, VerificationKind
from lms.skills.rules.gate import GateState, Missing, StepKind, courses_lacking, ojt_reached_on, steps_on

MAX_DENOMINATOR = 10_000
"""Scores and thresholds are kept as fractions with at most this denominator: two decimals of a percentage fit."""

_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")
_SHARE = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")
_BEFORE_SKILLS = (StepKind.KNOWLEDGE, StepKind.PRE_OJT, StepKind.OJT)


@dataclass(frozen=True)
class Refusal:
    """Why something may not be recorded: a message key below `skills.order.`, what lacks, and the day it speaks of."""

    key: str
    missing: tuple[Missing, ...] = ()
    day: date | None = None


def parse_score(text: str) -> Fraction | None:
    """The exact score somebody wrote: a percentage with up to two decimals ("87,5", "80 %") or a share ("17/20").

    None for anything else and for what lies outside 0 to 1.
    """
    written = text.strip()
    if found := _SHARE.fullmatch(written):
        points, of = int(found[1]), int(found[2])
        return Fraction(points, of) if of and points <= of else None
    if found := _PERCENT.fullmatch(written):
        decimals = (found[2] or "").ljust(2, "0")
        score = Fraction(int(found[1] + decimals), 10_000)
        return score if score <= 1 else None
    return None


def exact_share(value: Fraction) -> bool:
    """Whether a score or threshold lies from 0 to 1 and can be kept exactly."""
    return 0 <= value <= 1 and value.denominator <= MAX_DENOMINATOR


def verification_refusal(
    profile: Profile,
    facts: Facts,
    *,
    kind: VerificationKind,
    skill_id: int | None,
    observed_on: date,
    today: date,
    gap_days: int = GAP_DAYS,
) -> Refusal | None:
    """Why a verification observed on `observed_on` and recorded on `today` comes before its turn; None where it does not.

    Pre-OJT comes after the knowledge tests, a skill after knowledge, pre-OJT and the minimum of OJT.
    """
    if kind is VerificationKind.SKILL and all(item.skill_id != skill_id for item in profile.requirements):
        return Refusal("skills.order.not_in_profile")
    lacking = courses_lacking(profile, facts, observed_on)
    if lacking or not profile.courses:
        missing = [Missing("skills.missing.knowledge", course_id=course) for course in lacking]
        return Refusal("skills.order.knowledge_first", tuple(missing or [Missing("skills.missing.no_course")]))
    if kind is VerificationKind.PRE_OJT:
        return None
    _, steps = steps_on(profile, facts, today, gap_days=gap_days)
    found = tuple(item for step in steps if step.kind in _BEFORE_SKILLS for item in step.missing)
    if found:
        return Refusal("skills.order.ojt_first", found)
    reached = ojt_reached_on(profile, facts, today, gap_days=gap_days)
    if reached is None or observed_on < reached:
        return Refusal("skills.order.before_ojt", day=reached)
    return None


def ojt_refusal(profile: Profile, facts: Facts, day: date, *, gap_days: int = GAP_DAYS) -> Refusal | None:
    """Why OJT may not be recorded for `day` (`facts` as they were known that day): only a supervised gate lets it be."""
    state, steps = steps_on(profile, facts, day, gap_days=gap_days)
    if state is GateState.SUPERVISED:
        return None
    if state is GateState.OPEN:
        return Refusal("skills.order.already_open")
    return Refusal("skills.order.not_supervised", tuple(item for step in steps for item in step.missing))
