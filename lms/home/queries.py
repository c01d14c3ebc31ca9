"""Reading what the start page gathers; a fixed number of queries whatever somebody has on record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, PlanVersion, Result, Test
from lms.assessment.queries.attempts import Past
from lms.assessment.rules import policy
from lms.catalog.models import Course, CourseVersion, Enrolment
from lms.catalog.queries import EnrolmentView, enrolments_of
from lms.catalog.rules import PartState
from lms.certificates.models import Certificate, CertificateRevocation
from lms.certificates.queries import CertificateRow
from lms.certificates.queries import of_person as certificates_of
from lms.certificates.rules import SOON_DAYS, Standing
from lms.home import rules
from lms.home.rules import CertificateNews, CourseWork, ModuleWork, NextStep, SurveyWork, TestWork
from lms.hours.models import HoursEntry
from lms.hours.queries import month_totals
from lms.hours.rules import MonthTotal
from lms.kit.audit import AuditEntry
from lms.kit.clock import add_months, month_of
from lms.kit.permissions import Actor, Permission
from lms.people.models import Job, Person, Placement
from lms.people.queries import in_force, scope_condition
from lms.skills import queries as skills
from lms.skills.models import ActionPlan, ActionPlanClose, LiveContactPeriod
from lms.skills.queries.live import against_the_gate, current_live_period
from lms.skills.rules import GateState
from lms.surveys.queries import Waiting, waiting_for


@dataclass(frozen=True)
class LearnerDesk:
    """What a learner meets: the one step, open courses first, surveys, certificates, minutes of the year by kind."""

    step: NextStep
    courses: list[EnrolmentView]
    surveys: list[Waiting]
    certificates: list[CertificateRow]
    minutes: dict[str, int]

    @property
    def to_retake(self) -> list[EnrolmentView]:
        """Courses whose completion was revoked and that neither an open enrolment nor another completion makes good."""
        good = {
            view.enrolment.course_id for view in self.courses if view.open or (view.completion and not view.revocation)
        }
        return [view for view in self.courses if view.revocation and view.enrolment.course_id not in good]

    @property
    def empty(self) -> bool:
        return not (self.courses or self.certificates or self.minutes)


def learner_desk(session: Session, person_id: int, *, today: date, now: datetime) -> LearnerDesk:
    """Everything but the road; seven queries once the versions are kept."""
    courses = enrolments_of(session, person_id)
    surveys = waiting_for(session, person_id)
    certificates = certificates_of(session, person_id, today)
    running = [view for view in courses if view.open]
    plans = _plans(session, {view.version.test for view in running if view.version.test})
    past = _past(session, [view.enrolment.id for view in running])
    step = rules.next_step(
        [_work(view, plans.get(view.version.test), past, now) for view in running],
        [SurveyWork(item.enrolment_code, item.course_title) for item in surveys],
        [_news(row.certificate) for row in certificates if row.standing is Standing.VALID],
        today,
    )
    return LearnerDesk(step, courses, surveys, certificates, _minutes(session, person_id, today))


# The start page of every learner asks these: built once.
_PLANS = (
    select(Test.slug, PlanVersion)
    .join(PlanVersion, PlanVersion.id == Test.current_plan_id)
    .where(Test.slug.in_(bindparam("slugs", expanding=True)))
)
_PAST = (
    select(Attempt, Result)
    .outerjoin(Result, Result.attempt_id == Attempt.id)
    .where(Attempt.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .order_by(Attempt.id, Result.id)
)
_MINUTES = (
    select(HoursEntry.kind, func.sum(HoursEntry.minutes))
    .where(HoursEntry.person_id == bindparam("person"), HoursEntry.day >= bindparam("first"))
    .group_by(HoursEntry.kind)
)


def _plans(session: Session, slugs: Collection[str]) -> dict[str, PlanVersion]:
    rows = session.execute(_PLANS, {"slugs": list(slugs)})
    return {row[0]: row[1] for row in rows}


def _past(session: Session, enrolment_ids: Collection[int]) -> list[Past]:
    """The attempts of some enrolments in order, each with the result that stands."""
    rows = session.execute(_PAST, {"enrolments": list(enrolment_ids)})
    found: dict[int, Past] = {}
    for attempt, result in rows:
        found[attempt.id] = Past(attempt, result)
    return list(found.values())


def _work(view: EnrolmentView, plan: PlanVersion | None, past: Sequence[Past], now: datetime) -> CourseWork:
    modules = view.version.modules
    module = view.next_module
    left = [each for each in modules if view.state_of(each) is not PartState.DONE]
    return CourseWork(
        code=view.enrolment.code,
        title=view.version.title,
        due_on=view.enrolment.due_on,
        modules=len(modules),
        modules_left=len(left),
        minutes_left=view.minutes_left,
        module=None if module is None else ModuleWork(module.key, module.position, module.title, module.minutes),
        test=None if plan is None else _test(view, plan, past, now),
    )


def _test(view: EnrolmentView, plan: PlanVersion, past: Sequence[Past], now: datetime) -> TestWork:
    mine = [each for each in past if each.attempt.enrolment_id == view.enrolment.id]
    unfinished = next((each.attempt for each in mine if each.attempt.closed_at is None), None)
    decision = policy.may_start(
        [each.facts for each in mine], now, attempts=plan.attempts, delay=timedelta(hours=plan.delay_hours)
    )
    return TestWork(
        decision,
        plan.questions,
        plan.minutes,
        taken=len(mine),
        attempt_code=unfinished.code if unfinished else "",
        deadline=unfinished.deadline_at if unfinished else None,
    )


def _news(certificate: Certificate) -> CertificateNews:
    return CertificateNews(certificate.code, certificate.course_title, certificate.issued_on, certificate.expires_on)


def _minutes(session: Session, person_id: int, today: date) -> dict[str, int]:
    rows = session.execute(_MINUTES, {"person": person_id, "first": today.replace(month=1, day=1)})
    return {kind: int(minutes) for kind, minutes in rows}


@dataclass(frozen=True)
class TeamDesk:
    """What whoever accompanies people meets. Lists hold at most `limit`; `states` is None where the team is larger."""

    states: dict[GateState, int] | None
    people: int
    turns: list[skills.TeamRow]  # whose next step is a verification or practice
    waiting: list[skills.RecordRow]
    expiring: Sequence[skills.Expiring]
    plans_open: int
    plans_late: int
    against: int
    late: list[LateCourse]
    limit: int


@dataclass(frozen=True)
class LateCourse:
    """An open course whose due date is over."""

    person: Person
    title: str
    due_on: date


_TURNS = ("skills.missing.pre_ojt", "skills.missing.skill", "skills.missing.ojt_")
"""Keys of what lacks that begin so are for somebody to verify or to practise with; a signature is a list of its own."""


def team_desk(session: Session, actor: Actor, on: date, *, limit: int, gap_days: int) -> TeamDesk:
    """The people in scope for READ_TEAM: sixteen queries whatever their number."""
    found = skills.readiness(session, actor, on, limit=limit, gap_days=gap_days)
    states = {state: sum(row.gate.state is state for row in found.rows) for state in GateState}
    plans_open, plans_late = _plan_counts(session, actor, on)
    return TeamDesk(
        states=None if found.after else states,
        people=len(found.rows),
        turns=[row for row in found.rows if _is_turn(row)],
        waiting=skills.waiting_for_signature(session, actor, Permission.READ_TEAM, on, limit=limit),
        expiring=skills.expiring(session, actor, on, limit=limit),
        plans_open=plans_open,
        plans_late=plans_late,
        against=against_count(session, actor, on),
        late=_late(session, actor, on, limit),
        limit=limit,
    )


def _is_turn(row: skills.TeamRow) -> bool:
    """Whether the first thing that lacks is somebody's to verify or to practise with, not the person's own to learn."""
    first = row.gate.missing[0].key if row.gate.missing else ""
    return first.startswith(_TURNS) and not first.endswith("_signature")


def _plan_counts(session: Session, actor: Actor, on: date) -> tuple[int, int]:
    row = session.execute(
        select(func.count(), func.count().filter(ActionPlan.due_on < on))
        .select_from(ActionPlan)
        .outerjoin(ActionPlanClose, ActionPlanClose.plan_id == ActionPlan.id)
        .where(
            ActionPlanClose.id.is_(None),
            scope_condition(actor, Permission.READ_TEAM, on, ActionPlan.__table__.c.person_id),
        )
    ).one()
    return int(row[0]), int(row[1])


def against_count(session: Session, actor: Actor, on: date) -> int:
    """How many live-contact periods of people in scope began against the gate: those that `/contactos?ver=contra` lists."""
    return (
        session.scalar(
            select(func.count())
            .select_from(LiveContactPeriod)
            .where(
                scope_condition(actor, Permission.READ_TEAM, on, LiveContactPeriod.__table__.c.person_id),
                current_live_period(),
                against_the_gate(),
            )
        )
        or 0
    )


def _late(session: Session, actor: Actor, on: date, limit: int) -> list[LateCourse]:
    rows = session.execute(
        select(Person, CourseVersion.title, Enrolment.due_on)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(
            Enrolment.ended_at.is_(None),
            Enrolment.due_on < on,
            Person.active,
            scope_condition(actor, Permission.READ_TEAM, on, Person.__table__.c.id),
        )
        .order_by(Enrolment.due_on, Enrolment.id)
        .limit(limit)
    )
    return [LateCourse(person, title, due_on) for person, title, due_on in rows if due_on is not None]


@dataclass(frozen=True)
class HrDesk:
    """What human resources meet: this month, the oldest month to close (None: all are), certificates that end soon, people."""

    month: MonthTotal
    to_close: MonthTotal | None
    ending: list[tuple[Certificate, Person]]
    people: int


def hr_desk(session: Session, actor: Actor, on: date, *, limit: int) -> HrDesk:
    """Five queries."""
    months = month_totals(session, actor, first=add_months(on, -12), last=month_of(on), on=on)
    waiting = [each for each in months[:-1] if not each.closed and each.now]
    return HrDesk(
        months[-1],
        waiting[0] if waiting else None,
        _ending(session, actor, on, limit),
        people_count(session, actor, on),
    )


def _ending(session: Session, actor: Actor, on: date, limit: int) -> list[tuple[Certificate, Person]]:
    """Valid certificates of people in scope that end within `SOON_DAYS` and have no newer one of the same course."""
    newer = (
        select(Certificate.person_id, Certificate.course_id, func.max(Certificate.issued_on).label("last"))
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
        .where(CertificateRevocation.id.is_(None))  # a newer one that was revoked renews nothing
    )
    latest = newer.group_by(Certificate.person_id, Certificate.course_id).subquery()
    rows = session.execute(
        select(Certificate, Person)
        .join(Person, Person.id == Certificate.person_id)
        .join(
            latest,
            (latest.c.person_id == Certificate.person_id)
            & (latest.c.course_id == Certificate.course_id)
            & (latest.c.last == Certificate.issued_on),
        )
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
        .where(
            Certificate.expires_on >= on,
            Certificate.expires_on <= on + timedelta(days=SOON_DAYS),
            CertificateRevocation.id.is_(None),
            Person.active,
            scope_condition(actor, Permission.READ_TEAM, on, Certificate.__table__.c.person_id),
        )
        .order_by(Certificate.expires_on, Certificate.id)
        .limit(limit)
    )
    return [(certificate, person) for certificate, person in rows]


def people_count(session: Session, actor: Actor, on: date) -> int:
    """Open accounts in the actor's scope: those that `/personas` lists."""
    condition = scope_condition(actor, Permission.READ_PEOPLE, on, Person.__table__.c.id)
    return session.scalar(select(func.count()).select_from(Person).where(Person.active, condition)) or 0


def audit_count(session: Session) -> int:
    """Entries of the audit trail."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def course_count(session: Session) -> int:
    """Published courses."""
    published = select(func.count()).select_from(Course).where(Course.current_version_id.is_not(None))
    return session.scalar(published) or 0


def jobs_without_profile(session: Session, on: date) -> list[Job]:
    """Key customer-related jobs in use that ask nothing of their people yet: nobody in them can become ready."""
    asked = skills.profiles_in_force(session, on)
    used = select(Placement.job_id).where(Placement.is_primary, in_force(on))
    rows = session.scalars(select(Job).where(Job.key_customer_related, Job.id.in_(used)).order_by(Job.name))
    return [job for job in rows if job.id not in asked]
