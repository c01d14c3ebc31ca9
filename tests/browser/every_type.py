"""A bank with a question of every type, a scenario, a picture and a sound; and an attempt that holds all of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from lms.app import make_bus, make_database
from lms.assessment.commands import publish_bank, start
from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.models import Attempt, AttemptItem, BankVersionQuestion, QuestionVersion
from lms.assessment.types.registry import question_type
from lms.catalog.models import Enrolment
from lms.kit.files import make_store
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Role
from lms.people.models import AccessGrant, Person
from lms.people.passwords import Passwords
from lms.people.queries import actor_for_person
from tests.assessment.media import png, wav
from tests.browser.server import Server
from tests.browser.world import PHRASE, World
from tests.cast import Member, make_cast
from tests.courses import make_course, make_enrolment

BANK = """id: tipos
title: Todos los tipos
course: curso
topics: [{id: t, title: Tema}]
"""
PLAN = """id: tipos
title: Prueba de todos los tipos
pass_mark: 80%
minutes: 60
attempts: 3
sections: [{topic: t, difficulty: easy, count: 9}]
"""
QUESTION = """  - id: {id}
    type: {key}
    topic: t
    difficulty: easy
    pool: exam
    explanation: Porque así es.
    review: m1#s1
    general: Vale la pena repasarlo.
"""
OWN = {
    "single": """    stem: "Qué color tiene ![Un rectángulo azul verdoso](media/color.png)"
    options:
      - {text: Azul verdoso, correct: true}
      - {text: "**Rojo**", feedback: No es rojo.}
      - {text: "![Un tono agudo](media/tono.wav)", feedback: Eso es un sonido.}
""",
    "multiple": """    stem: Qué son frutas
    scoring: partial
    options:
      - {text: Pera, correct: true}
      - {text: Mesa, feedback: Es un mueble.}
      - {text: Uva, correct: true}
""",
    "true_false": "    stem: El sol es una estrella\n    answer: true\n    feedback: Lo es.\n",
    "matching": """    stem: Unir cada país con su capital
    pairs:
      - {left: Perú, right: Lima, feedback: Lima.}
      - {left: Chile, right: Santiago, feedback: Santiago.}
    distractors: [Quito]
""",
    "ordering": """    stem: Ordenar de menor a mayor
    items: [uno, dos, tres]
    scoring: pairs
    feedback: Se cuenta así.
""",
    "numeric": """    stem: Cuánto dura
    answers: [{value: "90", tolerance: "1"}]
    units: [{name: s, factor: "1"}, {name: min, factor: "60"}]
    feedback: Un minuto y medio.
""",
    "short_text": """    stem: Cómo se llama la meta
    answers: [{text: nivel de servicio}]
    feedback: Es el nivel de servicio.
""",
    "gaps": """    stem: Completar la frase
    text: La {{a}} mide la {{b}} en {{c}} segundos.
    gaps:
      - {id: a, kind: typed, answers: [{text: encuesta}]}
      - {id: b, kind: chosen, options: [{text: calidad, correct: true}, {text: cantidad}]}
      - {id: c, kind: numeric, answers: [{value: "20"}]}
""",
    "open": """    stem: Explicar la causa
    rubric:
      - {id: causa, title: Nombra la causa, levels: [{points: 0, text: No la nombra}, {points: 1, text: La nombra}]}
    model: SECRETO-MODELO
    min_words: 2
    max_words: 20
""",
}
SCENARIO = """scenarios:
  - id: caso
    topic: t
    difficulty: easy
    pool: exam
    stem: Una persona llama por su factura ![La llamada](media/tono.wav)
    questions:
      - {id: caso-a, type: true_false, stem: Hay que escuchar primero, answer: true, feedback: F., explanation: E., review: m1#s1}
      - id: caso-b
        type: short_text
        stem: Qué se mira
        answers: [{text: factura}]
        feedback: La factura.
        explanation: E.
        review: m1#s1
"""


def write_bank(folder: Path) -> Path:
    """The files of the bank."""
    bank = folder / "tipos"
    (bank / "media").mkdir(parents=True)
    (bank / "media" / "color.png").write_bytes(png())
    (bank / "media" / "tono.wav").write_bytes(wav())
    (bank / "bank.yaml").write_text(BANK, encoding="utf-8")
    (bank / "plan.yaml").write_text(PLAN, encoding="utf-8")
    text = "questions:\n" + "".join(
        QUESTION.format(id=key.replace("_", "-"), key=key) + own for key, own in OWN.items()
    )
    (bank / "preguntas.yaml").write_text(text, encoding="utf-8")
    (bank / "casos.yaml").write_text(SCENARIO, encoding="utf-8")
    return bank


def make_typed_world(server: Server, folder: Path) -> World:
    """The cast with passwords, the bank published, a course whose test it is."""
    settings = config.load(server.environ)
    database = make_database(settings, make_bus(settings))
    now = datetime.now(UTC)
    hashed = Passwords(settings.argon2_memory_kib, settings.argon2_time).hash(PHRASE)
    loaded, report = load_bank(write_bank(folder), folder)
    assert loaded is not None
    assert report.errors == []
    with database.writing() as session:
        cast = make_cast(session, now)
        for member in cast.members().values():
            session.get_one(Person, member.id).password_hash = hashed
        publish_bank(session, SYSTEM, loaded, now=now, files=make_store(settings))
        version = make_course(session, now, test="tipos")
        # The trainer takes tests too: a third learner.
        grant = {"code": new_code(), "person_id": cast.trainer.id, "role": Role.LEARNER, "granted_at": now}
        session.add(AccessGrant(**grant))
        for member in (cast.agent, cast.stranger, cast.trainer):
            make_enrolment(session, cast, member, version, now)
    return World(database, cast, server)


def begin(world: World, member: Member) -> Attempt:
    """An attempt of one question of each type as drawn, and the scenario's behind them."""
    now = datetime.now(UTC)
    with world.database.writing() as session:
        actor = actor_for_person(session, session.get_one(Person, member.id), now, "UTC")
        attempt = start(session, actor, enrolment_code=_enrolment(session, member), now=now)
        query = (
            select(QuestionVersion)
            .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
            .where(BankVersionQuestion.bank_version_id == attempt.bank_version_id, QuestionVersion.scenario != "")
            .order_by(QuestionVersion.scenario_place)
        )
        for place, version in enumerate(session.scalars(query), len(OWN) + 1):
            order = list(range(question_type(version.type).shuffle_size(version.body)))
            session.add(
                AttemptItem(
                    attempt_id=attempt.id,
                    position=place,
                    question_version_id=version.id,
                    option_order=order,
                    points_num=1,
                    points_den=1,
                )
            )
        session.flush()
        return attempt


def _enrolment(session: Session, member: Member) -> str:
    return session.scalars(select(Enrolment.code).where(Enrolment.person_id == member.id)).one()
