"""Several requests at once, and random sequences of saves against a plain model, on both databases."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import Entry, save, submit, sweep
from lms.assessment.models import Attempt, AttemptItem, AttemptStep, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.rules.draw import draw_from
from tests.assessment.scene import END, MINUTE, answer_all, answers, items_of, put, raw
from tests.conftest import NOW


def at_once(database, count, work):
    """Run `work(session)` in that many write transactions at the same moment; returns what they gave or raised."""
    gate = threading.Barrier(count)

    def run(_number):
        gate.wait(timeout=20)
        try:
            with database.writing() as session:
                return work(session)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_invariant_04_four_starts_at_once_give_one_attempt(cast, database, scene, monkeypatch):
    meeting = threading.Barrier(4)

    def meet(*arguments):
        # Each of them has seen that there is no attempt. On SQLite the others wait for their turn to write instead.
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        return draw_from(*arguments)

    monkeypatch.setattr("lms.assessment.commands.starting.draw_from", meet)
    codes = at_once(database, 4, lambda session: scene.start(session).code)
    assert len(set(codes)) == 1, codes
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert session.scalar(select(func.count()).select_from(AttemptItem)) == 5


def test_invariant_05_four_submissions_at_once_grade_once(cast, database, scene):
    with database.writing() as session:
        attempt = scene.start(session)
        answer_all(session, cast, attempt)
    found = at_once(
        database, 4, lambda session: submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW).id
    )
    assert len(set(found)) == 1, found
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 1
        assert session.scalar(select(func.count()).where(AttemptStep.kind == "submit")) == 1


def test_the_sweep_and_the_learner_at_once_grade_once(cast, database, scene):
    with database.writing() as session:
        attempt = scene.start(session)
    late = END + 2 * MINUTE
    works = iter(
        [lambda s: sweep(s, now=late), lambda s: submit(s, cast.agent.actor, attempt_code=attempt.code, now=late).id]
    )
    lock = threading.Lock()

    def work(session):
        with lock:
            mine = next(works)
        return mine(session)

    found = at_once(database, 2, work)
    assert not [each for each in found if isinstance(each, Exception)], found
    with database.reading() as session:
        assert len(reading.results_of(session, attempt.id)) == 1


def test_invariant_05_the_same_save_from_many_requests_at_once_is_one_step(cast, database, scene):
    with database.writing() as session:
        attempt = scene.start(session)
        item = items_of(session, attempt)[0]
    states = at_once(database, 4, lambda session: put(session, cast, attempt, 1, raw(item), seq=1).state)
    assert sorted(states) == ["replay", "replay", "replay", "saved"], states


# --- a modest random walk against a plain model


@pytest.mark.parametrize("seed", range(15))
def test_invariant_05_random_saves_replays_and_delays_agree_with_a_model(cast, scene, session, seed):
    """Tabs send in order; the line loses, delays, repeats and reorders. What stands is what the model says."""
    chance = random.Random(seed)
    attempt = scene.start(session)
    items = items_of(session, attempt)
    sent: list[Entry] = []
    numbers: Counter[str] = Counter()
    for _ in range(40):
        item = chance.choice(items)
        tab = chance.choice(["tab-one-1", "tab-two-2", "tab-three"])
        numbers[tab] += 1
        answer = chance.choice([raw(item), raw(item, right=False), []])
        sent.append(Entry(item.position, tab, numbers[tab], answer))
    arriving = [entry for entry in sent if chance.random() > 0.1]
    arriving += chance.choices(arriving, k=15)
    chance.shuffle(arriving)
    by_tab: dict[tuple[int, str], tuple[int, int, object]] = {}  # position, tab: newest number, when it came, answer
    known: set[tuple[str, int]] = set()
    while arriving:
        size = chance.randint(1, 4)
        batch, arriving = arriving[:size], arriving[size:]
        outcome = save(session, cast.agent.actor, attempt_code=attempt.code, entries=batch, now=NOW)
        for entry, told in zip(batch, outcome.outcomes, strict=True):
            assert told.state == ("replay" if (entry.tab, entry.seq) in known else "saved")
            if told.state == "replay":
                continue
            known.add((entry.tab, entry.seq))
            newest = by_tab.get((entry.position, entry.tab))
            if newest is None or entry.seq > newest[0]:
                by_tab[entry.position, entry.tab] = (entry.seq, len(known), entry.answer)
    expected: dict[int, tuple[int, object]] = {}
    for (position, _tab), (_seq, came, answer) in by_tab.items():
        if position not in expected or came > expected[position][0]:
            expected[position] = (came, answer)
    by_position = {item.position: item for item in items}
    assert answers(session, attempt) == {
        position: by_position[position].question.kind.parse_answer(
            answer, by_position[position].question.body, by_position[position].order
        )
        for position, (_, answer) in expected.items()
    }
