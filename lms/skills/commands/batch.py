"""Evidence of many people in one transaction: the rows that the commands write, decided by the same rules, in few statements.

For whoever brings along more than a page can: a company that is made up, records that come from elsewhere. What the
people have on record is read once; each act is then decided from that and from the acts before it, and everything is
written together at the end. `tests/skills/test_batch.py` holds this to the commands, row by row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from lms.hours import commands as hours
from lms.hours.commands import Posting
from lms.kit import events
from lms.kit.clock import local_day
from lms.kit.db import insert_all, reserve_ids
from lms.kit.errors import Conflict, NotAllowed, NotFound
from lms.kit.permissions import Actor, Permission
from lms.people import queries as people
from lms.people.models import Employment, Person, Placement
from lms.people.rules import employed_on, overlaps
from lms.skills import queries
from lms.skills.commands.common import Case, case_of
from lms.skills.commands.live import Period, new_live_period, note_live
from lms.skills.commands.ojt import Practice, check_practice, hours_of, new_ojt, note_ojt
from lms.skills.commands.plans import new_plan, note_plan
from lms.skills.commands.signing import new_signature, note_signature
from lms.skills.commands.telling import tell_opened, tell_signers
from lms.skills.commands.verify import Observed, check_observed, new_verification, note_verification
from lms.skills.events import RecordSigned, VerificationRecorded
from lms.skills.models import ActionPlan, LiveContactPeriod, OjtRecord, SignOff, Verification
from lms.skills.queries import Dossiers
from lms.skills.rules import VerificationKind
from lms.skills.rules.signing import ROLE_PERMISSION

_FIRST_OWN_KEY = -(10**9)


class EvidenceBatch:
    """Records evidence of the people that were loaded. Nothing is stored before `write`; what is refused raises at once.

    Each method does what the command of its name does and raises what it raises. People are those of `load`; anything
    else that changes their records in the meantime must not happen between `load` and `write`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keys = count(_FIRST_OWN_KEY)
        self._employed: dict[int, list[Employment]] = {}
        self._skills = {row.code: row.id for row in queries.skills(session)}
        self._forget()

    def _forget(self) -> None:
        self._people: dict[str, Person] = {}
        self._verifications: list[Verification] = []
        self._ojt: list[OjtRecord] = []
        self._signatures: list[SignOff] = []
        self._plans: list[tuple[ActionPlan, Verification]] = []
        self._opened: list[tuple[ActionPlan, Person, int | None, datetime]] = []
        self._next: list[tuple[Verification | OjtRecord, str, set[int], datetime]] = []
        self._periods: list[LiveContactPeriod] = []
        self._postings: list[tuple[Actor, Posting, datetime]] = []

    def load(self, person_ids: Collection[int]) -> None:
        """Read what these people have on record, and lock them; a dozen queries."""
        session = self._session
        self._people = {row.code: row for row in queries.lock_people(session, person_ids)}
        self._held = Dossiers(session, person_ids)
        self._live = queries.current_live_periods(session, person_ids)
        self._types = queries.latest_training_types(session, person_ids)
        self._employed = people.employments_of_many(session, self._employed)  # anew: somebody may have left meanwhile

    def record_verification(
        self,
        actor: Actor,
        *,
        person_code: str,
        programme_id: int,
        kind: VerificationKind,
        skill_code: str | None,
        observed: Observed,
        now: datetime,
    ) -> Verification:
        """See `verify.record_verification`."""
        self._human(actor, now)
        check_observed(observed)
        case = self._case(actor, person_code, programme_id, observed.observed_on, field="observed_on", now=now)
        skill_id = None if kind is VerificationKind.PRE_OJT else self._skills[skill_code or ""]
        row = new_verification(case, actor, kind=kind, skill_id=skill_id, observed=observed, now=now)
        row.id = next(self._keys)
        self._verifications.append(row)
        self._held.add(row)
        self._sign(actor, row, "evaluator", now)
        if not row.passed:
            plan = new_plan(self._session, case, row, observed.plan, now=now)
            self._plans.append((plan, row))
            self._opened.append((plan, case.person, actor.person_id, now))
            note_plan(self._session, actor, plan, row, now=now)
        note_verification(self._session, actor, row, observed, now=now)
        return row

    def sign_off(self, actor: Actor, *, person_code: str, code: str, role: str, now: datetime) -> SignOff:
        """See `signing.sign_off`, of a verification or an OJT record of one of the people."""
        self._human(actor, now)
        permission = ROLE_PERMISSION.get(role)
        if permission is None:
            raise Conflict("skills.sign.unknown_role")
        if not actor.can(permission):
            raise NotAllowed("skills.sign.not_allowed")
        person = self._person(actor, person_code, permission, now)
        mine = (*self._held.verifications.get(person.id, ()), *self._held.ojt.get(person.id, ()))
        record = next((row for row in mine if row.code == code), None)
        if record is None:
            raise NotFound("skills.record_not_found")
        same_kind = [row for row in mine if type(row) is type(record)]
        if record.withdrawn or any(row.corrects_id == record.id for row in same_kind):
            raise Conflict("skills.sign.corrected")
        signed = self._sign(actor, record, role, now)
        note_signature(self._session, actor, record, role, now=now)
        return signed

    def record_ojt(
        self,
        actor: Actor,
        *,
        person_code: str,
        programme_id: int,
        practice: Practice,
        now: datetime,
    ) -> OjtRecord:
        """See `ojt.record_ojt`."""
        self._human(actor, now)
        check_practice(practice)
        case = self._case(actor, person_code, programme_id, practice.day, field="day", now=now)
        row = new_ojt(case, actor, practice, self._taken(case), now=now)
        row.id = next(self._keys)
        self._ojt.append(row)
        self._held.add(row)
        self._sign(actor, row, "evaluator", now)
        person_id = case.person.id
        placed = self._primary(person_id, case.day)
        posting = hours_of(row, self._types.get(person_id, "initial"), placed)
        self._postings.append((actor, posting, now))
        note_ojt(self._session, actor, row, now=now)
        return row

    def enter_live_period(
        self,
        actor: Actor,
        *,
        person_code: str,
        programme_id: int,
        period: Period,
        confirmed: bool,
        now: datetime,
        source: str = "coordinator",
    ) -> LiveContactPeriod:
        """See `live.enter_live_period`."""
        self._human(actor, now)
        person = self._person(actor, person_code, Permission.LIVE_CONTACTS, now)
        if person.id == actor.person_id:
            raise NotAllowed("skills.own")
        days = (period.from_day, period.to_day)
        mine = [row for row in self._live[person.id] if row.programme_id == programme_id]
        row = new_live_period(
            self._held,
            actor,
            person_id=person.id,
            programme_id=programme_id,
            period=period,
            other=next((each for each in mine if overlaps((each.from_day, each.to_day), days)), None),
            confirmed=confirmed,
            source=source,
            now=now,
        )
        self._periods.append(row)
        self._live[person.id].append(row)
        note_live(self._session, actor, row, action="live.enter", now=now)
        return row

    def write(self) -> None:
        """Store everything, and tell who wants to know; the people have to be loaded anew for more."""
        session = self._session
        real: dict[int, int] = {}
        for model, rows in ((Verification, self._verifications), (OjtRecord, self._ojt)):
            made: list[Any] = list(rows)
            for row, key in zip(made, reserve_ids(session, model, len(made)) if made else [], strict=True):
                real[row.id], row.id = key, key
            insert_all(session, model, made)
        for signed in self._signatures:
            signed.verification_id = _key(signed.verification_id, real)
            signed.ojt_id = _key(signed.ojt_id, real)
        for plan, record in self._plans:
            plan.verification_id = record.id
        insert_all(session, SignOff, self._signatures)
        plans = [plan for plan, _ in self._plans]
        plan_ids = dict(zip((plan.code for plan in plans), reserve_ids(session, ActionPlan, len(plans)), strict=True))
        for plan in plans:
            plan.id = plan_ids[plan.code]
        insert_all(session, ActionPlan, plans)
        insert_all(session, LiveContactPeriod, self._periods)
        hours.post_all(session, self._postings)
        self._tell({plan.verification_id: plan.id for plan in plans})
        self._forget()

    def _tell(self, plans: dict[int, int]) -> None:
        for row in self._verifications:
            events.emit(self._session, VerificationRecorded(row.id, row.person_id, row.passed, plans.get(row.id)))
        records: dict[tuple[bool, int], Verification | OjtRecord] = {}
        for verified in self._held.verifications.values():
            records |= {(False, row.id): row for row in verified}
        for practised in self._held.ojt.values():
            records |= {(True, row.id): row for row in practised}
        for signed in self._signatures:
            is_ojt = signed.ojt_id is not None
            record = records[is_ojt, (signed.ojt_id if is_ojt else signed.verification_id) or 0]
            complete = signed.role == self._held.asked(record)[-1]
            events.emit(self._session, RecordSigned(record.person_id, record.programme_id, complete))
        for plan, person, opened_by, at in self._opened:
            tell_opened(self._session, plan, person, opened_by, now=at)
        for record, role, signers, at in self._next:
            tell_signers(self._session, record, role, signers, now=at)

    def _sign(self, actor: Actor, record: Verification | OjtRecord, role: str, now: datetime) -> SignOff:
        kind = "ojt" if isinstance(record, OjtRecord) else "verification"
        given, asked = self._held.signatures_under(kind, record.id), self._held.asked(record)
        signed = new_signature(record, given, asked, role, signer_id=self._human(actor, now), now=now)
        done = {each.role for each in (*given, signed)}
        lacking = [each for each in asked if each not in done]
        if lacking:
            signers = {each.signer_id for each in (*given, signed)}
            self._next.append((record, lacking[0], signers, now))
        self._signatures.append(signed)
        self._held.add(signed)
        return signed

    def _human(self, actor: Actor, now: datetime) -> int:
        if actor.person_id is None:
            raise NotAllowed("skills.needs_person")
        if actor.person_id not in self._employed:
            self._employed |= people.employments_of_many(self._session, [actor.person_id])
        spans = [(row.hired_on, row.left_on) for row in self._employed[actor.person_id]]
        if not employed_on(spans, local_day(now, actor.zone)):
            raise NotAllowed("skills.signer_left")
        return actor.person_id

    def _person(self, actor: Actor, code: str, permission: Permission, now: datetime) -> Person:
        """One of the people, where the actor's scope reaches them: `person_for` without a query."""
        person = self._people.get(code)
        scope = actor.scope(permission)
        if person is not None and (scope.everybody or (scope.own and person.id == actor.person_id)):
            return person
        placed = self._primary(person.id, local_day(now, actor.zone)) if person is not None else None
        reached = placed is not None and (
            (scope.team and placed.supervisor_id == actor.person_id)
            or scope.covers(placed.site_id, placed.programme_id)
        )
        if person is None or not reached:
            raise NotFound("people.not_found")
        return person

    def _primary(self, person_id: int, on: date) -> Placement | None:
        rows = self._held.placements.get(person_id, ())
        held = (row for row in rows if row.is_primary and overlaps((row.from_day, row.to_day), (on, on)))
        return next(held, None)

    def _case(self, actor: Actor, code: str, programme_id: int, day: date, *, field: str, now: datetime) -> Case:
        person = self._person(actor, code, Permission.VERIFY, now)
        if person.id == actor.person_id:
            raise NotAllowed("skills.own")
        return case_of(self._held, person, programme_id=programme_id, day=day, field=field, now=now)

    def _taken(self, case: Case) -> int:
        rows = self._held.ojt.get(case.person.id, ())
        gone = {row.corrects_id for row in rows}
        return sum(row.minutes for row in rows if row.day == case.day and row.id not in gone and not row.withdrawn)


def _key(key: int | None, real: dict[int, int]) -> int | None:
    return None if key is None else real.get(key, key)
