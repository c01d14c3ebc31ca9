"""Notices: told once, read in one's own words, counted at the head of the page, sent by e-mail where one wants them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

import config
from lms.app import make_letters, make_speaking
from lms.catalog.commands import enrol
from lms.certificates.commands import tell_expiring
from lms.kit import outbox
from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.mail import Mailer
from lms.kit.outbox import Courier, Limits, OutboxMessage
from lms.notify import commands
from lms.notify.commands import LETTER, tell
from lms.notify.models import Notification
from lms.people.models import Person
from tests.cast import Cast
from tests.conftest import NOW
from tests.courses import complete, make_course, make_enrolment
from tests.skills.worlds import make_world
from tests.work.postman import post_office

PLAN = {"person": "Ana", "plan": "x", "due_on": date(2026, 3, 20)}


def _tell(database: Database, person_id: int, key: str = "1", **more: Any) -> int:
    with database.writing() as session:
        return tell(session, kind="plan.due", key=key, people=[person_id, None], params=PLAN, now=NOW, **more)


def _kinds(database: Database, person_id: int) -> list[str]:
    with database.reading() as session:
        query = select(Notification.kind).where(Notification.person_id == person_id).order_by(Notification.id)
        return list(session.scalars(query))


def test_the_same_is_told_once_and_a_pile_until_it_is_read(database: Database, cast: Cast) -> None:
    me = cast.agent.id
    assert [_tell(database, me), _tell(database, me), _tell(database, me, "2", pile=True)] == [1, 0, 0]
    with database.writing() as session:
        commands.read_all(session, cast.agent.actor, now=NOW)
    assert _tell(database, me, "2", pile=True) == 1
    with database.writing() as session:  # a week later the unread one gives way to a new one
        week = NOW + timedelta(days=7)
        assert tell(session, kind="plan.due", key="3", people=[me], params=PLAN, now=week, pile=True) == 1
    with database.reading() as session:
        keys = set(session.scalars(select(Notification.key).where(Notification.read_at.is_(None))))
    assert keys == {f"plan.due:3:{me}"}
    with database.writing() as session:
        commands.forget(session, before=NOW + timedelta(days=8))
    assert _kinds(database, me) == []


def test_notices_are_ones_own(app: Flask, database: Database, cast: Cast) -> None:
    _tell(database, cast.coordinator.id)
    client = cast.coordinator.enter(app.test_client())
    page = client.get("/avisos").text
    assert "Vence el plan de acción para Ana" in page
    assert "vence el 20 mar 2026" in page
    assert "1 aviso sin leer" in page
    with database.reading() as session:
        code = session.scalars(select(Notification.code)).one()
    assert cast.agent.enter(app.test_client()).post(f"/avisos/{code}/abrir").status_code == 404
    opened = client.post(f"/avisos/{code}/abrir")
    assert (opened.status_code, opened.location) == (303, "/plan/x")
    assert "sin leer" not in client.get("/avisos").text
    assert app.test_client().get("/avisos").status_code == 303  # to sign in


def test_a_list_of_notices_costs_the_same_however_long(
    app: Flask,
    database: Database,
    cast: Cast,
    count_queries: Callable[[], contextmanager],  # type: ignore[type-arg]
) -> None:
    client = cast.agent.enter(app.test_client())
    numbers = []
    for size in (2, 4):
        for number in range(size):
            _tell(database, cast.agent.id, f"{size}.{number}")
        with count_queries() as counted:
            assert client.get("/avisos").status_code == 200
        numbers.append(counted.number)
    assert numbers == [2, 2]  # who is signed in, with what waits for them; the list


def test_the_head_of_a_page_costs_no_query(
    app: Flask,
    database: Database,
    cast: Cast,
    count_queries: Callable[[], contextmanager],  # type: ignore[type-arg]
) -> None:
    client = cast.agent.enter(app.test_client())
    with count_queries() as before:
        client.get("/mis-horas")
    _tell(database, cast.agent.id)
    with count_queries() as after:
        assert "1 aviso sin leer" in client.get("/mis-horas").text
    assert before.number == after.number


def test_assigning_completing_and_the_coming_end_of_a_certificate_are_told(database: Database, cast: Cast) -> None:
    now = utc_now()
    with database.writing() as session:
        course = make_course(session, now, slug="curso")
        done = make_enrolment(session, cast, cast.agent, make_course(session, now, slug="hecho"), now)
        enrol(
            session,
            cast.coordinator.actor,
            person_code=cast.agent.code,
            course_slug="curso",
            training_type="initial",
            due_on=None,
            now=now,
        )
        complete(session, done, now, expires_on=date(2099, 1, 1))
        assert course is not None
    assert _kinds(database, cast.agent.id) == ["course.assigned", "certificate.issued"]
    for day, told in ((date(2098, 12, 1), 0), (date(2098, 12, 2), 1), (date(2098, 12, 3), 0), (date(2099, 1, 2), 0)):
        with database.writing() as session:
            assert tell_expiring(session, today=day, days=30, now=now) == told


def test_a_failure_tells_the_owner_and_signatures_tell_who_can_give_them(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        world = make_world(session, cast)
        world.supervised()
        world.verify(2, score="1/10")
    told = set(_kinds(database, cast.coordinator.id)) | set(_kinds(database, cast.trainer.id))
    assert "record.sign" in told
    assert "plan.opened" in told
    assert _kinds(database, cast.agent.id) == []
    assert _kinds(database, cast.other_coordinator.id) == []


@pytest.fixture
def mailing(settings: config.Settings) -> config.Settings:
    return replace(settings, mail_host="127.0.0.1", mail_from="u@x.test", public_url="https://umbral.test")


def _carry(database: Database, mailing: config.Settings) -> list[Any]:
    letters = make_letters(database, make_speaking(mailing, database))
    with post_office() as (postman, server):
        mailer = Mailer(server, lambda message: letters[message.kind](message), utc_now)
        Courier(database, {LETTER: mailer}, Limits(), utc_now).run(most=10)
        mailer.rest()
    return postman.mails


def _with_mail(database: Database, person_id: int) -> None:
    with database.writing() as session:
        commands.attach(session, mail=True)
        session.get_one(Person, person_id).email = f"p{person_id}@example.test"
        tell(session, kind="plan.due", key="1", people=[person_id], params=PLAN, now=NOW)


def test_a_notice_goes_by_mail_in_the_readers_words(database: Database, cast: Cast, mailing: config.Settings) -> None:
    _with_mail(database, cast.agent.id)
    (mail,) = _carry(database, mailing)
    assert mail["To"] == f"p{cast.agent.id}@example.test"
    assert mail["Subject"] == "Vence el plan de acción para Ana"
    plain, rich = (part.get_content() for part in mail.iter_parts())
    for body in (plain, rich):
        assert "Hola, Agente:" in body
        assert "vence el 20 mar 2026 y sigue abierto" in body
        assert "https://umbral.test/avisos" in body
        assert "https://umbral.test/cuenta" in body
    assert _carry(database, mailing) == []


@pytest.mark.parametrize("why", ["silenced", "no address", "read", "closed"])
def test_a_mail_that_nobody_wants_or_can_get_is_not_sent(
    database: Database, cast: Cast, mailing: config.Settings, why: str
) -> None:
    _with_mail(database, cast.agent.id)
    with database.writing() as session:
        person = session.get_one(Person, cast.agent.id)
        if why == "silenced":
            commands.choose_mail(session, cast.agent.actor, kinds=["plan.due", "a"], wanted=["a"])
        elif why == "no address":
            person.email = None
        elif why == "read":
            commands.read_all(session, cast.agent.actor, now=NOW)
        else:
            person.active = False
    assert _carry(database, mailing) == []
    with database.reading() as session:
        assert session.scalars(select(OutboxMessage.state)).all() == [outbox.SENT]


def test_without_a_mail_server_nothing_is_put_into_the_outbox(app: Flask, database: Database, cast: Cast) -> None:
    _tell(database, cast.agent.id)
    with database.reading() as session:
        assert session.scalars(select(OutboxMessage)).all() == []
    assert "Avisos por correo" not in cast.agent.enter(app.test_client()).get("/cuenta").text


def test_mails_are_chosen_on_the_account_page(app: Flask, database: Database, cast: Cast) -> None:
    app.extensions["umbral"].settings = replace(
        app.extensions["umbral"].settings, mail_host="127.0.0.1", mail_from="u@x.test"
    )
    client = cast.agent.enter(app.test_client())
    page = client.get("/cuenta").text
    assert page.count('name="kinds"') == page.count("checked") == 16
    assert client.post("/cuenta/correos", data={"kinds": ["plan.due"]}).status_code == 303
    page = client.get("/cuenta").text
    assert page.count("checked") == 1
