"""Forged, replayed and foreign requests; what a browser may hold (invariants 1, 4 and 13)."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import submit
from lms.assessment.models import Attempt, AttemptStep
from lms.assessment.queries import attempts as reading
from lms.assessment.rules.plan import Section
from tests.assessment.scene import TAB, items_of, make_scene, plan, question, raw, singles
from tests.conftest import NOW

JSON = {"Accept": "application/json"}


@pytest.fixture
def running(database, scene, real_now):
    """The agent's open attempt, started a minute ago."""
    with database.writing() as session:
        return scene.start(session, now=real_now)


def post(client, attempt, document, **more):
    return client.post(f"/intento/{attempt.code}/guardar", json=document, headers=JSON, **more)


def one(attempt_item, **changes):
    return {"position": attempt_item.position, "tab": TAB, "seq": 1, "answer": raw(attempt_item)} | changes


def stored(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AttemptStep))


def test_an_answer_is_saved_and_the_reply_says_so(app, cast, database, running):
    with database.reading() as session:
        item = items_of(session, running)[0]
    reply = post(cast.agent.enter(app.test_client()), running, one(item))
    assert reply.status_code == 200
    assert reply.json["results"][0]["state"] == "saved"
    assert 0 < reply.json["seconds_left"] <= 1800
    assert re.fullmatch(r"\d\d:\d\d", reply.json["clock"])
    assert stored(database) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"position": 99}, "assessment.answer.undrawn"),
        ({"position": 0}, "assessment.bad_request"),
        ({"position": "1"}, "assessment.bad_request"),
        ({"position": True}, "assessment.bad_request"),
        ({"position": 1.0}, "assessment.bad_request"),
        ({"position": 10**30}, "assessment.bad_request"),
        ({"seq": -1}, "assessment.bad_request"),
        ({"seq": 2**31}, "assessment.bad_request"),
        ({"seq": None}, "assessment.bad_request"),
        ({"tab": "server"}, "assessment.bad_request"),
        ({"tab": "form"}, "assessment.bad_request"),
        ({"tab": "x" * 41}, "assessment.bad_request"),
        ({"tab": "con espacio"}, "assessment.bad_request"),
        ({"tab": ["tab-one-1"]}, "assessment.bad_request"),
        ({"answer": "0"}, "assessment.answer.shape"),
        ({"answer": {"0": 1}}, "assessment.answer.shape"),
        ({"answer": [0]}, "assessment.answer.shape"),
        ({"answer": [["0"]]}, "assessment.answer.shape"),
        ({"answer": ["7"]}, "assessment.answer.unknown_choice"),
        ({"answer": ["-1"]}, "assessment.answer.unknown_choice"),
        ({"answer": ["0\u0000"]}, "assessment.answer.unknown_choice"),
        ({"answer": ["0"] * 400}, "assessment.answer.too_long"),
        ({"answer": ["0"], "flag": True}, "assessment.bad_request"),
        ({"flag": "yes"}, "assessment.bad_request"),
    ],
)
def test_a_forged_save_is_refused_in_clear_words_and_nothing_is_stored(  # noqa: PLR0917 - fixtures
    app, cast, database, running, changes, error
):
    with database.reading() as session:
        item = items_of(session, running)[0]
    reply = post(cast.agent.enter(app.test_client()), running, one(item, **changes))
    assert reply.status_code == 400
    assert reply.json["error"] == error
    assert reply.json["detail"]
    assert stored(database) == 0


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "7", '"x"', "{}", '{"saves": 7}', '{"saves": [7]}', "{", '{"saves": null}']
)
def test_what_is_no_save_at_all_is_refused(app, cast, database, running, body):
    client = cast.agent.enter(app.test_client())
    reply = client.post(f"/intento/{running.code}/guardar", data=body, content_type="application/json", headers=JSON)
    assert (reply.status_code, reply.json["error"]) == (400, "assessment.bad_request")


@pytest.mark.parametrize("bad", [{}, {"answer": ["0"], "flag": True}, {"flag": None}, {"paste": None}])
def test_one_save_that_says_nothing_keeps_no_other_from_being_stored(app, cast, database, running, bad):
    with database.reading() as session:
        first, second = items_of(session, running)[:2]
    spoiled = {"position": first.position, "tab": "tab-one-1", "seq": 8, **bad}
    saves = [one(first, seq=7), spoiled, one(second, seq=9)]
    reply = post(cast.agent.enter(app.test_client()), running, {"saves": saves})
    assert reply.status_code == 200
    told = [(each["seq"], each["state"], each.get("error")) for each in reply.json["results"]]
    assert told == [(7, "saved", None), (8, "refused", "assessment.bad_request"), (9, "saved", None)]
    assert stored(database) == 2


def test_too_many_saves_at_once_are_refused(app, cast, database, running):
    with database.reading() as session:
        item = items_of(session, running)[0]
    saves = [one(item, seq=number) for number in range(501)]
    reply = post(cast.agent.enter(app.test_client()), running, {"saves": saves})
    assert (reply.status_code, reply.json["error"]) == (400, "assessment.too_many")


def test_a_number_used_twice_is_a_conflict_and_a_replay_is_not(app, cast, database, running):
    with database.reading() as session:
        item = items_of(session, running)[0]
    client = cast.agent.enter(app.test_client())
    assert post(client, running, one(item)).json["results"][0]["state"] == "saved"
    assert post(client, running, one(item)).json["results"][0]["state"] == "replay"
    refused = post(client, running, one(item, answer=raw(item, right=False)))
    assert (refused.status_code, refused.json["error"]) == (409, "assessment.answer.sequence_used")
    assert stored(database) == 1


def test_a_batch_tells_each_entry_and_keeps_the_good_ones(app, cast, database, running):
    with database.reading() as session:
        items = items_of(session, running)
    saves = [one(items[0]), one(items[1], seq=2, answer=["99"]), {"position": 3, "tab": TAB, "seq": 3, "flag": True}]
    reply = post(cast.agent.enter(app.test_client()), running, {"saves": saves})
    assert reply.status_code == 200
    assert [each["state"] for each in reply.json["results"]] == ["saved", "refused", "saved"]
    assert reply.json["results"][1]["detail"]
    assert stored(database) == 2


def test_invariant_13_nobody_touches_or_sees_the_attempt_of_somebody_else(app, cast, database, scene, running):
    with database.reading() as session:
        item = items_of(session, running)[0]
    for name, member in cast.members().items():
        if name == "agent":
            continue
        learner = name == "stranger"
        client = member.enter(app.test_client())
        refused = 404 if learner else 403
        assert client.get(f"/prueba/{scene.enrolment.code}").status_code == refused, name
        assert client.post(f"/prueba/{scene.enrolment.code}/empezar").status_code == refused, name
        for page in ("", "/entregar", "/resultado"):
            assert client.get(f"/intento/{running.code}{page}").status_code == refused, (name, page)
        assert client.post(f"/intento/{running.code}/entregar").status_code == refused, name
        assert client.post(f"/intento/{running.code}/guardar", data={"q1": "0", "q1-here": "1"}).status_code == refused
        assert post(client, running, one(item)).status_code == refused, name
    assert stored(database) == 0
    with database.reading() as session:
        assert session.get_one(Attempt, running.id).closed_at is None


def test_a_signed_out_browser_is_told_so_in_json(app, database, running):
    reply = post(app.test_client(), running, {"saves": []})
    assert (reply.status_code, reply.json) == (401, {"error": "sign_in"})


def test_a_closed_attempt_refuses_saves(app, cast, database, running):
    client = cast.agent.enter(app.test_client())
    with database.reading() as session:
        item = items_of(session, running)[0]
    client.post(f"/intento/{running.code}/entregar")
    reply = post(client, running, one(item))
    assert (reply.status_code, reply.json["error"]) == (409, "assessment.closed")


def test_a_forged_request_without_the_token_is_refused(app, cast, database, running):
    app.config["WTF_CSRF_ENABLED"] = True
    client = cast.agent.enter(app.test_client())
    assert post(client, running, {"saves": []}).status_code == 400
    assert client.post(f"/intento/{running.code}/entregar").status_code == 400
    with database.reading() as session:
        assert session.get_one(Attempt, running.id).closed_at is None


SECRETS = ("F-dos", "F-tres", "F-cuatro", "F-verdadero", "F-0", "F-orden", "Explicación", "correct", "seed")


def test_invariant_01_the_browser_holds_no_key_no_feedback_and_no_undrawn_question(app, cast, database, real_now):
    drawn_all = [question("q-1", "single"), question("q-2", "multiple"), question("q-3", "true_false")]
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, [*drawn_all, *singles(12, "b")], plan(*_two_sections()))
        attempt = scene.start(session, now=real_now)
        keys = {item.question.key for item in items_of(session, attempt)}
        item = items_of(session, attempt)[0]
        seed = attempt.seed.hex()
    client = cast.agent.enter(app.test_client())
    pages = [
        client.get(f"/intento/{attempt.code}").text,
        client.get(f"/intento/{attempt.code}/entregar").text,
        json.dumps(post(client, attempt, one(item)).json),
    ]
    undrawn = [f"Enunciado de b-easy-{number:05d}" for number in range(12) if f"b-easy-{number:05d}" not in keys]
    assert len(undrawn) == 10
    for page in pages:
        assert not [secret for secret in (*SECRETS, *undrawn, seed) if secret in page]
        assert not [key for key in keys if re.search(rf"\b{key}\b", page.replace(f"Enunciado de {key}", ""))]


def _two_sections():
    return Section("a", "any", 3), Section("b", "any", 2)


def test_invariant_01_the_page_of_an_attempt_does_not_say_which_choice_is_right(app, cast, database, real_now):
    with database.writing() as session:
        scene = make_scene(session, cast, NOW, singles(3), plan(_two_sections()[0]))
        attempt = scene.start(session, now=real_now)
    page = cast.agent.enter(app.test_client()).get(f"/intento/{attempt.code}").text
    labels = re.findall(r'<label class="option">.*?</label>', page, re.DOTALL)
    assert len(labels) == 9
    bare = {re.sub(r"Uno|Dos|Tres|q\d+|value=\"\d\"|<kbd.*?</kbd>", "", label) for label in labels}
    assert len(bare) == 1  # right and wrong choices have the same markup


def test_invariant_01_a_failed_attempt_does_not_give_the_answers_away(app, cast, database, scene, real_now):
    with database.writing() as session:
        attempt = scene.start(session, now=real_now)
        items = items_of(session, attempt)
    client = cast.agent.enter(app.test_client())
    for number, item in enumerate(items, 1):
        post(client, attempt, one(item, seq=number, answer=raw(item, right=False)))
    client.post(f"/intento/{attempt.code}/entregar")
    page = client.get(f"/intento/{attempt.code}/resultado").text
    assert "F-dos" in page  # feedback for the wrong choice
    assert "Sección uno" in page  # where to read again
    assert "Explicación" not in page
    assert "F-orden" not in page
    assert "F-0" not in page
    assert "is-right" not in page
    assert "Va:" not in page


def test_right_answers_are_shown_after_the_last_attempt_but_not_while_one_is_open(app, cast, database, scene, real_now):
    client = cast.agent.enter(app.test_client())
    codes = []
    for _ in range(3):
        codes.append(client.post(f"/prueba/{scene.enrolment.code}/empezar").location.rsplit("/", 1)[-1])
        if len(codes) == 3:
            # The last one is under way: no attempt is left, but the review of the first two must not help it.
            page = client.get(f"/intento/{codes[0]}/resultado").text
            assert "Explicación" not in page
            assert "F-dos" not in page
        client.post(f"/intento/{codes[-1]}/entregar")
    page = client.get(f"/intento/{codes[0]}/resultado").text
    assert "Explicación de single-1" in page
    assert "is-right" in page


def test_the_steps_are_for_who_verifies_and_only_once_it_is_closed(app, cast, database, scene, running):
    address = f"/intento/{running.code}/pasos"
    allowed = {"trainer", "auditor"}
    for name, member in cast.members().items():
        status = member.enter(app.test_client()).get(address).status_code
        assert status == (409 if name in allowed else 403), name
    cast.agent.enter(app.test_client()).post(f"/intento/{running.code}/entregar")
    for name, member in cast.members().items():
        status = member.enter(app.test_client()).get(address).status_code
        assert status == (200 if name in allowed else 403), name


def test_a_trainer_of_another_site_finds_no_steps(app, cast, database, scene, real_now):
    with database.writing() as session:
        elsewhere = scene.start(session, cast.stranger, now=real_now)
        submit(session, cast.stranger.actor, attempt_code=elsewhere.code, now=real_now)
        assert elsewhere.site_id == cast.other_site_id
    assert cast.trainer.enter(app.test_client()).get(f"/intento/{elsewhere.code}/pasos").status_code == 404
    assert cast.auditor.enter(app.test_client()).get(f"/intento/{elsewhere.code}/pasos").status_code == 200


def test_the_bank_with_its_keys_is_never_for_a_learner(app, cast, scene):
    allowed = {"trainer", "author", "auditor", "administrator"}
    for name, member in cast.members().items():
        status = member.enter(app.test_client()).get("/contenido/banco/banco").status_code
        assert status == (200 if name in allowed else 403), name


def test_a_get_never_writes(app, cast, database, scene, running):
    client = cast.agent.enter(app.test_client())
    for address in (f"/prueba/{scene.enrolment.code}", f"/intento/{running.code}", f"/intento/{running.code}/entregar"):
        assert client.get(address).status_code == 200
    with database.reading() as session:
        assert reading.steps_of(session, running.id) == []
        assert session.get_one(Attempt, running.id).closed_at is None
