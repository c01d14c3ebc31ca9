"""The records behind the figures of C.3, training and development. Each function runs a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from lms.assessment.models import Attempt, Result, Test
from lms.catalog.models import Completion, CompletionRevocation, CourseVersion, Enrolment
from lms.hours.models import HoursEntry
from lms.kit.clock import local_day, month_end
from lms.kit.provenance import HISTORY
from lms.metrics.queries.headcount import headcount
from lms.metrics.queries.selection import Columns, employed, month_key, narrow, place_columns
from lms.metrics.rules import N_, Ask, Gathered, Record
from lms.people.models import Site
from lms.surveys.models import Survey, SurveyParticipation, SurveyRelease, SurveyResponse, SurveyVersion
from lms.surveys.rules import visible_cuts


def hours(kind: str) -> Callable[[Session, Ask], Gathered]:
    """The minutes of one kind (training, ojt, coaching) over the mean headcount; two queries.

    Corrections are entries of their own with their own sign: the sum is what counts (invariant 10).
    """

    def gather(session: Session, ask: Ask) -> Gathered:
        query = (
            select(HoursEntry)
            .where(HoursEntry.kind == kind, HoursEntry.day >= ask.first, HoursEntry.day <= ask.last)
            .order_by(HoursEntry.day, HoursEntry.id)
        )
        entries = session.scalars(narrow(query, ask, place_columns(HoursEntry, "day", "training_type")))
        minutes = [
            Record(
                month=month_key(entry.day),
                day=entry.day,
                person_id=entry.person_id,
                what=" · ".join(part for part in (entry.course_title, entry.detail) if part),
                site_id=entry.site_id,
                programme_id=entry.programme_id,
                job_id=entry.job_id,
                training_type=entry.training_type,
                endpoint="hours.entry",
                code=entry.code,
                amount=entry.minutes,
                note=_hours_note(entry),
            )
            for entry in entries
        ]
        return Gathered(numerator=minutes, denominator=headcount(session, ask))

    return gather


def _hours_note(entry: HoursEntry) -> str:
    if entry.corrects_id is not None:
        return N_("Corrección")
    return N_("Traído de antes") if entry.source_kind == HISTORY else _BASIS_NOTES.get(entry.basis, "")


_BASIS_NOTES = {"nominal": N_("Minutos que indica el curso")}
"""Minutes that nobody attended or observed are not to be taken for such."""


def assignments_due(session: Session, ask: Ask) -> Gathered:
    """Assignments whose due date is over, with whether they were completed by it; one query.

    Somebody who had left by then owed nothing any more. An assignment withdrawn by its due date was not due; one
    withdrawn later was, or withdrawing would mend the figure.
    """
    held = Enrolment.__table__.c
    query = (
        select(Enrolment, Completion.completed_on, CourseVersion.title, Site.zone, CompletionRevocation.id)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
        .outerjoin(CompletionRevocation, CompletionRevocation.completion_id == Completion.id)
        .outerjoin(Site, Site.id == Enrolment.site_id)
        .where(Enrolment.due_on >= ask.first, Enrolment.due_on <= ask.over, employed(held.person_id, held.due_on))
        .order_by(Enrolment.due_on, Enrolment.id)
    )
    found = []
    for row, completed_on, title, zone, revoked in session.execute(
        narrow(query, ask, place_columns(Enrolment, "due_on", "training_type"))
    ):
        due_on = row.due_on or ask.first  # never empty: the query asks for a day
        withdrawn_at = row.ended_at if row.withdrawn_reason is not None else None
        if withdrawn_at is not None and local_day(withdrawn_at, zone or ask.zone) <= due_on:
            continue
        met = completed_on is not None and completed_on <= due_on
        late = N_("Completada después de la fecha") if completed_on else N_("Sin completar")
        # It was completed, and the past stays what it was; that it proves nothing any more is said beside it.
        taken_back = N_("Anulada después") if revoked is not None else ""
        found.append(
            Record(
                month=month_key(due_on),
                day=due_on,
                person_id=row.person_id,
                what=title,
                site_id=row.site_id,
                programme_id=row.programme_id,
                job_id=row.job_id,
                training_type=row.training_type,
                met=met,
                other_day=completed_on,
                note=taken_back if met else late,
            )
        )
    return Gathered(found)


def first_attempts(session: Session, ask: Ask) -> Gathered:
    """The first attempt of every assignment, in the month it was graded, with its standing result; one query.

    The standing result is the last grading: where a faulty question led to a regrade, the regrade (invariant 6).
    """
    original, standing, later = aliased(Result), aliased(Result), aliased(Result)
    newest = (
        select(func.max(later.id))
        .where(later.attempt_id == Attempt.id, later.graded_on <= ask.as_of)
        .correlate(Attempt)
        .scalar_subquery()
    )
    held = Attempt.__table__.c
    query = (
        select(Attempt, original.graded_on, standing.passed, standing.kind, Test.title, Enrolment.training_type)
        .join(original, (original.attempt_id == Attempt.id) & (original.kind == "original"))
        .join(standing, standing.id == newest)
        .join(Test, Test.id == Attempt.test_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.number == 1, original.graded_on >= ask.first, original.graded_on <= ask.last)
        .order_by(original.graded_on, Attempt.id)
    )
    columns = Columns(
        held.person_id,
        original.graded_on.expression,
        held.site_id,
        held.programme_id,
        held.job_id,
        Enrolment.__table__.c.training_type,
    )
    return Gathered(
        [
            Record(
                month=month_key(graded_on),
                day=graded_on,
                person_id=attempt.person_id,
                what=title,
                site_id=attempt.site_id,
                programme_id=attempt.programme_id,
                job_id=attempt.job_id,
                training_type=training_type,
                endpoint="assessment.steps",
                code=attempt.code,
                met=passed,
                note=N_("Con recalificación") if kind == "regrade" else "" if passed else N_("No aprobada"),
            )
            for attempt, graded_on, passed, kind, title, training_type in session.execute(narrow(query, ask, columns))
        ]
    )


def survey_answers(session: Session, ask: Ask) -> Gathered:
    """Who was offered a survey in the month, and whether they answered; one query.

    Who answered is known, what they answered is not (invariant 12): nothing here leads to a response.
    """
    held, asked = Enrolment.__table__.c, SurveyParticipation.__table__.c
    query = (
        select(SurveyParticipation, SurveyVersion.title, Enrolment)
        .join(SurveyVersion, SurveyVersion.id == SurveyParticipation.version_id)
        .join(Enrolment, Enrolment.id == SurveyParticipation.enrolment_id)
        .where(SurveyParticipation.asked_month >= ask.first, SurveyParticipation.asked_month <= ask.last)
        .order_by(SurveyParticipation.asked_month, SurveyParticipation.enrolment_id)
    )
    columns = Columns(
        asked.person_id, asked.asked_month, held.site_id, held.programme_id, held.job_id, held.training_type
    )
    return Gathered(
        [
            Record(
                month=row.asked_month,
                day=row.asked_month,
                person_id=row.person_id,
                what=title,
                site_id=enrolment.site_id,
                programme_id=enrolment.programme_id,
                job_id=enrolment.job_id,
                training_type=enrolment.training_type,
                met=row.answered,
                note="" if row.answered else N_("Sin contestar"),
            )
            for row, title, enrolment in session.execute(narrow(query, ask, columns))
        ]
    )


def satisfaction(session: Session, ask: Ask) -> Gathered:
    """The satisfaction scale of the groups of answers released in each month; one query.

    A record is a survey's answers of a month: points and how many answers. A group below the minimum is left out, and
    with it whatever would let it be had by subtraction (invariant 12). The door of a record opens distributions.
    """
    totals: dict[tuple[int, str, str], dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = session.execute(
        select(SurveyVersion, Survey.slug, SurveyRelease.month, SurveyResponse.answers)
        .join(SurveyRelease, SurveyRelease.id == SurveyResponse.release_id)
        .join(SurveyVersion, SurveyVersion.id == SurveyResponse.version_id)
        .join(Survey, Survey.id == SurveyVersion.survey_id)
        .where(SurveyRelease.month <= ask.last)
    )
    for version, slug, month, answers in rows:
        value = answers.get(version.satisfaction)
        if value is not None:
            totals[version.id, slug, version.title][month].append(int(value))
    points, counted = [], []
    for (_, slug, title), months in sorted(totals.items()):
        for month in sorted(_shown({month: len(values) for month, values in months.items()}, ask.survey_minimum)):
            group = Record(month, month_end(month), None, title, endpoint="surveys.results", code=slug)
            points.append(replace(group, amount=sum(months[month])))
            counted.append(replace(group, amount=len(months[month])))
    wanted = frozenset(ask.months)
    return Gathered(
        numerator=[record for record in points if record.month in wanted],
        denominator=[record for record in counted if record.month in wanted],
    )


def _shown(counts: dict[date, int], minimum: int) -> frozenset[date]:
    """The months that may be shown; where every group is large enough, all: what is left over is a group or nothing."""
    if all(count >= minimum for count in counts.values()):
        return frozenset(counts)
    return visible_cuts(counts, minimum)
