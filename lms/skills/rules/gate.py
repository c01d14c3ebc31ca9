"""The gate to live contacts: the one function that says who may take a customer's contact (invariant 9).

The order is fixed: knowledge test, pre-OJT verification, OJT under structured supervision, every required skill
verified, ready. Evidence that came before its turn counts for nothing, whoever the person is.

- *Knowledge* counts while it stands; it must have stood on the day of the pre-OJT verification.
- *Pre-OJT* counts when passed and signed. A day of OJT counts only if on that day such a verification stood; the day of
  the last signature itself is in time.
- *Skills* count when verified on or after the day on which OJT reached its minimum.
- Among verifications of one thing the newest decides: a failed one closes, signed or not; a passed one counts from its
  last signature on, and until then (and once it has expired) an earlier one stands as long as it stands by itself.
- What was *imported* takes the same road in the same order; signed on paper, it counts from the day it was made.
- After a gap of more than `gap_days` (between employments, or a long absence) earlier evidence is stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from lms.kit.clock import local_day
from lms.skills.rules.facts import (
    GAP_DAYS,
    Facts,
    Key,
    OjtFact,
    Profile,
    Requirement,
    Span,
    VerificationFact,
    VerificationKind,
)
from lms.skills.rules.signing import signed_on

_DAY = timedelta(days=1)


class GateState(StrEnum):
    """No live contacts; live contacts under structured supervision; live contacts."""

    CLOSED = "closed"
    SUPERVISED = "supervised"
    OPEN = "open"


class StepKind(StrEnum):
    KNOWLEDGE = "knowledge"
    PRE_OJT = "pre_ojt"
    OJT = "ojt"
    SKILLS = "skills"
    READY = "ready"


class StepState(StrEnum):
    """`CURRENT` is the first step that is not done."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"


@dataclass(frozen=True)
class Missing:
    """One thing that lacks: a message key below `skills.missing.`, and what it speaks of."""

    key: str
    course_id: Key | None = None
    skill_id: int | None = None
    have: int | None = None
    need: int | None = None


@dataclass(frozen=True)
class Step:
    """A step of the road; `title_key` is a message key below `skills.step.`."""

    kind: StepKind
    title_key: str
    state: StepState
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Gate:
    """The verdict of one day.

    `missing` gathers what the steps lack. `next_change_on` is the first later day on which the state changes by the
    mere passing of time (something expires, a placement ends or begins); None where it never does.
    """

    state: GateState
    steps: tuple[Step, ...]
    missing: tuple[Missing, ...]
    next_change_on: date | None


def gate(profile: Profile, facts: Facts, today: date, *, gap_days: int = GAP_DAYS) -> Gate:
    """Where a person stands on `today`, from what was observed, recorded and signed up to the end of that day.

    Raises: nothing for any facts; what does not fit counts for nothing.
    """
    known = _known_by(facts, today)
    state, steps = _Road(profile, known, today, gap_days).verdict()
    change = None
    for day in sorted(_turning_days(profile, known, today, gap_days)):
        if _Road(profile, known, day, gap_days).verdict()[0] is not state:
            change = day
            break
    return Gate(state, steps, tuple(item for step in steps for item in step.missing), change)


def steps_on(
    profile: Profile, facts: Facts, today: date, *, gap_days: int = GAP_DAYS
) -> tuple[GateState, tuple[Step, ...]]:
    """The state and the steps of `gate`, without looking for the day of the next change."""
    return _Road(profile, _known_by(facts, today), today, gap_days).verdict()


def ojt_reached_on(profile: Profile, facts: Facts, today: date, *, gap_days: int = GAP_DAYS) -> date | None:
    """The day on which OJT reached the profile's minimum, from what is known on `today`; None while it has not.

    Skills are verified on this day or later.
    """
    return _Road(profile, _known_by(facts, today), today, gap_days)._ojt()[1]


class _Road:
    """One person's road as it looks on one day."""

    def __init__(self, profile: Profile, facts: Facts, day: date, gap_days: int) -> None:
        self.profile, self.facts, self.day = profile, facts, day
        self.fresh_from = _fresh_from(facts, day, gap_days)
        self.pre_ojt = [
            fact
            for fact in self._verifications(VerificationKind.PRE_OJT, None)
            if not fact.passed or not self._courses_lacking(fact.observed_on)
        ]
        self.lapsed = False

    def verdict(self) -> tuple[GateState, tuple[Step, ...]]:
        """The state, and the five steps in their order."""
        ojt_lacks, ojt_done_on = self._ojt()
        found: list[tuple[StepKind, tuple[Missing, ...]]] = [
            (StepKind.KNOWLEDGE, self._knowledge()),
            (StepKind.PRE_OJT, self._pre_ojt()),
            (StepKind.OJT, ojt_lacks),
            (StepKind.SKILLS, self._skills(ojt_done_on)),
            (StepKind.READY, self._present()),
        ]
        lacking = [kind for kind, missing in found if missing]
        steps = []
        for kind, missing in found:
            # "Ready" sums the others up: it is done only when nothing at all lacks.
            done = not missing if kind is not StepKind.READY else not lacking
            first = kind is (lacking[0] if lacking else None)
            state = StepState.DONE if done else StepState.CURRENT if first else StepState.TODO
            steps.append(Step(kind, f"skills.step.{kind}", state, missing))
        return self._state(set(lacking)), tuple(steps)

    def _state(self, lacking: set[StepKind]) -> GateState:
        if lacking & {StepKind.KNOWLEDGE, StepKind.PRE_OJT, StepKind.READY}:
            return GateState.CLOSED
        if not lacking:
            return GateState.OPEN
        # A skill that was verified and is no longer so closes the gate; one never verified is what OJT is for.
        return GateState.CLOSED if self.lapsed else GateState.SUPERVISED

    def _knowledge(self) -> tuple[Missing, ...]:
        if not self.profile.courses:
            return (Missing("skills.missing.no_course"),)
        return tuple(
            Missing("skills.missing.knowledge", course_id=course) for course in self._courses_lacking(self.day)
        )

    def _courses_lacking(self, day: date) -> list[Key]:
        return courses_lacking(self.profile, self.facts, day)

    def _pre_ojt(self) -> tuple[Missing, ...]:
        if self.profile.courses and self._stands(self.pre_ojt, self.day):
            return ()
        newest = self.pre_ojt[0] if self.pre_ojt else None
        return (Missing("skills.missing." + self._why("pre_ojt", newest)),)

    def _ojt(self) -> tuple[tuple[Missing, ...], date | None]:
        """What lacks, and the day on which the minimum was reached."""
        need_days, need_minutes = max(1, self.profile.min_ojt_days), max(1, self.profile.min_ojt_minutes)
        days: set[date] = set()
        minutes = 0
        for fact in sorted(self.facts.ojt, key=lambda fact: fact.day):
            if self._ojt_counts(fact):
                days.add(fact.day)
                minutes += fact.minutes
                if len(days) >= need_days and minutes >= need_minutes:
                    return (), fact.day
        missing = []
        if len(days) < need_days:
            missing.append(Missing("skills.missing.ojt_days", have=len(days), need=need_days))
        if minutes < need_minutes:
            missing.append(Missing("skills.missing.ojt_minutes", have=minutes, need=need_minutes))
        return tuple(missing), None

    def _ojt_counts(self, fact: OjtFact) -> bool:
        signed: date | None = fact.day
        if not fact.imported:
            signed = signed_on(
                fact.sign_offs,
                fact.sign_roles or self.profile.ojt_sign_roles,
                subject_id=self.facts.subject_id,
                evaluator_id=fact.observer_id,
                not_before=fact.day,
                zone=self.facts.zone,
            )
        return (
            self._mine(fact)
            and fact.minutes > 0
            and fact.day >= self.fresh_from
            and signed is not None
            and self._stands(self.pre_ojt, fact.day)
        )

    def _skills(self, ojt_done_on: date | None) -> tuple[Missing, ...]:
        required = [item for item in self.profile.requirements if item.required]
        if not required:
            return (Missing("skills.missing.no_skill"),)
        missing = []
        for item in required:
            history = self._verifications(VerificationKind.SKILL, item.skill_id)
            turn = [fact for fact in history if ojt_done_on is not None and fact.observed_on >= ojt_done_on]
            if self._stands(turn, self.day, item):
                continue
            self.lapsed = self.lapsed or any(fact.passed and self._cleared_on(fact) for fact in turn)
            missing.append(
                Missing("skills.missing." + self._why("skill", turn[0] if turn else None), skill_id=item.skill_id)
            )
        return tuple(missing)

    def _present(self) -> tuple[Missing, ...]:
        if not any(span.holds(self.day) for span in self.facts.employments):
            return (Missing("skills.missing.employment"),)
        if not any(span.holds(self.day) for span in self.facts.placements):
            return (Missing("skills.missing.placement"),)
        return ()

    def _mine(self, fact: VerificationFact | OjtFact) -> bool:
        return (
            fact.subject_id == self.facts.subject_id
            and fact.programme_id == self.facts.programme_id
            and not fact.superseded
        )

    def _verifications(self, kind: VerificationKind, skill_id: int | None) -> list[VerificationFact]:
        """The verifications of one thing that can count, the newest first."""
        found = [
            fact
            for fact in self.facts.verifications
            if fact.kind == kind
            and fact.skill_id == skill_id
            and self._mine(fact)
            and fact.observed_on >= self.fresh_from
        ]
        return sorted(found, key=lambda fact: (fact.observed_on, fact.recorded_at, fact.id), reverse=True)

    def _stands(self, history: Iterable[VerificationFact], day: date, item: Requirement | None = None) -> bool:
        """Whether the thing of `history` (newest first) was passed, signed and valid on `day`."""
        for fact in history:
            if fact.observed_on > day:
                continue
            if not fact.passed:
                return False
            cleared, until = self._cleared_on(fact), _valid_until(fact, item)
            if cleared is not None and cleared <= day and (until is None or day <= until):
                return True
        return False

    def _cleared_on(self, fact: VerificationFact) -> date | None:
        """The day of the last signature under a verification, None while one lacks."""
        if fact.imported:
            return None if fact.evaluator_id == self.facts.subject_id else fact.observed_on
        return signed_on(
            fact.sign_offs,
            fact.sign_roles or self.profile.sign_roles,
            subject_id=self.facts.subject_id,
            evaluator_id=fact.evaluator_id,
            not_before=fact.observed_on,
            zone=self.facts.zone,
        )

    def _why(self, what: str, newest: VerificationFact | None) -> str:
        if newest is None:
            return what
        if not newest.passed:
            return f"{what}_failed"
        return f"{what}_signature" if self._cleared_on(newest) is None else f"{what}_expired"


def courses_lacking(profile: Profile, facts: Facts, day: date) -> list[Key]:
    """The courses of the profile whose knowledge test did not stand on `day`."""
    held = {item.course_id for item in facts.knowledge if item.stands_on(day)}
    return [course for course in profile.courses if course not in held]


Signed_ = TypeVar("Signed_", VerificationFact, OjtFact)


def _known_by(facts: Facts, today: date) -> Facts:
    """`facts` as they were known at the end of `today`."""

    def by_now(fact: Signed_) -> Signed_:
        known = tuple(item for item in fact.sign_offs if local_day(item.at, facts.zone) <= today)
        return fact if len(known) == len(fact.sign_offs) else replace(fact, sign_offs=known)

    return replace(
        facts,
        knowledge=tuple(item for item in facts.knowledge if item.passed_on <= today),
        verifications=tuple(
            by_now(fact)
            for fact in facts.verifications
            if fact.observed_on <= today and local_day(fact.recorded_at, facts.zone) <= today
        ),
        ojt=tuple(by_now(fact) for fact in facts.ojt if fact.day <= today),
    )


def _fresh_from(facts: Facts, day: date, gap_days: int) -> date:
    """The first day whose evidence still counts on `day`: `gap_days` before the last return from a long gap.

    The time before the first employment is a gap too, so that an employment missing from the people file revives
    nothing; evidence of the weeks before a hire (training before the contract) counts.
    """
    allowed = timedelta(days=gap_days)
    fresh = date.min
    reached: date | None = None  # the last day known to be employed
    for span in sorted(facts.employments, key=lambda span: span.first):
        if span.first > day:
            break
        if reached is None or (span.first - reached) - _DAY > allowed:
            fresh = max(fresh, span.first - allowed)
        reached = max(reached or date.min, min(span.last or day, day))
    if reached is None or (day - reached) > allowed:
        fresh = max(fresh, day + _DAY - allowed)
    for absence in facts.absences:
        last = min(absence.last or day, day)
        if absence.first <= day and (last - absence.first) + _DAY > allowed:
            fresh = max(fresh, last + _DAY - allowed)
    return fresh


def _valid_until(fact: VerificationFact, item: Requirement | None) -> date | None:
    if fact.valid_until is not None or item is None or item.valid_days is None:
        return fact.valid_until
    return fact.observed_on + timedelta(days=item.valid_days)


def _turning_days(profile: Profile, facts: Facts, today: date, gap_days: int) -> set[date]:
    """The later days on which the passing of time can change the state."""
    return {day for day in _all_turning_days(profile, facts, gap_days) if day > today}


def _all_turning_days(profile: Profile, facts: Facts, gap_days: int) -> Iterator[date]:
    for item in facts.knowledge:
        yield from _day_after(item.expires_on)
    for fact in facts.verifications:
        yield from _day_after(fact.valid_until)
        for requirement in profile.requirements:
            if requirement.skill_id == fact.skill_id:
                yield from _day_after(_valid_until(fact, requirement))
    if facts.absences:  # during a long absence evidence grows stale day by day
        for day in [fact.observed_on for fact in facts.verifications] + [fact.day for fact in facts.ojt]:
            yield day + timedelta(days=gap_days)
    spans: tuple[Span, ...] = (*facts.employments, *facts.placements, *facts.absences)
    for span in spans:
        yield span.first
        yield from _day_after(span.last)
        yield span.first + timedelta(days=gap_days)


def _day_after(day: date | None) -> Iterator[date]:
    if day is not None and day < date.max:
        yield day + _DAY
