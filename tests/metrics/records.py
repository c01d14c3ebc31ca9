"""How to write one record of each kind that figures read, with the facts of its day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.models import Attempt, PlanVersion, Result, Test
from lms.catalog.models import Completion, CourseVersion, Enrolment
from lms.hours.models import HoursEntry
from lms.kit.ids import new_code
from lms.people.models import Person, Placement
from lms.skills.models import (
    ActionPlan,
    ActionPlanClose,
    JobProfileVersion,
    LiveContactPeriod,
    OjtRecord,
    SignOff,
    Skill,
    Verification,
)
from lms.surveys.models import Survey, SurveyRelease, SurveyResponse, SurveyVersion

OLD = date(2025, 12, 1)
AS_OF = date(2026, 4, 10)
MARCH = date(2026, 3, 1)


def jan(day: int) -> date:
    return date(2026, 1, day)


def feb(day: int) -> date:
    return date(2026, 2, day)


def mar(day: int) -> date:
    return date(2026, 3, day)


def noon(day: date) -> datetime:
    """The middle of a working day in the sites' zone."""
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


class Records:
    """Writes records into a session. A company says who its people are, where they stand, and what is asked of them."""

    session: Session
    prefix: str
    people: dict[str, Person]
    at: dict[str, list[Placement]]
    versions: list[CourseVersion]
    skill: Skill
    profile: JobProfileVersion
    test: Test
    plan: PlanVersion
    enrolments: dict[str, Enrolment]

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def id(self, name: str) -> int:
        return self.people[name].id

    def place(self, name: str, day: date) -> dict[str, int]:
        """The facts that a record of this person and day keeps."""
        held = next(row for row in self.at[name] if row.from_day <= day and (row.to_day is None or row.to_day >= day))
        return {"site_id": held.site_id, "programme_id": held.programme_id, "job_id": held.job_id}

    def hours(self, name: str, day: date, minutes: int, **facts: Any) -> HoursEntry:
        values = {"kind": "training", "training_type": "initial", "basis": "attended", "reason": "", **facts}
        return self.add(
            HoursEntry(
                code=new_code(),
                person_id=self.id(name),
                day=day,
                minutes=minutes,
                mode="classroom",
                course_id="",
                course_title="Curso 0",
                course_version="",
                detail="",
                source_kind="test",
                source_code=new_code(),
                posted_at=noon(day),
                adjustment=False,
                **values,
                **self.place(name, day),
            )
        )

    def enrol(self, name: str, course: int, due: date | None, **facts: Any) -> Enrolment:
        on = mar(9) if name == "C" else feb(1)
        return self.add(
            Enrolment(
                code=new_code(),
                person_id=self.id(name),
                course_id=self.versions[course].course_id,
                version_id=self.versions[course].id,
                training_type="initial",
                assigned_at=noon(on),
                assigned_on=on,
                due_on=due,
                **facts,
                **self.place(name, on),
            )
        )

    def complete(self, enrolment: Enrolment, on: date) -> Enrolment:
        enrolment.ended_at = noon(on)
        self.add(
            Completion(
                code=new_code(),
                enrolment_id=enrolment.id,
                person_id=enrolment.person_id,
                course_id=enrolment.course_id,
                version_id=enrolment.version_id,
                training_type="initial",
                completed_at=noon(on),
                completed_on=on,
                site_id=enrolment.site_id,
                programme_id=enrolment.programme_id,
                job_id=enrolment.job_id,
            )
        )
        return enrolment

    def attempt(self, name: str, number: int, on: date, *, passed: bool) -> Attempt:
        row = self.add(
            Attempt(
                code=new_code(),
                person_id=self.id(name),
                test_id=self.test.id,
                enrolment_id=self.enrolments[name].id,
                plan_version_id=self.plan.id,
                bank_version_id=self.plan.bank_version_id,
                number=number,
                seed=b"seed",
                algorithm="1",
                seen={},
                started_at=noon(on),
                deadline_at=noon(on),
                grace_seconds=60,
                closed_at=noon(on),
                **self.place(name, on),
            )
        )
        self.result(row, on, passed=passed)
        return row

    def result(self, attempt: Attempt, on: date, *, passed: bool, kind: str = "original", reason: str = "") -> None:
        self.add(
            Result(
                attempt_id=attempt.id,
                kind=kind,
                score_num=1 if passed else 0,
                score_den=1,
                pass_num=4,
                pass_den=5,
                passed=passed,
                answered=1,
                items=[],
                graded_at=noon(on),
                graded_on=on,
                reason=reason,
            )
        )

    def survey(self, slug: str, values: list[int | None], month: date = MARCH) -> SurveyVersion:
        survey = self.add(Survey(slug=self.prefix + slug))
        version = self.add(
            SurveyVersion(
                survey_id=survey.id,
                content_hash="x",
                title=slug,
                intro_html="",
                anonymous=True,
                satisfaction="s",
                questions=[],
                published_at=noon(OLD),
            )
        )
        survey.current_version_id = version.id
        self.release(version, values, month)
        return version

    def release(self, version: SurveyVersion, values: list[int | None], month: date) -> None:
        group = self.add(SurveyRelease(version_id=version.id, month=month, responses=len(values)))
        for value in values:
            answers = {} if value is None else {"s": value}
            self.add(SurveyResponse(key=new_code(), release_id=group.id, version_id=version.id, answers=answers))

    def verify(
        self, name: str, on: date, *, kind: str = "skill", passed: bool = True, sign: str = "EM", **facts: Any
    ) -> Verification:
        """A verification by E, signed on the day it was recorded by E and M (those named in `sign`)."""
        recorded = facts.pop("recorded", on)
        where = {**self.place(name, on), **facts.pop("where", {})}
        row = self.add(
            Verification(
                code=new_code(),
                person_id=self.id(name),
                kind=kind,
                skill_id=self.skill.id if kind == "skill" else None,
                profile_id=self.profile.id,
                method="observation",
                score_num=1 if passed else 0,
                score_den=1,
                threshold_num=4,
                threshold_den=5,
                passed=passed,
                observed_on=on,
                evaluator_id=self.id("E"),
                recorded_at=noon(recorded),
                **where,
                **facts,
            )
        )
        for minutes, signer in enumerate(sign):
            role = {"E": "evaluator", "M": "manager"}[signer]
            self.sign(row.person_id, role, signer, noon(recorded) + timedelta(minutes=minutes), verification_id=row.id)
        return row

    def sign(self, subject_id: int, role: str, signer: str, at: datetime, **record: int) -> None:
        self.add(SignOff(subject_id=subject_id, role=role, signer_id=self.id(signer), at=at, **record))

    def practise(self, name: str, on: date) -> None:
        row = self.add(
            OjtRecord(
                code=new_code(),
                person_id=self.id(name),
                day=on,
                minutes=60,
                contacts=5,
                criteria=[],
                observer_id=self.id("E"),
                recorded_at=noon(on),
                profile_id=self.profile.id,
                **self.place(name, on),
            )
        )
        self.sign(row.person_id, "evaluator", "E", noon(on), ojt_id=row.id)

    def road(self, name: str, learned: date, **skill: Any) -> Verification:
        """The whole road in four days: course, pre-OJT, practice, skill."""
        self.complete(self.enrol(name, 0, None), learned)
        self.verify(name, learned + timedelta(days=1), kind="pre_ojt")
        self.practise(name, learned + timedelta(days=2))
        return self.verify(name, learned + timedelta(days=3), **skill)

    def live(self, name: str, first: date, last: date | None = None, **facts: Any) -> LiveContactPeriod:
        values = {"under_ojt": False, "reason": "", **facts}
        return self.add(
            LiveContactPeriod(
                code=new_code(),
                person_id=self.id(name),
                from_day=first,
                to_day=last,
                source="roster",
                gate_at_start="open",  # a note of whoever entered it; figures decide for themselves
                recorded_at=noon(first),
                **values,
                **self.place(name, first),
            )
        )

    def action_plan(self, name: str, row: Verification, due: date, closed: date | None) -> None:
        plan = self.add(
            ActionPlan(
                code=new_code(),
                verification_id=row.id,
                person_id=self.id(name),
                owner_id=self.id("M"),
                what="Practicar",
                opened_at=noon(feb(20)),
                due_on=due,
                site_id=row.site_id,
                programme_id=row.programme_id,
                job_id=row.job_id,
            )
        )
        if closed is not None:
            self.add(
                ActionPlanClose(
                    plan_id=plan.id,
                    closed_at=noon(closed),
                    closed_on=closed,
                    closed_by=self.id("M"),
                    outcome="Hecho",
                )
            )
