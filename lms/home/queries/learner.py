"""What a learner's start page gathers."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, Result
from lms.assessment.queries.attempts import Past
from lms.assessment.queries.conditions import Asked, plans_for
from lms.assessment.queries.content import plan_rules
from lms.assessment.rules.asking import decide
from lms.catalog.queries import EnrolmentView, enrolments_of
from lms.catalog.rules import PartState
from lms.certificates.models import Certificate
from lms.certificates.queries import CertificateRow
from lms.certificates.queries import of_person as certificates_of
from lms.certificates.rules import Standing
from lms.home import rules
from lms.home.rules import CertificateNews, CourseWork, ModuleWork, NextStep, SurveyWork, TestWork
from lms.hours.models import HoursEntry
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
    plans = plans_for(session, person_id, {view.version.test for view in running if view.version.test})
    past = _past(session, [view.enrolment.id for view in running])
    step = rules.next_step(
        [_work(view, plans.get(view.version.test), past, now) for view in running],
        [SurveyWork(item.enrolment_code, item.course_title) for item in surveys],
        [_news(row.certificate) for row in certificates if row.standing is Standing.VALID],
        today,
    )
    return LearnerDesk(step, courses, surveys, certificates, _minutes(session, person_id, today))


# The start page of every learner asks these: built once.
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


def _past(session: Session, enrolment_ids: Collection[int]) -> list[Past]:
    """The attempts of some enrolments in order, each with the result that stands."""
    rows = session.execute(_PAST, {"enrolments": list(enrolment_ids)})
    found: dict[int, Past] = {}
    for attempt, result in rows:
        found[attempt.id] = Past(attempt, result)
    return list(found.values())


def _work(view: EnrolmentView, asked: Asked | None, past: Sequence[Past], now: datetime) -> CourseWork:
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
        test=None if asked is None else _test(view, asked, past, now),
    )


def _test(view: EnrolmentView, asked: Asked, past: Sequence[Past], now: datetime) -> TestWork:
    _, plan, granted = asked
    mine = [each for each in past if each.attempt.enrolment_id == view.enrolment.id]
    unfinished = next((each.attempt for each in mine if each.attempt.closed_at is None), None)
    return TestWork(
        decide(plan_rules(plan), [each.facts for each in mine], now, granted),
        plan.questions,
        math.ceil(plan.minutes * granted.time),
        taken=len(mine),
        attempt_code=unfinished.code if unfinished else "",
        deadline=unfinished.deadline_at if unfinished else None,
    )


def _news(certificate: Certificate) -> CertificateNews:
    return CertificateNews(certificate.code, certificate.course_title, certificate.issued_on, certificate.expires_on)


def _minutes(session: Session, person_id: int, today: date) -> dict[str, int]:
    rows = session.execute(_MINUTES, {"person": person_id, "first": today.replace(month=1, day=1)})
    return {kind: int(minutes) for kind, minutes in rows}
