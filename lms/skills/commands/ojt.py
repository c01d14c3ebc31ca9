"""On-the-job training, one record a day and observer, with its hours; corrected by a new record and a counter-entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from lms.hours import commands as hours
from lms.hours.commands import Posting
from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.people.models import Placement
from lms.people.queries import placement_on
from lms.skills import queries
from lms.skills.commands.common import Case, case_for, human, needed, refuse
from lms.skills.commands.signing import add_signature
from lms.skills.models import OjtRecord
from lms.skills.rules import exact_share, ojt_refusal

MAX_MINUTES = 720
"""Of one person on one day, whoever observes."""
MAX_CONTACTS = 2_000


@dataclass(frozen=True)
class Criterion:
    """One line of the observation: what was looked for, whether it was met, and what was seen."""

    text: str
    met: bool
    comment: str = ""


@dataclass(frozen=True)
class Practice:
    """A day of OJT as observed: whole minutes, contacts taken, criteria, a score from 0 to 1 where one was given."""

    day: date
    minutes: int
    contacts: int
    criteria: Sequence[Criterion] = ()
    score: Fraction | None = None
    comment: str = ""


def record_ojt(
    session: Session,
    actor: Actor,
    *,
    person_code: str,
    programme_id: int,
    practice: Practice,
    now: datetime,
    code: str = "",
) -> OjtRecord:
    """Record a day of OJT, sign it as observer and post its hours. `code` (of the form) makes it idempotent.

    Raises: what `case_for` raises; Invalid("skills.minutes_range" | "skills.contacts_range" | "skills.score_range" |
    "skills.ojt_day_full"); Conflict("skills.order.*") unless the gate was *supervised* that day (invariant 9).
    """
    observer = human(session, actor, now)
    case = _case(session, actor, person_code=person_code, programme_id=programme_id, practice=practice, now=now)
    if code and (first := queries.ojt_by_code(session, code)) is not None:
        return _again(first, case, observer, practice)
    return _write(session, actor, case, practice, now=now, code=code)


def _again(first: OjtRecord, case: Case, observer: int, practice: Practice) -> OjtRecord:
    """The record that this form made. Raises: Conflict("skills.code_taken") where it says something else now."""
    said = (first.person_id, first.observer_id, first.day, first.minutes, first.contacts, first.comment)
    now_said = (case.person.id, observer, practice.day, practice.minutes, practice.contacts, practice.comment.strip())
    if said != now_said:
        raise Conflict("skills.code_taken")
    return first


def correct_ojt(
    session: Session,
    actor: Actor,
    *,
    code: str,
    practice: Practice,
    reason: str,
    now: datetime,
) -> OjtRecord:
    """Take the place of a record by a new one; the hours get a counter-entry and a new entry (invariants 7 and 10).

    Raises: NotFound; Conflict("skills.already_corrected"); Invalid("skills.reason_missing"); else as `record_ojt`.
    """
    human(session, actor, now)
    reason = needed(reason, "skills.reason_missing", "reason")
    old = queries.ojt_for(session, actor, code, Permission.VERIFY, local_day(now, actor.zone))
    case = _case(session, actor, person_code=old.person.code, programme_id=old.programme_id, practice=practice, now=now)
    _refuse_corrected(session, old)
    _take_back_hours(session, actor, old, reason, now=now)
    return _write(session, actor, case, practice, now=now, corrects=old, reason=reason)


def withdraw_ojt(session: Session, actor: Actor, *, code: str, reason: str, now: datetime) -> OjtRecord:
    """Take back a record that should never have been made, and its hours. It stays visible.

    Raises: NotFound; Conflict("skills.already_corrected"); Invalid("skills.reason_missing").
    """
    actor_id = human(session, actor, now)
    reason = needed(reason, "skills.reason_missing", "reason")
    old = queries.ojt_for(session, actor, code, Permission.VERIFY, local_day(now, actor.zone))
    if old.person_id == actor_id:
        raise NotAllowed("skills.own")
    queries.lock_person(session, old.person_id)
    _refuse_corrected(session, old)
    _take_back_hours(session, actor, old, reason, now=now)
    kept = ("person_id", "day", "minutes", "contacts", "score_num", "score_den", "criteria")
    placed = ("profile_id", "site_id", "programme_id", "job_id")
    back = OjtRecord(
        **{name: getattr(old, name) for name in kept + placed},
        code=new_code(),
        observer_id=actor_id,
        recorded_at=now,
        corrects_id=old.id,
        withdrawn=True,
        reason=reason,
    )
    session.add(back)
    session.flush()
    audit.record(
        session,
        actor,
        action="ojt.withdraw",
        subject=("ojt_record", old.code),
        after={"reason": reason, "by": back.code},
        now=now,
    )
    return back


def _case(
    session: Session, actor: Actor, *, person_code: str, programme_id: int, practice: Practice, now: datetime
) -> Case:
    check_practice(practice)
    return case_for(
        session,
        actor,
        person_code=person_code,
        programme_id=programme_id,
        permission=Permission.VERIFY,
        day=practice.day,
        field="day",
        now=now,
    )


def check_practice(practice: Practice) -> None:
    """Raises: Invalid("skills.minutes_range" | "skills.contacts_range" | "skills.score_range")."""
    if not 1 <= practice.minutes <= MAX_MINUTES:
        raise Invalid("skills.minutes_range", field="minutes", high=MAX_MINUTES)
    if not 0 <= practice.contacts <= MAX_CONTACTS:
        raise Invalid("skills.contacts_range", field="contacts", high=MAX_CONTACTS)
    if practice.score is not None and not exact_share(practice.score):
        raise Invalid("skills.score_range", field="score")


def _refuse_corrected(session: Session, old: OjtRecord) -> None:
    if old.withdrawn or queries.is_corrected(session, old):
        raise Conflict("skills.already_corrected")


def _write(
    session: Session,
    actor: Actor,
    case: Case,
    practice: Practice,
    *,
    now: datetime,
    code: str = "",
    corrects: OjtRecord | None = None,
    reason: str = "",
) -> OjtRecord:
    taken = queries.ojt_minutes_on(session, case.person.id, case.day)
    if corrects is not None and corrects.day == case.day:
        taken -= corrects.minutes
    row = new_ojt(case, actor, practice, taken, now=now, code=code)
    row.corrects_id, row.reason = corrects.id if corrects is not None else None, reason
    session.add(row)
    session.flush()
    add_signature(session, actor, row, "evaluator", now=now)
    _post_hours(session, actor, row, now=now)
    note_ojt(session, actor, row, corrects=corrects, now=now)
    return row


def new_ojt(case: Case, actor: Actor, practice: Practice, taken: int, *, now: datetime, code: str = "") -> OjtRecord:
    """The row of a day of OJT, beside `taken` minutes of the same day, if it may be.

    Raises: Conflict unless the gate was supervised that day; Invalid where the day is full.
    """
    _refuse_day(case, practice, taken)
    return OjtRecord(
        code=code or new_code(),
        person_id=case.person.id,
        day=case.day,
        minutes=practice.minutes,
        contacts=practice.contacts,
        score_num=practice.score.numerator if practice.score is not None else None,
        score_den=practice.score.denominator if practice.score is not None else None,
        criteria=[{"text": item.text, "met": item.met, "comment": item.comment.strip()} for item in practice.criteria],
        profile_id=case.profile.id,
        observer_id=actor.person_id,
        comment=practice.comment.strip(),
        site_id=case.placement.site_id,
        programme_id=case.placement.programme_id,
        job_id=case.placement.job_id,
        recorded_at=now,
        reason="",
    )


def note_ojt(
    session: Session, actor: Actor, row: OjtRecord, *, corrects: OjtRecord | None = None, now: datetime
) -> None:
    """The audit row of a day of OJT."""
    audit.record(
        session,
        actor,
        action="ojt.correct" if corrects is not None else "ojt.record",
        subject=("ojt_record", row.code),
        before={"code": corrects.code, "minutes": corrects.minutes} if corrects is not None else None,
        after={"day": row.day, "minutes": row.minutes, "contacts": row.contacts, "reason": row.reason},
        now=now,
    )


def _refuse_day(case: Case, practice: Practice, taken: int) -> None:
    facts = case.held.facts(case.person.id, case.placement.programme_id, case.day)
    refuse(ojt_refusal(queries.rule_profile(case.profile), facts, case.day, gap_days=case.gap_days))
    if taken + practice.minutes > MAX_MINUTES:
        raise Invalid("skills.ojt_day_full", field="minutes", taken=taken, high=MAX_MINUTES)


def _post_hours(session: Session, actor: Actor, row: OjtRecord, *, now: datetime) -> None:
    training_type = queries.latest_training_type(session, row.person_id)
    placement = placement_on(session, row.person_id, row.day)
    hours.post_one(session, actor, hours_of(row, training_type, placement), now=now)


def hours_of(row: OjtRecord, training_type: str, placement: Placement | None) -> Posting:
    """What a day of OJT enters into the ledger."""
    return Posting(
        person_id=row.person_id,
        day=row.day,
        minutes=row.minutes,
        kind="ojt",
        training_type=training_type,
        mode="ojt",
        basis="observed",
        source_kind="ojt",
        source_code=row.code,
        placement=placement,
        detail="Práctica en el puesto",
    )


def _take_back_hours(session: Session, actor: Actor, old: OjtRecord, reason: str, *, now: datetime) -> None:
    """A counter-entry for what is left of the record's hours."""
    entry = queries.hours_entry_of(session, old)
    left = queries.hours_left(session, entry) if entry is not None else 0
    if entry is None or left == 0:
        return
    # Whoever may correct the record corrects the hours that it posted: the ledger's own permission is for free corrections.
    delegated = replace(actor, is_system=True)
    hours.correct(
        session, delegated, entry, minutes_delta=-left, reason=reason, now=now, request_code=f"ojt:{old.code}"
    )
