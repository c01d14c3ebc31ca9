"""Statements of a request, counted inside a process of our own on the same database; BEGIN and COMMIT apart."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from benchmarks.world import PASSWORD, Learner, World
from lms.app import create_app
from lms.web.context import services

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def count(world: World, reader: Learner, taker: Learner) -> dict[str, int]:
    """Statements of each measured page, asked the second time: what never changes is kept by then."""
    app = create_app(world.settings)
    with app.app_context():
        engine = services().database.engine
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: sent.append(statement))

    def counted(call: Callable[[], TestResponse]) -> int:
        call()
        sent.clear()
        answer = call()
        if answer.status_code >= 400:
            raise RuntimeError(f"{answer.status_code} while statements were counted")
        return sum(not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")) for statement in sent)

    reading, taking = _entered(app.test_client(), reader), _entered(app.test_client(), taker)
    found = {
        "sign_in": counted(lambda: app.test_client().get("/ingresar")),
        "course": counted(lambda: reading.get(f"/curso/{reader.enrolment}")),
        "module": counted(lambda: reading.get(f"/curso/{reader.enrolment}/modulo/pagina-3")),
        "cover": counted(lambda: reading.get(f"/prueba/{reader.enrolment}")),
        "save": counted(_saving(taking, taker)),
    }
    engine.dispose()
    return found


def _token(page: TestResponse) -> str:
    found = _TOKEN.search(page.text)
    if found is None:
        raise RuntimeError("a page without a form")
    return found.group(1)


def _entered(client: FlaskClient, who: Learner) -> FlaskClient:
    token = _token(client.get("/ingresar"))
    client.post("/ingresar", data={"identifier": who.number, "password": PASSWORD, "csrf_token": token})
    return client


def _saving(client: FlaskClient, who: Learner) -> Callable[[], TestResponse]:
    token = _token(client.get(f"/prueba/{who.enrolment}"))
    attempt = client.post(f"/prueba/{who.enrolment}/empezar", data={"csrf_token": token}).headers["Location"]
    counter = iter(range(1, 100))

    def save() -> TestResponse:
        seq = next(counter)
        # The same question twice: what was drawn is kept, as it is for a browser that shows it.
        entry = {"position": 1, "tab": "medicion-consultas", "seq": seq, "answer": [str(seq % 4)]}
        return client.post(
            f"{attempt}/guardar", json=entry, headers={"X-CSRFToken": token, "Accept": "application/json"}
        )

    return save
