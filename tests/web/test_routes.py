"""The page decorator: who gets in, which transaction a view runs in, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, Response, abort, g, request
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from lms.kit.db import Database, ReadOnlyViolationError
from lms.kit.errors import Conflict
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor, Grant, Permission, Role
from lms.people.models import Job
from lms.web.context import db, services
from lms.web.routes import PUBLIC, SIGNED_IN, Routes, allowed
from tests.cast import Cast

BOTH = ("GET", "POST")


def job() -> Job:
    code = new_code()
    return Job(code=code, name=f"Puesto {code}", key_customer_related=False)


def make_routes() -> Routes:
    routes = Routes("probe", __name__)
    _add_writers(routes)
    _add_readers(routes)
    return routes


def _add_writers(routes: Routes) -> None:

    @routes.page("/probe/write", allow=PUBLIC, methods=BOTH)
    def write() -> str:
        db().add(job())
        db().flush()
        return "written"

    @routes.page("/probe/core", allow=PUBLIC)
    def core() -> str:
        db().execute(insert(Job).values(code=new_code(), name="X", key_customer_related=False))
        return "written"

    @routes.page("/probe/status/<int:status>", allow=PUBLIC, methods=BOTH)
    def status(status: int) -> tuple[str, int]:
        if request.method == "POST":
            db().add(job())
        return "", status

    @routes.page("/probe/fail/<kind>", allow=PUBLIC, methods=BOTH)
    def fail(kind: str) -> str:
        db().add(job())
        db().flush()
        if kind == "abort":
            abort(404)
        if kind == "refusal":
            raise Conflict("people.inactive")
        raise ValueError("the view fails")

    @routes.page("/probe/own", allow=PUBLIC, methods=BOTH, transaction=False)
    def own() -> str:
        assert "db" not in g or not db().in_transaction()
        with services().database.writing() as session:
            session.add(job())
        return "written"


def _add_readers(routes: Routes) -> None:
    @routes.page("/probe/stream", allow=PUBLIC)
    def stream() -> Response:
        session = db()

        def lines() -> Iterator[str]:
            yield f"{session.in_transaction()}\n"
            yield f"{session.scalar(select(func.count()).select_from(Job))}\n"

        return Response(lines(), mimetype="text/csv")

    @routes.page("/probe/signed", allow=SIGNED_IN, methods=BOTH)
    def signed() -> str:
        return "in"

    @routes.page("/probe/either", allow=(Permission.READ_HOURS, Permission.READ_CONTENT))
    def either() -> str:
        return "in"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.register_blueprint(make_routes())
    return app.test_client()


@pytest.fixture
def closed(database: Database) -> Iterator[list[bool]]:
    """Connections given back to the pool: each that was taken must come back."""
    balance: list[bool] = []
    event.listen(database.engine, "checkout", lambda *_args: balance.append(True))
    event.listen(database.engine, "checkin", lambda *_args: balance.pop() if balance else None)
    yield balance
    assert balance == []


def jobs(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


@pytest.mark.usefixtures("closed")
def test_a_get_that_writes_is_a_fault_and_writes_nothing(client: FlaskClient, database: Database) -> None:
    for url in ("/probe/write", "/probe/core"):
        with pytest.raises(ReadOnlyViolationError):
            client.get(url)
    assert jobs(database) == 0
    assert client.post("/probe/write").status_code == 200
    assert jobs(database) == 1


@pytest.mark.usefixtures("closed")
def test_a_post_stands_below_400_and_falls_from_400_up(client: FlaskClient, database: Database) -> None:
    for status, kept in ((200, 1), (303, 2), (399, 3), (400, 3), (404, 3), (422, 3), (500, 3)):
        assert client.post(f"/probe/status/{status}").status_code == status
        assert jobs(database) == kept, status


@pytest.mark.usefixtures("closed")
def test_whatever_a_view_raises_takes_back_what_it_wrote(client: FlaskClient, database: Database, cast: Cast) -> None:
    before = jobs(database)
    assert client.post("/probe/fail/abort").status_code == 404
    assert client.post("/probe/fail/refusal").status_code == 409
    with pytest.raises(ValueError, match="the view fails"):
        client.post("/probe/fail/crash")
    assert jobs(database) == before
    assert cast.agent.enter(client).get("/cuenta").status_code == 200


@pytest.mark.usefixtures("closed")
def test_a_view_may_open_its_own_transactions(client: FlaskClient, database: Database) -> None:
    for number, send in enumerate((client.get, client.post), 1):
        assert send("/probe/own").status_code == 200
        assert jobs(database) == number


def test_a_stream_reads_while_it_is_sent_and_closes_with_it(
    client: FlaskClient, database: Database, cast: Cast, closed: list[bool]
) -> None:
    answer = client.get("/probe/stream", buffered=False)
    assert closed == [True]
    assert answer.get_data(as_text=True) == f"True\n{jobs(database)}\n"
    answer.close()
    assert closed == []
    # A reader who goes away in the middle leaves nothing open either.
    broken = client.get("/probe/stream", buffered=False)
    next(iter(broken.response))
    broken.close()
    assert closed == []
    with client.head("/probe/stream", buffered=False) as head:
        assert (head.status_code, head.data) == (200, b"")
    assert closed == []
    assert cast.job_id


@pytest.mark.usefixtures("closed")
def test_head_is_a_get_without_its_body(client: FlaskClient, database: Database, cast: Cast) -> None:
    member = cast.agent.enter(client)
    answer = member.head("/cuenta")
    assert (answer.status_code, answer.data) == (200, b"")
    with pytest.raises(ReadOnlyViolationError):
        client.head("/probe/write")
    assert jobs(database) == 1  # that of the cast


def test_safe_methods_read_and_the_others_write(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []
    original = Database.open

    def noted(self: Database, *, write: bool) -> Session:
        opened.append(write)
        return original(self, write=write)

    monkeypatch.setattr(Database, "open", noted)
    client.get("/probe/status/200")
    client.head("/probe/status/200")
    client.post("/probe/status/200")
    assert opened == [False, False, True]
    assert database.engine.pool is not None


@pytest.mark.usefixtures("closed")
def test_who_may_open_a_page(client: FlaskClient, cast: Cast) -> None:
    assert client.get("/probe/signed?a=1").location == "/ingresar?next=/probe/signed?a%3D1"
    assert client.post("/probe/signed").location == "/ingresar"
    refused = client.get("/probe/signed", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json) == (401, {"error": "sign_in"})
    assert cast.agent.enter(client).get("/probe/signed").status_code == 200
    assert client.get("/probe/either").status_code == 403
    for member in (cast.hr, cast.author, cast.auditor):
        assert member.enter(client).get("/probe/either").status_code == 200


def test_allowed_says_what_the_decorator_does() -> None:
    nobody, learner = None, Actor(person_id=1, name="A", grants=(Grant(Role.LEARNER),))
    without = Actor(person_id=2, name="B")
    for who, expected in (
        (nobody, (True, False, False, False)),
        (without, (True, True, False, False)),
        (learner, (True, True, True, True)),
        (SYSTEM, (True, True, True, True)),
    ):
        either = (Permission.READ_AUDIT, Permission.LEARN)
        assert tuple(allowed(allow, who) for allow in (PUBLIC, SIGNED_IN, Permission.LEARN, either)) == expected
    assert not allowed((Permission.READ_AUDIT, Permission.PUBLISH), learner)
    assert not allowed((), learner)


NAVIGATION = [
    "agent", "coordinator", "trainer", "hr", "author", "auditor", "administrator",
]  # fmt: skip


@pytest.mark.parametrize("role", NAVIGATION)
def test_the_navigation_holds_what_is_open_and_nothing_else(app: Flask, cast: Cast, role: str) -> None:
    member = cast.members()[role]
    client = member.enter(app.test_client())
    items = app.extensions["umbral_nav"]
    assert len(items) >= 6
    page = client.get("/cuenta").text
    adapter = app.url_map.bind("localhost")
    shown = 0
    for item in items:
        url = adapter.build(item.endpoint)
        is_open = allowed(item.allow, member.actor)
        assert (f'href="{url}"' in page.split("<main")[0].replace('class="wordmark" href="/"', "")) == is_open, (
            item.endpoint
        )
        assert (client.get(url).status_code == 403) == (not is_open)
        shown += is_open
    assert shown >= 1


def test_the_navigation_marks_where_one_is(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    top = client.get("/horas").text.split("<main")[0]
    assert top.count('aria-current="page"') == 2  # wide and narrow
    marked = top[: top.index('aria-current="page"')].rsplit("<a", 1)[1]
    assert 'href="/horas"' in marked
