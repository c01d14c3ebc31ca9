"""What the machine knows and does between its rules: it sends, it follows what began, it holds the database to the model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from lms.assessment.commands import Entry, save
from lms.assessment.queries import attempts as reading
from lms.kit.errors import LmsError
from tests.assessment.machine import model
from tests.assessment.machine.model import OFFERS, Sent
from tests.assessment.machine.world import (
    ATTEMPTS,
    COUNTS,
    CRASHED,
    DELAY_HOURS,
    MARK,
    MINUTES,
    POINTS,
    SIZES,
    Stored,
    World,
)
from tests.conftest import NOW

TABS = ("laptop-tab-1", "laptop-tab-2", "phone--tab-1", "phone--tab-2")
GRACE = timedelta(seconds=60)


def device_of(tab: str) -> str:
    """The device that a tab is open on."""
    return tab[:6]


class Driver(RuleBasedStateMachine):
    """One person, two enrolments in the same test, two devices with two tabs each."""

    def __init__(self, world: World, seeds: Callable[[int], None]) -> None:
        super().__init__()
        self.world, self.seeds = world, seeds
        self.now = NOW
        self.attempts: list[model.Attempt] = []
        self.codes: list[str] = []
        self.keys: list[int] = []
        self.drawn: list[list[Any]] = []
        self.sent: list[Sent] = []
        self.queues: dict[str, list[Sent]] = {tab: [] for tab in TABS}
        self.delayed: list[Sent] = []
        self.numbers = dict.fromkeys(TABS, 0)
        self.offline: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "learner"):
            self.world.abandon(self.learner)

    # --- starting

    def expected_start(self, code: str) -> object:
        """The number of the attempt that comes first, "new", or the key of the refusal."""
        unfinished = [number for number, each in enumerate(self.attempts) if each.closed_at is None]
        if unfinished:
            return unfinished[0]
        own = [each for each in self.attempts if each.enrolment == code]
        if any(each.grade is not None and each.grade.passed for each in own):
            return "assessment.passed_already"
        if len(own) >= ATTEMPTS:
            return "assessment.none_left"
        ends = [min(each.closed_at, each.due) for each in own if each.closed_at is not None]
        if ends and self.now < max(ends) + timedelta(hours=DELAY_HOURS):
            return "assessment.wait"
        return "new"

    def begun(self, code: str, attempt_code: str) -> None:
        stored = self.world.read(self.learner)[-1]
        assert stored.row.code == attempt_code
        form = {}
        for place, _version, key, order, points in stored.items:
            kind = key.partition("-")[0]
            assert sorted(order) == list(range(SIZES[kind])), "an option was left out or comes twice"
            seen_as = tuple(str(order.index(index)) for index in range(SIZES[kind]))
            topic = "b" if kind in {"matching", "ordering"} else "a"
            form[place] = model.Question(key, kind, topic, POINTS[topic], seen_as)
            assert points == POINTS[topic]
        assert sorted(form) == list(range(1, sum(COUNTS.values()) + 1))
        self._check_form(form)
        assert self.world.drawn_again(stored.row) == [
            (version, order, points) for _, version, _, order, points in stored.items
        ]
        number = 1 + sum(each.enrolment == code for each in self.attempts)
        due = self.now + timedelta(minutes=MINUTES)
        self.attempts.append(model.Attempt(code, number, form, self.now, due, GRACE, MARK))
        self.codes.append(attempt_code)
        self.keys.append(stored.row.id)
        self.drawn.append(stored.items)

    def _check_form(self, form: dict[int, model.Question]) -> None:
        """So many of each topic, none twice, and nothing seen before while there is something unseen."""
        sizes = {"a": 9, "b": 5}
        before = {question.key: topic for each in self.attempts for topic, question in _topics(each.form)}
        for topic, count in COUNTS.items():
            keys = {question.key for place, question in _topics(form) if place == topic}
            assert len(keys) == count
            unseen = sizes[topic] - sum(each == topic for each in before.values())
            assert sum(key not in before for key in keys) == min(count, unseen)

    # --- sending

    def new(self, tab: str, position: int, content: tuple[str, Any]) -> Sent:
        self.numbers[tab] += 1
        made = Sent(len(self.attempts) - 1, position, tab, self.numbers[tab], content)
        self.sent.append(made)
        return made

    def choice(self, position: int, choice: int) -> tuple[str, Any]:
        offers = OFFERS[self.attempts[-1].form[position].kind]
        return ("answer", offers[choice % len(offers)])

    def dispatch(self, entry: Sent, fate: object) -> None:
        """The page queues, and sends all that waits in its tab unless the line is down."""
        self.queues[entry.tab].append(entry)
        if device_of(entry.tab) not in self.offline:
            self.flush(entry.tab, fate)

    def flush(self, tab: str, fate: object) -> None:
        for number in sorted({entry.attempt for entry in self.queues[tab]}):
            batch = [entry for entry in self.queues[tab] if entry.attempt == number]
            if self.deliver(batch, fate) and fate != "unheard":
                self.queues[tab] = [entry for entry in self.queues[tab] if entry.attempt != number]

    def _entry(self, sent: Sent) -> Entry:
        kind, value = sent.content
        if kind == "forged":
            return Entry(sent.position, sent.tab, sent.seq, value["answer"], value.get("flag"))
        if kind == "flag":
            return Entry(sent.position, sent.tab, sent.seq, flag=value)
        question = self.attempts[sent.attempt].form[sent.position]
        return Entry(sent.position, sent.tab, sent.seq, model.typed(question, value))

    def deliver(self, batch: list[Sent], fate: object) -> bool:
        """One request with these entries; whether the server has answered it."""
        number = batch[0].attempt
        attempt, entries = self.attempts[number], [self._entry(sent) for sent in batch]

        def work(session: Any) -> list[str]:
            saved = save(session, self.learner.actor, attempt_code=self.codes[number], entries=entries, now=self.now)
            return [outcome.state for outcome in saved.outcomes]

        states = self.world.transact(work, fate)
        if states is CRASHED:
            return False
        if isinstance(states, LmsError):
            assert states.key == "assessment.closed"
            assert not attempt.takes(self.now), "a save was turned away from an open attempt"
            return True
        assert attempt.takes(self.now), "a save was taken into a closed attempt"
        assert states == attempt.save(batch, self.now)
        if fate != "unheard":
            told = zip(batch, states, strict=True)
            attempt.counted_on |= {(sent.tab, sent.seq) for sent, state in told if state in {"saved", "replay"}}
        return True

    # --- after each step

    @invariant()
    def the_database_holds_what_the_model_says(self) -> None:
        if not hasattr(self, "learner"):
            return
        stored = self.world.read(self.learner)
        assert [each.row.code for each in stored] == self.codes
        assert sum(each.row.closed_at is None for each in stored) <= 1, "two open attempts"
        for expected, found, drawn in zip(self.attempts, stored, self.drawn, strict=True):
            _compare(expected, found, drawn)

    @invariant()
    def the_page_shows_what_stands(self) -> None:
        if self.attempts:
            with self.world.database.reading() as session:
                standing = reading.standing(reading.steps_of(session, self.keys[-1]))
            attempt = self.attempts[-1]
            assert dict(standing.answers) == attempt.answers
            assert standing.flagged == {place for place, on in attempt.flags.items() if on}


def _topics(form: dict[int, model.Question]) -> list[tuple[str, model.Question]]:
    return [(question.topic, question) for question in form.values()]


def _compare(expected: model.Attempt, found: Stored, drawn: list[Any]) -> None:
    row = found.row
    assert found.items == drawn, "the form has changed"
    assert (row.number, row.started_at, row.deadline_at) == (expected.number, expected.started_at, expected.due)
    assert row.closed_at == expected.closed_at
    assert found.steps == expected.steps
    kept = {(step.tab, step.seq) for step in found.steps if not step.late}
    assert expected.counted_on <= kept, "what was acknowledged does not count"
    grade = expected.grade
    assert found.results == ([] if grade is None else [(grade.score, MARK, grade.passed, grade.answered, grade.at)])
