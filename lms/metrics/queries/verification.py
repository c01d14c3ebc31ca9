"""The records behind the figures of C.4, verification of skills and knowledge, and of "trained before live contacts"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from lms.kit.provenance import ImportWithdrawal
from lms.metrics.queries.selection import employed, month_key, narrow, place_columns
from lms.metrics.rules import N_, Ask, Gathered, Record
from lms.people import queries as people
from lms.people.models import Site
from lms.people.rules import Line, employed_on
from lms.skills import queries as skills
from lms.skills.models import (
    ActionPlan,
    ActionPlanClose,
    JobProfileVersion,
    LiveContactPeriod,
    PriorVerification,
    SignOff,
    Skill,
    Verification,
)
from lms.skills.rules import GateState, SignOffFact, Step, StepKind, signed_on

PRE_OJT = N_("Verificación previa a la práctica")


def live_contact_beginnings(session: Session, ask: Ask) -> Gathered:
    """Live-contact periods that began in the month, with whether the gate stood open that day; eleven queries.

    The gate is decided anew from what was recorded and signed by the end of the first day: evidence entered
    afterwards with an earlier date does not count. The period's own note (`gate_at_start`) is not asked.
    """
    live = _live(session, ask)
    found = []
    for period in live.periods:
        day = period.from_day
        if day < ask.first or not live.in_team(period, day):
            continue
        state, _ = live.standing(period, day)
        met = state is GateState.OPEN or (period.under_ojt and state is GateState.SUPERVISED)
        record = _live_record(period, month_key(day), day, met, _GATE_NOTES[state])
        first_said = live.first_said(period)
        # A first day that was moved may have moved past the gate: the reader is to see that it was.
        moved = met and first_said != day
        found.append(replace(record, other_day=first_said, note=_MOVED) if moved else record)
    return Gathered(found)


_MOVED = N_("Primer día corregido: antes decía otro")
_GATE_NOTES = {
    GateState.CLOSED: N_("Puerta cerrada ese día"),
    GateState.SUPERVISED: N_("Ese día solo podía practicar con supervisión"),
    GateState.OPEN: "",
}


def currently_verified(session: Session, ask: Ask) -> Gathered:
    """Who took live contacts on the snapshot day, trainees apart, with whether every required skill stood verified."""
    return Gathered(
        [
            _live_record(period, month, day, _done(steps, StepKind.SKILLS), N_("Falta o venció una habilidad exigida"))
            for period, month, day, steps in _on_live_contacts(session, ask)
            if not period.under_ojt
        ]
    )


def unverified_on_live_contacts(session: Session, ask: Ask) -> Gathered:
    """Everybody who took live contacts on the snapshot day; *met* are those without the verification it takes.

    It takes every required skill verified; for a trainee under structured supervision, the pre-OJT verification.
    """
    found = []
    for period, month, day, steps in _on_live_contacts(session, ask):
        step = StepKind.PRE_OJT if period.under_ojt else StepKind.SKILLS
        lacks = not _done(steps, step)
        record = _live_record(period, month, day, not lacks, "")
        note = N_("Sin la verificación previa a la práctica") if period.under_ojt else N_("Sin verificación vigente")
        found.append(replace(record, met=lacks, note=note if lacks else ""))
    return Gathered(found)


def _done(steps: Sequence[Step], kind: StepKind) -> bool:
    return all(not step.missing for step in steps if step.kind is kind)


Standing = tuple[LiveContactPeriod, date, date, tuple[Step, ...]]


def _on_live_contacts(session: Session, ask: Ask) -> list[Standing]:
    """Period, month, snapshot day and steps to the gate of everybody on live contacts then.

    Who has left takes no contacts, even where nobody ended the period.
    """
    live = _live(session, ask)
    return [
        (period, month, day, live.standing(period, day)[1])
        for month, day in ask.snapshots.items()
        for period in live.periods
        if period.from_day <= day
        and (period.to_day is None or period.to_day >= day)
        and live.employed(period, day)
        and live.in_team(period, day)
    ]


class _Live:
    """Every live-contact period that touches the months, and all that is known of its people: eleven queries.

    Three figures of one page look at the same, so it is read once a page (`Ask.memo`).
    """

    def __init__(self, session: Session, ask: Ask) -> None:
        query = (
            select(LiveContactPeriod)
            .where(
                skills.current_live_period(),
                LiveContactPeriod.from_day <= ask.last,
                or_(LiveContactPeriod.to_day.is_(None), LiveContactPeriod.to_day >= ask.first),
            )
            .order_by(LiveContactPeriod.from_day, LiveContactPeriod.id)
        )
        # The supervisor of the day decides, and the days differ by figure: asked below.
        wanted = narrow(query, ask.without_supervisor(), place_columns(LiveContactPeriod, "from_day"))
        self.periods: Sequence[LiveContactPeriod] = session.scalars(wanted).all()
        self._held = skills.Dossiers(session, {period.person_id for period in self.periods})
        self._gates: dict[tuple[int, int, date], tuple[GateState, tuple[Step, ...]]] = {}
        self._said = _beginnings_said(session, {period.person_id for period in self.periods})
        self._team: list[Line] | None = None
        if ask.cell.supervisor_id is not None:
            lines = people.supervision_lines(session, ask.first)
            self._team = [line for line in lines if line.supervisor == ask.cell.supervisor_id]

    def standing(self, period: LiveContactPeriod, day: date) -> tuple[GateState, tuple[Step, ...]]:
        """State and steps of the gate of the period's person on its programme, as they were known at the end of the day."""
        key = (period.person_id, period.programme_id, day)
        if key not in self._gates:
            self._gates[key] = self._held.standing(*key)
        return self._gates[key]

    def first_said(self, period: LiveContactPeriod) -> date:
        """The first day that the period had when it was entered, before whatever corrected it."""
        day, before = self._said[period.id]
        while before is not None:
            day, before = self._said[before]
        return day

    def employed(self, period: LiveContactPeriod, day: date) -> bool:
        """Whether the period's person was employed that day."""
        spans = [(row.hired_on, row.left_on) for row in self._held.employments.get(period.person_id, ())]
        return employed_on(spans, day)

    def in_team(self, period: LiveContactPeriod, day: date) -> bool:
        """Whether the supervisor of the filter supervised the person that day; everybody where there is no such filter."""
        return self._team is None or any(
            line.person == period.person_id and line.from_day <= day and (line.to_day is None or line.to_day >= day)
            for line in self._team
        )


def _beginnings_said(session: Session, person_ids: Collection[int]) -> dict[int, tuple[date, int | None]]:
    """The first day of every period of these people, corrected ones too, and the period that it corrects; by id."""
    rows = session.execute(
        select(LiveContactPeriod.id, LiveContactPeriod.from_day, LiveContactPeriod.corrects_id).where(
            LiveContactPeriod.person_id.in_(person_ids)
        )
    )
    return {row_id: (day, corrects) for row_id, day, corrects in rows}


def _live(session: Session, ask: Ask) -> _Live:
    known: _Live | None = ask.memo.get("live")
    if known is None:
        known = ask.memo["live"] = _Live(session, ask)
    return known


def _live_record(period: LiveContactPeriod, month: date, day: date, met: bool, note: str) -> Record:
    return Record(
        month=month,
        day=day,
        person_id=period.person_id,
        what=N_("Contactos reales en práctica supervisada") if period.under_ojt else N_("Contactos reales"),
        site_id=period.site_id,
        programme_id=period.programme_id,
        job_id=period.job_id,
        endpoint="skills.live_period",
        code=period.code,
        met=met,
        other_day=period.from_day,
        note="" if met else note,
    )


def first_verifications(session: Session, ask: Ask) -> Gathered:
    """The first verification of each person in each thing and programme, in the month it was observed; two queries.

    Passed is passed *and* signed by everybody whom its profile asks for: without the signatures nobody was verified.
    A row that was corrected or taken back does not count; what took its place does. An imported verification is no record of
    a first try (the others of that time are not here): it counts for nothing, and what follows it is no first one.
    """
    query = (
        select(Verification, Skill.name, JobProfileVersion.sign_roles, Site.zone)
        .join(JobProfileVersion, JobProfileVersion.id == Verification.profile_id)
        .join(Site, Site.id == Verification.site_id)
        .outerjoin(Skill, Skill.id == Verification.skill_id)
        .where(
            skills.uncorrected_verification(),
            _is_first(),
            Verification.observed_on >= ask.first,
            Verification.observed_on <= ask.last,
        )
        .order_by(Verification.observed_on, Verification.id)
    )
    query = narrow(query, ask, place_columns(Verification, "observed_on"))
    signed = _signatures(session, query.with_only_columns(Verification.id).order_by(None))
    found = []
    for row, skill, roles, zone in session.execute(query):
        cleared = signed_on(
            signed[row.id],
            roles,
            subject_id=row.person_id,
            evaluator_id=row.evaluator_id,
            not_before=row.observed_on,
            zone=zone,
        )
        met = row.passed and cleared is not None and cleared <= ask.as_of
        found.append(
            Record(
                month=month_key(row.observed_on),
                day=row.observed_on,
                person_id=row.person_id,
                what=skill or PRE_OJT,
                site_id=row.site_id,
                programme_id=row.programme_id,
                job_id=row.job_id,
                endpoint="skills.verification",
                code=row.code,
                met=met,
                other_day=cleared,
                note=_first_note(row, met),
            )
        )
    return Gathered(found)


def _first_note(row: Verification, met: bool) -> str:
    if met:
        return N_("Con corrección") if row.corrects_id is not None else ""
    return N_("Aprobada, faltan firmas") if row.passed else N_("No aprobada")


def _is_first() -> ColumnElement[bool]:
    """The SQL condition that no verification that counts of the same thing came before; imported ones came before, too."""
    earlier, later, taken = aliased(Verification), aliased(Verification), ImportWithdrawal
    imported = exists(
        select(PriorVerification.id).where(
            PriorVerification.person_id == Verification.person_id,
            PriorVerification.programme_id == Verification.programme_id,
            PriorVerification.kind == Verification.kind,
            or_(
                PriorVerification.skill_id == Verification.skill_id,
                and_(PriorVerification.skill_id.is_(None), Verification.skill_id.is_(None)),
            ),
            PriorVerification.observed_on <= Verification.observed_on,
            ~exists(select(taken.row_key).where(taken.row_key == PriorVerification.row_key)),
        )
    )
    return ~imported & ~exists(
        select(earlier.id).where(
            earlier.person_id == Verification.person_id,
            earlier.programme_id == Verification.programme_id,
            earlier.kind == Verification.kind,
            or_(
                earlier.skill_id == Verification.skill_id,
                and_(earlier.skill_id.is_(None), Verification.skill_id.is_(None)),
            ),
            or_(
                earlier.observed_on < Verification.observed_on,
                and_(earlier.observed_on == Verification.observed_on, earlier.id < Verification.id),
            ),
            ~earlier.withdrawn,
            ~exists(select(later.id).where(later.corrects_id == earlier.id)),
        )
    )


def _signatures(session: Session, verification_ids: Select[int]) -> defaultdict[int, list[SignOffFact]]:
    found: defaultdict[int, list[SignOffFact]] = defaultdict(list)
    for row in session.scalars(
        select(SignOff).where(SignOff.verification_id.in_(verification_ids)).order_by(SignOff.id)
    ):
        found[row.verification_id or 0].append(SignOffFact(row.role, row.signer_id, row.at))
    return found


def action_plans_due(session: Session, ask: Ask) -> Gathered:
    """Action plans whose due date is over, with whether they were closed by it; one query.

    The plan of somebody who had left by then was not due any more; nor was one whose verification was corrected or taken
    back by then, which closed it: nothing was carried out.
    """
    held, later = ActionPlan.__table__.c, aliased(Verification)
    by_correction = exists(
        select(later.id).where(
            later.corrects_id == ActionPlan.verification_id,
            later.recorded_at == ActionPlanClose.closed_at,
            ActionPlanClose.closed_on <= ActionPlan.due_on,
        )
    )
    query = (
        select(ActionPlan, ActionPlanClose.closed_on, Skill.name)
        .join(Verification, Verification.id == ActionPlan.verification_id)
        .outerjoin(ActionPlanClose, ActionPlanClose.plan_id == ActionPlan.id)
        .outerjoin(Skill, Skill.id == Verification.skill_id)
        .where(
            ActionPlan.due_on >= ask.first,
            ActionPlan.due_on <= ask.over,
            employed(held.person_id, held.due_on),
            ~by_correction,
        )
        .order_by(ActionPlan.due_on, ActionPlan.id)
    )
    found = []
    for plan, closed_on, skill in session.execute(narrow(query, ask, place_columns(ActionPlan, "due_on"))):
        met = closed_on is not None and closed_on <= plan.due_on
        found.append(
            Record(
                month=month_key(plan.due_on),
                day=plan.due_on,
                person_id=plan.person_id,
                what=skill or PRE_OJT,
                site_id=plan.site_id,
                programme_id=plan.programme_id,
                job_id=plan.job_id,
                endpoint="skills.plan",
                code=plan.code,
                met=met,
                other_day=closed_on,
                note="" if met else N_("Cerrado después de la fecha") if closed_on else N_("Sin cerrar"),
            )
        )
    return Gathered(found)
