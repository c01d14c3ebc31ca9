"""A company small enough to compute by hand: eight people, March 2026, every case that figures must tell apart.

A, B, C, D, F and H are agents; E evaluates, M manages. What each of them is for stands beside the records; the values
that follow stand in `test_worked_example.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from lms.assessment.models import Bank, BankVersion, PlanVersion, Test
from lms.catalog.models import Course, CourseVersion
from lms.kit.ids import new_code
from lms.people.models import Employment, Job, Person, Placement, Programme, Site
from lms.skills.models import (
    JobProfileVersion,
    ProfileRequirement,
    Skill,
)
from lms.surveys.models import SurveyParticipation
from tests.metrics.records import AS_OF, MARCH, OLD, Records, feb, jan, mar, noon


class Company(Records):
    """Builds itself into a session; `prefix` lets two stand side by side."""

    def __init__(self, session: Session, prefix: str = "") -> None:
        self.session, self.prefix = session, prefix
        zone = "America/Argentina/Buenos_Aires"
        self.norte, self.sur = (self.add(Site(code=new_code(), name=prefix + n, zone=zone)) for n in ("Norte ", "Sur "))
        self.banco, self.tienda = (self.add(Programme(code=new_code(), name=prefix + n)) for n in ("Banca ", "Ventas "))
        self.job = self.add(Job(code=new_code(), name=prefix + "Asesor", key_customer_related=True))
        self.people: dict[str, Person] = {}
        self.at: dict[str, list[Placement]] = {}
        self._staff()
        self._skills()
        self._courses()
        self._hours()
        self._training()
        self._attempts()
        self._surveys()
        self._evidence()
        self._live()
        self._plans()

    def _staff(self) -> None:
        left = {"B": mar(20)}
        for name in "MEABCDFH":
            row = Person(
                code=new_code(),
                employee_number=f"{self.prefix}K{name}",
                given_name=name,
                family_name=f"{self.prefix}Ejemplo",
                created_at=noon(OLD),
            )
            self.people[name] = self.add(row)
            hired = mar(9) if name == "C" else OLD
            self.add(Employment(person_id=row.id, hired_on=hired, left_on=left.get(name)))
            here = (self.norte, self.banco) if name in "ABCDF" else (self.sur, self.tienda)
            # D is transferred on 16 March.
            self._placed(name, *here, hired, mar(15) if name == "D" else left.get(name))
        self._placed("D", self.sur, self.tienda, mar(16), None)

    def _placed(self, name: str, site: Site, programme: Programme, first: date, last: date | None) -> None:
        row = Placement(
            code=new_code(),
            person_id=self.id(name),
            site_id=site.id,
            programme_id=programme.id,
            job_id=self.job.id,
            supervisor_id=self.id("M") if name == "A" else None,
            from_day=first,
            to_day=last,
        )
        self.at.setdefault(name, []).append(self.add(row))

    def _skills(self) -> None:
        self.skill = self.add(Skill(code=new_code(), name=self.prefix + "Escucha", kind="skill"))
        self.profile = self.add(
            JobProfileVersion(
                code=new_code(),
                job_id=self.job.id,
                number=1,
                from_day=OLD,
                courses=[self.prefix + "curso-0"],
                min_ojt_days=1,
                min_ojt_minutes=60,
                pre_ojt_num=4,
                pre_ojt_den=5,
                sign_roles=["evaluator", "manager"],
                ojt_sign_roles=["evaluator"],
                approved_by=None,
                approved_at=noon(OLD),
            )
        )
        self.add(
            ProfileRequirement(
                profile_id=self.profile.id,
                skill_id=self.skill.id,
                required=True,
                method="observation",
                threshold_num=4,
                threshold_den=5,
                valid_days=None,
            )
        )

    def _courses(self) -> None:
        self.versions: list[CourseVersion] = []
        for number in range(3):
            course = self.add(Course(slug=f"{self.prefix}curso-{number}", title=f"Curso {number}"))
            self.versions.append(
                self.add(
                    CourseVersion(
                        course_id=course.id,
                        number=1,
                        content_hash="x",
                        published_at=noon(OLD),
                        title=f"Curso {number}",
                        summary="",
                        training_types=["initial"],
                        mode="self-paced",
                        test="",
                        survey="",
                        retrain="none",
                        about={},
                    )
                )
            )

    def _hours(self) -> None:
        first = self.hours("A", mar(5), 600)
        self.hours("A", mar(12), -30, corrects_id=first.id, reason="Se anotó de más")
        self.hours("D", mar(10), 120, training_type="transfer")
        self.hours("D", mar(20), 60, training_type="transfer")  # after the move: hours of Sur
        self.hours("A", feb(28), 50)
        self.hours("A", mar(6), 90, kind="ojt")
        self.hours("A", mar(6), 45, kind="coaching")

    def _training(self) -> None:
        self.enrolments = {
            "A": self.complete(self.enrol("A", 1, mar(10)), mar(10)),  # on the last day: in time
            "C": self.complete(self.enrol("C", 1, mar(20)), mar(22)),  # late
            "B": self.enrol("B", 1, mar(25)),  # left on the 20th: not due any more
            "D": self.enrol("D", 2, mar(31)),  # never completed
        }
        # Withdrawn at 23:00 of its due date, which is the 13th in UTC: it was not due.
        late_evening = datetime(2026, 3, 13, 2, tzinfo=UTC)
        self.enrol("D", 1, mar(12), ended_at=late_evening, withdrawn_reason="Traspaso")
        # Withdrawn after its due date: it was.
        self.enrol("A", 2, mar(31), ended_at=noon(date(2026, 4, 2)), withdrawn_reason="No hacía falta")
        self.complete(self.enrol("E", 1, date(2026, 4, 9)), date(2026, 4, 1))
        self.enrol("E", 2, AS_OF)  # due today: not over

    def _attempts(self) -> None:
        bank = self.add(Bank(slug=self.prefix + "banco", title="Banco"))
        version = self.add(BankVersion(bank_id=bank.id, number=1, content_hash="x", published_at=noon(OLD), topics=[]))
        self.test = self.add(Test(slug=self.prefix + "prueba", title="Prueba"))
        self.plan = self.add(
            PlanVersion(
                test_id=self.test.id,
                bank_version_id=version.id,
                content_hash="x",
                title="Prueba",
                sections=[],
                questions=1,
                pass_num=4,
                pass_den=5,
                minutes=30,
                attempts=3,
                delay_hours=0,
                published_at=noon(OLD),
            )
        )
        first = self.attempt("A", 1, mar(10), passed=False)
        self.result(first, mar(15), passed=True, kind="regrade", reason="Pregunta con dos claves")
        self.attempt("A", 2, mar(11), passed=True)  # a second attempt is no first
        self.attempt("C", 1, mar(15), passed=True)
        self.attempt("D", 1, mar(16), passed=False)
        self.attempt("B", 1, feb(28), passed=True)

    def _surveys(self) -> None:
        version = self.survey("satisfaccion", [5, 4, 4, 3, 5])
        for name, answered in (("A", True), ("C", False), ("D", True)):
            self.add(
                SurveyParticipation(
                    survey_id=version.survey_id,
                    version_id=version.id,
                    enrolment_id=self.enrolments[name].id,
                    person_id=self.id(name),
                    asked_month=MARCH,
                    answered=answered,
                )
            )
        # Five answers became readable together, but only four say anything of satisfaction: too few for a mean.
        self.survey("optativa", [1, 1, 1, 1, None])

    def _evidence(self) -> None:
        self.road("A", jan(11), valid_until=mar(31))
        self.verify("A", mar(25), valid_until=date(2026, 9, 30))  # renewed in time
        self.road("F", feb(9), valid_until=mar(26))  # not renewed
        self.unsigned = self.road("B", feb(9), sign="E", valid_until=mar(28))  # the manager never signed
        self.complete(self.enrol("C", 0, None), mar(10))
        self.pre_of_c = self.verify("C", mar(11), kind="pre_ojt")
        self.practise("C", mar(16))
        self.verify("C", mar(17), recorded=mar(20))  # entered three days later, with its true day
        self.failed = self.verify("D", mar(20), passed=False)
        self.verify("D", mar(27))  # a second one is no first
        self.verify("D", mar(18), kind="pre_ojt", sign="E")  # passed, not signed
        self.verify("D", date(2025, 12, 10), valid_until=mar(20))  # of Banco, which D had left by then
        wrong = self.verify("H", mar(28), passed=False)
        self.verify("H", mar(28), corrects_id=wrong.id, reason="Nota mal copiada")

    def _live(self) -> None:
        self.live("A", feb(2))
        again = self.live("A", mar(3))
        self.live("A", mar(3), corrects_id=again.id, withdrawn=True, reason="Cargado dos veces")
        self.live("B", mar(2), mar(20))
        self.live("C", mar(12), mar(17), under_ojt=True)
        self.live("C", mar(18))
        self.live("D", OLD, mar(15))
        self.live("D", mar(16))
        open_ended = self.live("F", mar(5))
        self.live("F", mar(5), mar(25), corrects_id=open_ended.id, reason="Pasó a otra tarea")
        self.live("H", mar(30), under_ojt=True)

    def _plans(self) -> None:
        self.action_plan("D", self.failed, mar(30), mar(30))
        self.action_plan("C", self.pre_of_c, mar(15), mar(16))
        self.action_plan("B", self.unsigned, mar(25), None)  # left on the 20th
        renewal = self.verify("A", date(2026, 4, 1), passed=False)
        self.action_plan("A", renewal, mar(31), None)
