"""The script of the attempt page in a real browser: saving as given, the line cut, one question at a time, the end of time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from lms.assessment.models import Attempt
from lms.assessment.queries import attempts as reading
from lms.kit.clock import utc_now
from tests.assessment.scene import items_of, raw
from tests.chromium import axe_faults, launched

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app) -> Iterator[str]:
    """The application behind a real socket, with its protection against forged requests on."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(app, cast, address) -> Iterator[Any]:
    """A browser page signed in as the agent."""
    client = cast.agent.enter(app.test_client())
    cookie = client.get_cookie("umbral")
    with launched() as chromium:
        context = chromium.new_context(locale="es-AR", viewport={"width": 1100, "height": 800})
        context.add_cookies([{"name": "umbral", "value": cookie.value, "url": address}])
        opened = context.new_page()
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        yield opened
        context.close()
    assert faults == []


def begin(database, scene, now):
    with database.writing() as session:
        attempt = scene.start(session, now=now)
        return attempt, {item.question.kind.name: item for item in items_of(session, attempt)}


def standing(database, attempt):
    with database.reading() as session:
        return reading.standing(reading.steps_of(session, attempt.id))


def until(page, check) -> None:
    """Wait for something that the server knows."""
    for _ in range(100):
        if check():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")


def canonical(item, sent):
    return item.question.kind.parse_answer(sent, item.question.body, item.order)


def test_answers_save_as_given_and_wait_while_the_line_is_cut(database, scene, real_now, page, address):
    attempt, items = begin(database, scene, real_now)
    single, multiple, order, match = items["single"], items["multiple"], items["ordering"], items["matching"]
    page.goto(f"{address}/intento/{attempt.code}#q{single.position}")
    card = page.locator(f"#q{single.position}")
    assert page.locator("[data-question]:visible").count() == 1
    (right,) = raw(single)
    card.locator(f".option input[value='{right}']").check()
    page.locator("[data-saved]", has_text="Guardado").wait_for()
    assert standing(database, attempt).answers == {single.position: canonical(single, raw(single))}
    assert axe_faults(page) == []

    # The line is cut: what is given waits here, survives a reload, and goes out when the line is back.
    page.route("**/guardar", lambda route: route.abort())
    page.goto(f"{address}/intento/{attempt.code}#q{multiple.position}")
    for value in raw(multiple):
        page.locator(f"#q{multiple.position} .option input[value='{value}']").check()
    page.locator("[data-saved]", has_text="espera en este equipo").wait_for()
    assert multiple.position not in standing(database, attempt).answers
    page.unroute("**/guardar")
    page.reload()
    until(page, lambda: multiple.position in standing(database, attempt).answers)
    assert page.locator(f"#q{multiple.position} input:checked").count() == 2  # and it is shown again
    assert standing(database, attempt).answers[multiple.position] == canonical(multiple, raw(multiple))

    # Ordering by buttons, matching by lists, the flag.
    page.goto(f"{address}/intento/{attempt.code}#q{order.position}")
    for place, choice in enumerate(raw(order)):
        row = page.locator(f"#q{order.position} [data-choice='{choice}']")
        row.locator("select").select_option(str(place + 1))
    until(page, lambda: standing(database, attempt).answers.get(order.position) == [0, 1, 2])
    page.locator(f"#q{order.position} [data-order] > :nth-child(2) [data-move='-1']").click()
    until(page, lambda: standing(database, attempt).answers.get(order.position) == [1, 0, 2])
    page.locator(f"#q{order.position} [data-flag]").click()
    until(page, lambda: standing(database, attempt).flagged == {order.position})
    page.goto(f"{address}/intento/{attempt.code}#q{match.position}")
    for place, choice in enumerate(raw(match)):
        page.locator(f"#q{match.position}-{place}").select_option(choice)
    until(page, lambda: standing(database, attempt).answers.get(match.position) == [0, 1, 2])
    page.locator(f"#q{match.position} [data-clear]").click()
    until(page, lambda: standing(database, attempt).answers.get(match.position, 0) is None)


def test_keys_choose_and_move_and_can_be_switched_off(database, scene, real_now, page, address):
    attempt, items = begin(database, scene, real_now)
    single = items["single"]
    page.goto(f"{address}/intento/{attempt.code}#q{single.position}")
    page.keyboard.press("2")
    until(page, lambda: standing(database, attempt).answers.get(single.position) == single.order[1])
    page.locator("[data-keys]").uncheck()
    page.locator("h1").focus()
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    assert standing(database, attempt).answers == {single.position: single.order[1]}
    page.locator("[data-keys]").check()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n" if single.position < 5 else "p")
    beside = single.position + (1 if single.position < 5 else -1)
    page.wait_for_selector(f"#q{beside}:not([hidden])")


def test_the_end_of_time_hands_in_what_was_saved(database, scene, page, address):
    attempt, items = begin(database, scene, utc_now() - timedelta(minutes=30) + timedelta(seconds=8))
    single = items["single"]
    page.goto(f"{address}/intento/{attempt.code}#q{single.position}")
    (right,) = raw(single)
    page.locator(f"#q{single.position} .option input[value='{right}']").check()
    page.wait_for_url("**/resultado", timeout=20_000)
    with database.reading() as session:
        (result,) = reading.results_of(session, attempt.id)
        assert result.answered == 1
        assert session.scalar(select(Attempt)).closed_at is not None
    assert axe_faults(page) == []


def test_the_pages_of_a_test_have_no_fault_that_axe_finds(database, scene, real_now, page, address):
    page.goto(f"{address}/prueba/{scene.enrolment.code}")
    assert axe_faults(page) == []
    page.get_by_role("button", name="Empezar la prueba").click()
    page.wait_for_url("**/intento/*")
    for number in range(1, 6):
        page.evaluate(f"location.hash = 'q{number}'")
        page.wait_for_selector(f"#q{number}:not([hidden])")
        assert axe_faults(page) == []
    page.get_by_role("button", name="Revisar y entregar").click()
    page.wait_for_url("**/entregar")
    assert axe_faults(page) == []
    page.get_by_role("button", name="Entregar la prueba").click()
    page.wait_for_url("**/resultado")
    assert axe_faults(page) == []
