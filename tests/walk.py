"""What the walk over the URL map needs: rows about the agent of the cast, and what to put into each parameter of a URL."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from lms.assessment.commands import grant, open_room
from lms.assessment.commands.bringing import keep
from lms.assessment.formats.exchange import Defaults
from lms.assessment.formats.kept import Kept
from lms.assessment.models import (
    Attempt,
    AttemptItem,
    AttemptStep,
    BankMedia,
    Dispute,
    Question,
    QuestionVersion,
    Result,
)
from lms.authoring.commands import save_draft, schedule
from lms.certificates.models import Certificate, CertificateQuestion
from lms.kit import jobs, outbox
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.files import FileStore
from lms.kit.ids import new_code
from lms.kit.outbox import OutboxMessage
from lms.kit.permissions import SYSTEM, Role
from lms.metrics.figures import FIGURES
from lms.notify.commands import tell
from lms.notify.models import Notification
from lms.people import queries
from lms.people.models import AccessGrant, Site
from lms.skills.commands import Upload, attach_evidence, enter_live_period
from lms.skills.commands.live import Period
from lms.skills.models import ActionPlan
from lms.surveys.commands import publish_survey
from tests.assessment.media import png
from tests.assessment.samples import SOURCES, load
from tests.assessment.scene import ALL_TYPES, ALL_TYPES_PLAN, make_scene, question
from tests.cast import Cast
from tests.conftest import NOW
from tests.courses import complete, make_course, make_enrolment
from tests.history.samples import prior_certificate
from tests.hours.samples import post
from tests.skills.worlds import at, make_world, on
from tests.surveys.test_commands import SURVEY

HELP = """
{url} has the parameter <{name}> that tests/walk.py cannot fill. Add to `make_provider` an entry "{endpoint}:{name}" (or
"{segment}:{name}" for every URL under /{segment}/) with the code of a row about the cast's agent, and make that row there.
"""


def make_picture(session: Session, bank_id: int, files: FileStore) -> str:
    """A picture of a bank; its name."""
    row = files.put(session, io.BytesIO(png()), name="a.png", purpose="media", actor=SYSTEM, now=NOW)
    session.add(BankMedia(bank_id=bank_id, name=f"{row.sha256}.png", file_id=row.id))
    session.flush()
    return f"{row.sha256}.png"


PLAN_PAGES = ("plan", "check_plan", "give_up_plan", "plan_file", "plan_sample", "publish_plan", "carry_plan")
WRITING_PAGES = (
    "drafts", "desk_settings", "choose_type", "write", "edit", "edit_inside", "add_inside", "add_media", "review_draft", "keep",
    "discard_draft", "withdraw_release",
)  # fmt: skip


def make_drafts(session: Session, cast: Cast) -> dict[str, str]:
    """A draft of a scenario that the author wrote, and a publication that waits."""
    child = {"id": "caso-1", "type": "true_false", "stem": "S", "answer": True, "feedback": "F"}
    document = {
        "id": "caso-b", "topic": "a", "difficulty": "easy", "pool": "exam", "stem": "S", "questions": [child],
    }  # fmt: skip
    who, now = cast.author.actor, utc_now()
    draft = save_draft(session, who, bank="banco", key="caso-b", document=document, revision=0, now=now)
    due = now + timedelta(days=1)
    waits = schedule(session, who, bank="banco", codes=[draft.code], carry=False, due_at=due, now=now)
    found = {f"authoring.{name}:slug": "banco" for name in WRITING_PAGES}
    found |= {f"authoring.{name}:code": draft.code for name in ("review_draft", "keep", "discard_draft")}
    found |= {f"authoring.{name}:key": "caso-b" for name in ("edit", "edit_inside", "add_inside")}
    found |= {f"authoring.{name}:kind": "single" for name in ("write", "add_inside")}
    return found | {"authoring.edit_inside:place": "1", "authoring.withdraw_release:code": waits.code}


def make_brought(session: Session, cast: Cast, files: FileStore) -> str:
    """A file of questions that the author brought; its code."""
    kept = Kept("a.gift", b"A{T}", "banco", "", Defaults())
    return keep(session, cast.author.actor, files, kept, now=NOW).code


class Provider(dict[str, str]):
    """A value for each "endpoint:parameter", "first segment:parameter" or "parameter", the most special one first."""

    def keys_for(self, rule: Rule, name: str) -> list[str]:
        segment = rule.rule.split("/")[1]
        return [f"{rule.endpoint}:{name}", f"{segment}:{name}", name]

    def missing(self, rule: Rule) -> list[str]:
        """What to do for each parameter of a URL that nothing fills."""
        return [
            HELP.format(url=rule.rule, name=name, endpoint=rule.endpoint, segment=rule.rule.split("/")[1])
            for name in sorted(rule.arguments)
            if not any(key in self for key in self.keys_for(rule, name))
        ]

    def fill(self, rule: Rule) -> dict[str, str]:
        """The values of a URL's parameters."""
        return {name: next(self[key] for key in self.keys_for(rule, name) if key in self) for name in rule.arguments}


def make_provider(database: Database, cast: Cast, files: FileStore) -> Provider:
    """Write one row of every kind about the agent, committed."""
    now = utc_now()
    with database.writing() as session:
        practice = question("practica-1", pool="practice", topic="a")
        scene = make_scene(session, cast, now, [*ALL_TYPES, practice], ALL_TYPES_PLAN)
        attempt = scene.start(session)
        publish_survey(session, SYSTEM, SURVEY, now=NOW)
        done = make_enrolment(
            session, cast, cast.agent, make_course(session, NOW, slug="hecho", survey="encuesta"), NOW
        )
        complete(session, done, NOW, expires_on=date(2099, 1, 1))
        certificate = session.scalars(select(Certificate)).one()
        world = make_world(session, cast)
        world.supervised()
        ojt = world.practise(2)
        verification = world.verify(1, score="9/10")
        (evidence,) = attach_evidence(
            session,
            cast.trainer.actor,
            record=verification,
            uploads=[Upload("acta.txt", io.BytesIO(b"acta"))],
            store=files,
            now=at(1),
        )
        world.verify(2, score="1/10")  # a failure opens an action plan
        plan = session.scalars(select(ActionPlan)).first()
        live = enter_live_period(
            session,
            cast.coordinator.actor,
            person_code=cast.agent.code,
            programme_id=cast.programme_id,
            period=Period(on(2), under_ojt=True),
            confirmed=True,
            now=at(3),
        )
        entry = post(session, cast)
        prior = prior_certificate(session, cast)
        more = grant(
            session,
            cast.trainer.actor,
            person_code=cast.agent.code,
            test_slug="banco",
            time=Fraction(5, 4),
            attempts=0,
            reason="Vista",
            now=now,
        )
        room = open_room(
            session,
            cast.trainer.actor,
            test_slug="banco",
            title="Aula 1",
            opens_at=now,
            closes_at=now + timedelta(hours=2),
            addresses=[],
            now=now,
        )
        role = queries.grants_of(session, cast.agent.id, now)[0]
        reviewed = make_reviewed(session, cast, now)
        assert plan is not None
        made = make_work(session, cast)
        brought = make_brought(session, cast, files)
        picture = make_picture(session, scene.bank_version.bank_id, files)
        return Provider(
            {
                **made,
                **reviewed,
                **make_drafts(session, cast),
                "person_code": cast.agent.code,
                "grant_code": role.code,
                "job_code": world.job.code,
                "traido:code": prior,
                "word": "2026-03",
                "module_key": "m1",
                "asignacion:code": scene.enrolment.code,
                "curso:code": scene.enrolment.code,
                "curso:key": "m1",
                "prueba:code": scene.enrolment.code,
                "prueba:key": "practica-1",
                "adaptacion:code": more.code,
                "sala:code": room.code,
                "medio:name": picture,
                "intento:code": attempt.code,
                "encuesta:code": done.code,
                "encuestas:slug": "encuesta",
                "certificado:code": certificate.code,
                "verificar:code": certificate.code,
                "contactos:code": live.code,
                "verificacion:code": verification.code,
                "practica:code": ojt.code,
                "assessment.practise:code": scene.enrolment.code,
                "assessment.practise:key": "practica-1",
                "plan:code": plan.code,
                "sedes:code": session.get_one(Site, cast.site_id).code,
                "archivo:code": evidence.code,
                "horas:code": entry.code,
                "contenido:slug": "curso",
                "contenido:key": "m1",
                "assessment.bank:slug": "banco",
                "assessment.alike:slug": "banco",
                "assessment.question:slug": "banco",
                "assessment.question:key": "single-1",
                "assessment.import_questions:slug": "banco",
                "importacion:code": brought,
                "assessment.statistics:slug": "banco",
                "assessment.measure:slug": "banco",
                **{f"assessment.{name}:slug": "banco" for name in PLAN_PAGES},
                "assessment.item_statistics:slug": "banco",
                "assessment.item_statistics:key": "single-1",
                "categoria-c:key": FIGURES[0].key,
            }
        )


def make_reviewed(session: Session, cast: Cast, now: datetime) -> dict[str, str]:
    """An open answer of the agent's that waits, a dispute and a certificate at stake."""
    version = session.scalars(select(QuestionVersion)).first()
    assert version is not None
    kept = session.scalars(select(Attempt)).one()
    body = load("open", SOURCES["open"])[0]
    asked = Question(bank_id=session.get_one(Question, version.question_id).bank_id, key="abierta")
    session.add(asked)
    session.flush()
    facts = {column.name: getattr(version, column.name) for column in QuestionVersion.__table__.c}
    written = QuestionVersion(
        **(facts | {"id": None, "question_id": asked.id, "content_hash": "o" * 64, "type": "open", "body": body})
    )
    session.add(written)
    columns = {column.name: getattr(kept, column.name) for column in Attempt.__table__.c}
    attempt = Attempt(**(columns | {"id": None, "code": new_code(), "number": 7, "closed_at": now}))
    graded_one = Attempt(**(columns | {"id": None, "code": new_code(), "number": 8, "closed_at": now}))
    session.add_all([attempt, graded_one])
    session.flush()
    place = {"attempt_id": attempt.id, "position": 1}
    session.add(
        AttemptItem(question_version_id=written.id, option_order=[], points_num=1, points_den=1, section=None, **place)
    )
    step = {"kind": "answer", "tab": "tab-one-1", "seq": 1, "payload": {"answer": "Texto."}, "late": False, "at": now}
    session.add(AttemptStep(**step, **place))
    dispute = Dispute(code=new_code(), question_version_id=written.id, said="Está mal.", disputed_at=now, **place)
    graded = {"kind": "original", "score_num": 1, "score_den": 1, "pass_num": 4, "pass_den": 5, "passed": True}
    told = {"answered": 1, "items": [], "graded_at": now, "graded_on": now.date(), "attempt_id": graded_one.id}
    result = Result(**graded, **told)
    session.add_all([dispute, result])
    session.flush()
    certificate = session.scalars(select(Certificate)).one()
    question = CertificateQuestion(code=new_code(), certificate_id=certificate.id, result_id=result.id, raised_at=now)
    session.add(question)
    session.flush()
    return {
        "correccion:code": attempt.code,
        "correccion:position": "1",
        "assessment.dispute_case:code": dispute.code,
        "certificado-en-cuestion:code": question.code,
        "assessment.regrade:slug": "banco",
        "assessment.regrade:key": "single-1",
        "assessment.regrades:slug": "banco",
    }


def make_work(session: Session, cast: Cast) -> dict[str, str]:
    """A notice for the agent, a job of theirs that failed, and a message that was given up."""
    now = utc_now()
    tell(
        session, kind="job.ended", key="walk", people=[cast.agent.id], params={"name": "x", "succeeded": True}, now=now
    )
    notice = session.scalars(select(Notification).where(Notification.kind == "job.ended")).one()
    job = jobs.ask(session, cast.agent.actor, name="x", params={}, now=now)
    job.state, job.error = jobs.FAILED, "OSError: gone"
    message = session.scalars(select(OutboxMessage)).one()
    message.state = outbox.DEAD
    session.flush()
    return {
        "avisos:code": notice.code,
        "bandeja:code": job.code,
        "trabajos:code": job.code,
        "envios:number": str(message.id),
    }


def make_outsider(database: Database, cast: Cast) -> None:
    """Give the stranger every role there is, in the other site only: whoever they still reach is out of their scope."""
    with database.writing() as session:
        for role in Role:
            if role is not Role.LEARNER:
                session.add(
                    AccessGrant(
                        code=new_code(),
                        person_id=cast.stranger.id,
                        role=role,
                        site_id=cast.other_site_id,
                        granted_at=datetime(2026, 1, 5, tzinfo=UTC),
                    )
                )
