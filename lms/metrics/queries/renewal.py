"""The records behind re-verification on time: what expires, and whether it was verified anew before it did."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.metrics.queries.selection import month_key, narrow, place_columns
from lms.metrics.rules import N_, Ask, Gathered, Record
from lms.skills import queries as skills
from lms.skills.models import PriorVerification, Skill, Verification
from lms.skills.queries.dossier import Dossiers
from lms.skills.rules import Facts, VerificationFact, VerificationKind, signed_on


def expiring_verifications(session: Session, ask: Ask) -> Gathered:
    """Skill verifications whose last valid day is over, with whether the skill was verified anew by then; twelve queries.

    Left out: people who had left by that day, those whose job on the programme no longer asked for the skill, and
    verifications that were never signed. What was recorded or signed after that day came too late. Imported ones expire as
    the others do: known on that day, they were somebody's to renew.
    """
    rows = _ending(session, ask)
    held = Dossiers(session, {row.person_id for row, _ in rows})
    found = []
    for row, skill in rows:
        expiry = row.valid_until or ask.first  # never empty: the query asks for a day
        history = _history(held.facts(row.person_id, row.programme_id, expiry), row.skill_id)
        itself = next((fact for fact, cleared in history if fact.id == _fact_id(row) and _by(cleared, expiry)), None)
        if itself is None or not _still_owed(held, row, expiry):
            continue
        renewed_on = _renewed_on(history, itself, expiry)
        found.append(
            Record(
                month=month_key(expiry),
                day=expiry,
                person_id=row.person_id,
                what=skill,
                site_id=row.site_id,
                programme_id=row.programme_id,
                job_id=row.job_id,
                endpoint="history.record" if isinstance(row, PriorVerification) else "skills.verification",
                code=row.code,
                met=renewed_on is not None,
                other_day=renewed_on,
                note="" if renewed_on else N_("Venció sin una nueva verificación"),
            )
        )
    return Gathered(found)


_Ending = Verification | PriorVerification


def _ending(session: Session, ask: Ask) -> list[tuple[_Ending, str]]:
    """Passed skill verifications made here and imported ones that ended in the months, with the skill's name."""
    here = (
        select(Verification, Skill.name)
        .join(Skill, Skill.id == Verification.skill_id)
        .where(
            skills.uncorrected_verification(),
            Verification.passed,
            Verification.valid_until >= ask.first,
            Verification.valid_until <= ask.over,
        )
        .order_by(Verification.valid_until, Verification.id)
    )
    before = (
        select(PriorVerification, Skill.name)
        .join(Skill, Skill.id == PriorVerification.skill_id)
        .where(
            PriorVerification.passed,
            PriorVerification.valid_until >= ask.first,
            PriorVerification.valid_until <= ask.over,
        )
        .order_by(PriorVerification.valid_until, PriorVerification.id)
    )
    found: list[tuple[_Ending, str]] = []
    for row, name in session.execute(narrow(here, ask, place_columns(Verification, "valid_until"))):
        found.append((row, name))
    for prior, name in session.execute(narrow(before, ask, place_columns(PriorVerification, "valid_until"))):
        found.append((prior, name))
    return sorted(found, key=lambda item: item[0].valid_until or ask.first)


def _fact_id(row: _Ending) -> int:
    return -row.id if isinstance(row, PriorVerification) else row.id


_Signed = tuple[VerificationFact, date | None]


def _history(facts: Facts, skill_id: int | None) -> list[_Signed]:
    """The verifications of the skill that counted on the day of `facts`, the newest first, with the day each was signed."""
    counted = [
        fact
        for fact in facts.verifications
        if fact.kind is VerificationKind.SKILL
        and fact.skill_id == skill_id
        and fact.programme_id == facts.programme_id
        and not fact.superseded
    ]
    counted.sort(key=_order, reverse=True)
    return [(fact, _signed(fact, facts.zone)) for fact in counted]


def _order(fact: VerificationFact) -> tuple[object, ...]:
    return (fact.observed_on, fact.recorded_at, fact.id)


def _signed(fact: VerificationFact, zone: str) -> date | None:
    if fact.imported:  # signed on the evidence that it names
        return fact.observed_on
    return signed_on(
        fact.sign_offs,
        fact.sign_roles,
        subject_id=fact.subject_id,
        evaluator_id=fact.evaluator_id,
        not_before=fact.observed_on,
        zone=zone,
    )


def _by(cleared: date | None, day: date) -> bool:
    return cleared is not None and cleared <= day


def _renewed_on(history: list[_Signed], itself: VerificationFact, expiry: date) -> date | None:
    """The day a later verification was observed that had replaced `itself` by its expiry; a newer failed one undoes it."""
    for fact, cleared in history:
        if fact.id == itself.id or fact.observed_on > expiry:
            continue
        if _order(fact) < _order(itself) or not fact.passed:
            return None
        if _by(cleared, expiry):
            return fact.observed_on
    return None


def _still_owed(held: Dossiers, row: _Ending, day: date) -> bool:
    """Whether the person was employed, placed on the programme, and in a job that asked for the skill on the day."""
    employed = any(
        item.hired_on <= day and (item.left_on is None or item.left_on >= day)
        for item in held.employments.get(row.person_id, ())
    )
    placed = held.placement(row.person_id, row.programme_id, day)
    if not employed or placed is None or placed.from_day > day or (placed.to_day is not None and placed.to_day < day):
        return False
    profile = held.profile(row.person_id, row.programme_id, day)
    return profile is not None and any(item.required and item.skill_id == row.skill_id for item in profile.requirements)
