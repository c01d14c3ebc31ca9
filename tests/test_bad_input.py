"""What comes in wrong while somebody takes a test, through the pages: a database that cannot write now, answers that are not
theirs, too late, twice or out of order, requests that are too large or forged. Nothing of it may cost an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

import config
from lms.assessment.models import Attempt, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.rules.plan import Section
from lms.kit.clock import utc_now
from lms.kit.db import Database, fraction
from tests.assessment.scene import TAB, Scene, items_of, make_scene, plan, raw, singles
from tests.assessment.test_attempt_script import address, page, until  # noqa: F401 - fixtures of the browser
from tests.assessment.test_views import fields
from tests.cast import Cast
from tests.conftest import NOW
from tests.trouble import full, locked, locked_table

JSON = {"Accept": "application/json"}


@pytest.fixture
def settings(settings: config.Settings) -> config.Settings:
    """Nobody waits long for a lock here."""
    return replace(settings, busy_seconds=0.2)


@pytest.fixture
def app(app: Flask) -> Flask:
    """With the protection against forged requests on: what is sent again must get through it too."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


@pytest.fixture
def scene(database: Database, cast: Cast) -> Scene:
    with database.writing() as session:
        return make_scene(session, cast, NOW)


class Forms(HTMLParser):
    """The forms of a page: where each goes, and the fields it would send as it stands (text and hidden ones)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str | None, MultiDict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append((values.get("action"), MultiDict()))
        elif tag == "input" and values.get("type") == "hidden" and self.forms:
            self.forms[-1][1].add(values["name"] or "", values["value"] or "")

    @property
    def again(self) -> MultiDict[str, str]:
        """The form without an address: it sends once more to where it came from."""
        (found,) = [sent for action, sent in self.forms if action is None]
        return found


class Taking:
    """The agent's browser in an attempt."""

    def __init__(self, app: Flask, cast: Cast, database: Database, scene: Scene) -> None:
        self.database, self.client = database, cast.agent.enter(app.test_client())
        cover = self.client.get(f"/prueba/{scene.enrolment.code}").text
        begun = self.client.post(f"/prueba/{scene.enrolment.code}/empezar", data={"csrf_token": token(cover)})
        self.code = begun.location.rsplit("/", 1)[-1]
        with database.reading() as session:
            self.items = items_of(session, self.row(session))

    def row(self, session: Any) -> Attempt:
        found = session.scalar(select(Attempt).where(Attempt.code == self.code))
        assert isinstance(found, Attempt)
        return found

    def token(self) -> str:
        return token(self.client.get(f"/intento/{self.code}").text)

    def form(self, *, right: bool = True, base: int = 0) -> dict[str, Any]:
        """The whole form, every question answered, going on to the summary."""
        sent = fields(self.items, right=right)
        return sent | {"base": str(base), "then": "review", "csrf_token": self.token()}

    def save(self, entries: list[dict[str, Any]] | dict[str, Any]) -> Any:
        body = {"saves": entries} if isinstance(entries, list) else entries
        headers = JSON | {"X-CSRFToken": self.token()}
        return self.client.post(f"/intento/{self.code}/guardar", json=body, headers=headers)

    def answers(self) -> dict[int, object]:
        """The canonical answers that stand in the database."""
        with self.database.reading() as session:
            return dict(reading.standing(reading.steps_of(session, self.row(session).id)).answers)

    def right_answers(self) -> dict[int, object]:
        """What stands once every question has its right answer."""
        return {
            each.position: each.question.kind.parse_answer(raw(each), each.question.body, each.order)
            for each in self.items
        }

    def count(self, model: type[Any]) -> int:
        with self.database.reading() as session:
            return int(session.scalar(select(func.count()).select_from(model)) or 0)


@pytest.fixture
def taking(app: Flask, cast: Cast, database: Database, scene: Scene) -> Taking:
    return Taking(app, cast, database, scene)


def token(html: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found is not None
    return found[1]


# --- a database that cannot write now


Trouble = Callable[[Database, str], AbstractContextManager[None]]
TROUBLES = pytest.mark.parametrize("trouble", [locked, full])


def assert_says_what_was_kept(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "No se pudo guardar ahora" in answer.text
    assert "Lo guardado antes sigue guardado" in answer.text
    assert "Enviar de nuevo" in answer.text
    assert "Agente" in answer.text  # still signed in, with the way around


@TROUBLES
def test_answers_sent_while_the_database_cannot_write_can_be_sent_again(
    taking: Taking, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    first = taking.items[0]
    kept = {"position": first.position, "tab": TAB, "seq": 1, "answer": raw(first)}
    assert taking.save(kept).status_code == 200
    before = taking.answers()
    sent = taking.form(base=1)
    with trouble(taking.database, taking.code):
        refused = taking.client.post(f"/intento/{taking.code}/guardar", data=sent)
        assert_says_what_was_kept(refused)
        assert re.search("lock" if trouble is locked else "disk is full|No space left", caplog.text)  # for this reason
        assert taking.answers() == before
        again = Forms(refused.text).again
        typed = {(key, one) for key, value in sent.items() for one in (value if isinstance(value, list) else [value])}
        assert {pair for pair in again.items(multi=True) if pair[0] != "csrf_token"} == {
            pair for pair in typed if pair[0] != "csrf_token"
        }
        # Still no luck, and still nothing lost.
        assert (
            Forms(taking.client.post(f"/intento/{taking.code}/guardar", data=again).text).again.keys() == again.keys()
        )
    done = taking.client.post(f"/intento/{taking.code}/guardar", data=again)
    assert (done.status_code, done.location) == (303, f"/intento/{taking.code}/entregar")
    assert taking.answers() == taking.right_answers()
    assert taking.count(AttemptStep) == len(taking.items)  # each answer once


@TROUBLES
def test_invariant_05_handing_in_again_after_a_refusal_grades_once(taking: Taking, trouble: Trouble) -> None:
    taking.client.post(f"/intento/{taking.code}/guardar", data=taking.form())
    address_ = f"/intento/{taking.code}/entregar"
    given = {"csrf_token": token(taking.client.get(address_).text)}
    with trouble(taking.database, taking.code):
        refused = taking.client.post(address_, data=given)
        assert_says_what_was_kept(refused)
        assert taking.count(Result) == 0
        assert taking.answers() == taking.right_answers()
        assert taking.client.get(f"/intento/{taking.code}").status_code == 200  # reading goes on meanwhile
    again = Forms(refused.text).again
    for _ in range(2):
        done = taking.client.post(address_, data=again)
        assert (done.status_code, done.location) == (303, f"/intento/{taking.code}/resultado")
    assert "100" in taking.client.get(done.location).text
    with taking.database.reading() as session:
        result = session.scalars(select(Result)).one()
        assert result.passed
        assert fraction(result.score_num, result.score_den) == 1


@TROUBLES
def test_the_script_is_told_in_json_and_may_send_the_same_again(taking: Taking, trouble: Trouble) -> None:
    entries = [
        {"position": each.position, "tab": TAB, "seq": each.position, "answer": raw(each)} for each in taking.items
    ]
    with trouble(taking.database, taking.code):
        refused = taking.save(entries)
        assert refused.status_code == 503
        assert refused.is_json
        assert refused.json["error"] == "unavailable"
        assert "se puede volver a enviar" in refused.json["detail"]
        assert taking.answers() == {}
    assert {each["state"] for each in taking.save(entries).json["results"]} == {"saved"}
    assert {each["state"] for each in taking.save(entries).json["results"]} == {"replay"}
    assert taking.answers() == taking.right_answers()


@pytest.mark.browser
def test_the_page_says_that_it_waits_while_the_database_is_locked_and_then_sends(
    database: Database,
    scene: Scene,
    page: Any,  # noqa: F811 - the fixture imported above
    address: str,  # noqa: F811 - the fixture imported above
) -> None:
    with database.writing() as session:
        attempt = scene.start(session, now=utc_now())
        single = next(each for each in items_of(session, attempt) if each.question.kind.name == "single")

    def standing() -> dict[int, object]:
        with database.reading() as session:
            return dict(reading.standing(reading.steps_of(session, attempt.id)).answers)

    page.goto(f"{address}/intento/{attempt.code}#q{single.position}")
    with locked(database, attempt.code):
        page.locator(f"#q{single.position} .option input[value='{raw(single)[0]}']").check()
        page.locator("[data-saved]", has_text="espera en este equipo").wait_for()
        assert standing() == {}
    page.locator("[data-saved]", has_text="Guardado").wait_for()
    until(page, lambda: list(standing()) == [single.position])


def test_a_long_test_can_be_sent_again_whole(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(150), plan(Section("a", "easy", 150)))
    taking = Taking(app, cast, database, scene)
    sent = taking.form()
    with locked(database, taking.code):
        refused = taking.client.post(f"/intento/{taking.code}/guardar", data=sent)
    assert refused.status_code == 503
    assert taking.client.post(f"/intento/{taking.code}/guardar", data=Forms(refused.text).again).status_code == 303
    assert taking.answers() == taking.right_answers()


def test_a_password_never_stands_in_the_page_that_says_try_again(app: Flask, cast: Cast, database: Database) -> None:
    client = cast.agent.enter(app.test_client())
    given = {"current": "one secret phrase", "password": "another secret phrase", "repeated": "another secret phrase"}
    given["csrf_token"] = token(client.get("/cuenta").text)
    stranger = app.test_client()
    typed = {"identifier": "L1", "password": "one secret phrase", "csrf_token": token(stranger.get("/ingresar").text)}
    with locked_table(database):
        for who, url, form in ((client, "/cuenta/contrasena", given), (stranger, "/ingresar", typed)):
            refused = who.post(url, data=form)
            assert refused.status_code == 503
            assert "secret phrase" not in refused.text
            assert "Enviar de nuevo" not in refused.text


# --- answers that do not belong


def test_answers_that_do_not_belong_are_refused_and_the_others_stand(
    app: Flask, cast: Cast, taking: Taking, scene: Scene
) -> None:
    first, second = taking.items[:2]
    good = {"position": first.position, "tab": TAB, "seq": 2, "answer": raw(first)}
    undrawn = {"position": 99, "tab": TAB, "seq": 3, "answer": ["0"]}
    invented = {"position": second.position, "tab": TAB, "seq": 4, "answer": ["77"]}
    older = {"position": first.position, "tab": TAB, "seq": 1, "answer": raw(first, right=False)}
    states = [each["state"] for each in taking.save([good, undrawn, invented, older, good]).json["results"]]
    assert states == ["saved", "refused", "refused", "saved", "replay"]
    assert taking.answers() == {
        first.position: taking.right_answers()[first.position]
    }  # the older one overwrote nothing
    # The same through the form: a question that was not drawn is not on the page, a choice that was not shown is told.
    sent = {"q99-here": "1", "q99": "0", "base": "9", "csrf_token": taking.token()}
    assert taking.client.post(f"/intento/{taking.code}/guardar", data=sent).status_code == 303
    assert list(taking.answers()) == [first.position]
    for member in (cast.stranger, cast.other_coordinator, cast.administrator):
        other = member.enter(app.test_client())
        for url in (f"/intento/{taking.code}", f"/intento/{taking.code}/entregar", f"/intento/{taking.code}/resultado"):
            assert other.get(url).status_code in ((404,) if member is cast.stranger else (403, 404))
        form = {"csrf_token": token(other.get("/cuenta").text)}
        headers = JSON | {"X-CSRFToken": form["csrf_token"]}
        refused = other.post(f"/intento/{taking.code}/guardar", json={"saves": [good | {"seq": 9}]}, headers=headers)
        assert refused.status_code in ((404,) if member is cast.stranger else (403, 404))
        assert other.post(f"/intento/{taking.code}/entregar", data=form).status_code == refused.status_code
    assert taking.count(Result) == 0
    assert taking.count(AttemptStep) == 2


def end(taking: Taking, ago: timedelta) -> None:
    """Move the attempt back in time, so that it ended `ago`."""
    with taking.database.writing() as session:
        row = taking.row(session)
        length: timedelta = row.deadline_at - row.started_at
        row.deadline_at = utc_now() - ago
        row.started_at = row.deadline_at - length


def test_invariant_04_an_answer_after_the_deadline_is_kept_and_does_not_count(taking: Taking) -> None:
    first, second = taking.items[:2]
    assert taking.save({"position": first.position, "tab": TAB, "seq": 1, "answer": raw(first)}).status_code == 200
    csrf = taking.token()
    end(taking, timedelta(minutes=5))
    late = {"position": second.position, "tab": TAB, "seq": 2, "answer": raw(second)}
    told = taking.client.post(
        f"/intento/{taking.code}/guardar", json={"saves": [late]}, headers=JSON | {"X-CSRFToken": csrf}
    )
    assert [each["state"] for each in told.json["results"]] == ["late"]
    assert "no cuenta" in told.json["results"][0]["detail"]
    assert taking.client.post(f"/intento/{taking.code}/entregar", data={"csrf_token": csrf}).status_code == 303
    with taking.database.reading() as session:
        steps = reading.steps_of(session, taking.row(session).id)
        assert [(step.position, step.late) for step in steps if step.tab == TAB] == [
            (first.position, False),
            (second.position, True),
        ]
        assert session.scalars(select(Result)).one().answered == 1


def test_a_json_body_that_is_too_large_is_refused_in_json(taking: Taking, settings: config.Settings) -> None:
    refused = taking.save({"position": 1, "tab": TAB, "seq": 1, "answer": ["0" * settings.max_request_kib * 1024]})
    assert refused.status_code == 413
    assert refused.json["title"] == "Demasiado grande"
    assert taking.answers() == {}
