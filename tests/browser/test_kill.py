"""The server is killed in the middle of a test, again and again: whatever it acknowledged is there."""

from __future__ import annotations

import random
import re
import threading
import time
import urllib.error
from http.client import HTTPException

from sqlalchemy import select

from lms.assessment.models import Attempt, AttemptItem, AttemptStep, QuestionVersion
from tests.browser.client import Client
from tests.browser.server import Server
from tests.browser.world import PHRASE, World, enrol_agent, make_world

KILLS = 20


class Saver(threading.Thread):
    """Saves answers as fast as the server takes them; remembers what was acknowledged."""

    def __init__(self, client: Client, attempt: str, tab: str, places: list[int]) -> None:
        super().__init__(daemon=True)
        self.client, self.attempt, self.tab, self.places = client, attempt, tab, places
        self.acknowledged: dict[int, int] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        chance = random.Random(self.tab)
        seq = 0
        while not self._stopping.is_set():
            seq += 1
            position = chance.choice(self.places)
            save = {"position": position, "tab": self.tab, "seq": seq, "answer": [str(chance.randint(0, 1))]}
            try:
                answer = self.client.post_json(f"/intento/{self.attempt}/guardar", {"saves": [save]}, timeout=5)
            except (urllib.error.URLError, ConnectionError, TimeoutError, HTTPException):
                return  # the server is gone: this save was not acknowledged, and may or may not be there
            assert answer.status == 200, answer.text
            assert answer.json()["results"][0]["state"] == "saved", answer.text
            self.acknowledged[seq] = position

    def stop(self) -> None:
        self._stopping.set()
        self.join(10)


def _form(world: World) -> list[tuple[int, int, str, str]]:
    """The draw as stored: place, question version, its type, order of options."""
    with world.database.reading() as session:
        rows = session.execute(
            select(AttemptItem, QuestionVersion.type)
            .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
            .order_by(AttemptItem.position)
        )
        return [(item.position, item.question_version_id, kind, str(item.option_order)) for item, kind in rows]


def test_invariant_04_twenty_kills_lose_nothing_that_was_acknowledged(server: Server) -> None:
    world = make_world(server)
    enrolment = enrol_agent(world)
    server.start()
    client = Client(server.url)
    client.sign_in("L1", PHRASE)
    client.get(f"/prueba/{enrolment}")
    begun = client.post(f"/prueba/{enrolment}/empezar")
    attempt = re.search(r"/intento/([^/?#]+)", begun.url)
    assert attempt is not None, begun.text[:1000]
    code, drawn = attempt.group(1), _form(world)
    assert len(drawn) == 20
    shown = _questions(client.get(f"/intento/{code}").text)
    places = [place for place, _, kind, _ in drawn if kind in {"single", "multiple", "true_false"}]
    acknowledged: dict[tuple[str, int], int] = {}
    chance = random.Random(7)
    for kill in range(KILLS):
        saver = Saver(client, code, f"killedtab{kill:03d}", places)
        saver.start()
        time.sleep(chance.uniform(0.05, 0.8))
        server.kill()
        saver.stop()
        acknowledged.update({(saver.tab, seq): position for seq, position in saver.acknowledged.items()})
        server.start()
        page = client.get(f"/intento/{code}")
        assert page.status == 200
        assert _questions(page.text) == shown, "another form after the kill"
    with world.database.reading() as session:
        stored = {(step.tab, step.seq): step.position for step in session.scalars(select(AttemptStep))}
        assert len(session.scalars(select(Attempt)).all()) == 1
    assert len(acknowledged) > KILLS, "the server was killed before it could acknowledge anything"
    assert {key: stored.get(key) for key in acknowledged} == acknowledged
    assert _form(world) == drawn
    world.database.engine.dispose()


def _questions(html: str) -> list[str]:
    """The stems in the order they are shown."""
    return re.findall(r'<legend class="prose[^"]*"[^>]*>(.*?)</legend>', html, re.DOTALL)
