"""The machine: what people, networks, clocks and power cuts do to attempts, each step held against the model."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from lms.assessment.commands import Entry, extend, save, save_form, start, submit, sweep
from lms.assessment.types.base import BadAnswer
from lms.kit.errors import LmsError, NotFound
from tests.assessment.machine import forgeries, model
from tests.assessment.machine.driver import GRACE, TABS, Driver, device_of
from tests.assessment.machine.model import BAD, DAY, HOUR, OFFERS, Sent
from tests.assessment.machine.world import CRASHED

PLACES = st.sampled_from([1, 1, 1, 4, 4, 2, 3, 5])
TAB = st.sampled_from([TABS[0], TABS[0], *TABS])
"""Some places and tabs come more often than others: it takes several events of the same one to see an order."""
CHOICES = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4])
"""Of the answers of `OFFERS`; the first is right, and comes often enough for some to pass."""
MOSTLY_RIGHT = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1, 2, 4])
EDGES = ("due", "ends", "kept")
WHEN = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(EDGES), st.sampled_from([-1, 0, 1])))
"""The moment of something: now, or at an edge of the last attempt, to which the clock is set before."""
FATES = st.sampled_from(["fine", "fine", "fine", "fine", "unheard", "rollback", 1, 2, 3, 4, 6])
"""Of a request: it goes well; it is committed and nobody hears of it; it dies before the commit, or at a statement."""


class AttemptMachine(Driver):
    """Everything that can happen to the person of `Driver`, and a stranger."""

    @initialize(example=st.integers(0, 2**16))
    def somebody(self, example: int) -> None:
        self.seeds(example)
        self.learner = self.world.learner()
        self.starts(0, "fine")

    # --- the clock of the server

    @rule(seconds=st.sampled_from([0, 1, 7, 59, 60, 61, 300, 300, 900, 1800, 3600, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(to=st.sampled_from(["back", "forward", *EDGES]), off=st.sampled_from([-1, 0, 1]))
    def the_clock_is_set(self, to: str, off: int = 0) -> None:
        """By an hour back or forward, or to one of the ends of the last attempt: just before, just then, just after."""
        last = self.attempts[-1]
        edges = {"back": self.now - HOUR, "forward": self.now + HOUR, "due": last.due, "ends": last.ends}
        self.now = edges.get(to, last.ends + DAY) + timedelta(microseconds=off)

    # --- starting

    @rule(which=st.integers(0, 1), fate=FATES)
    def starts(self, which: int, fate: object) -> None:
        code = self.learner.enrolments[which]

        def work(session: Any) -> str:
            seconds = int(GRACE.total_seconds())
            who = self.learner.actor
            return start(session, who, enrolment_code=code, now=self.now, grace_seconds=seconds).code

        expected = self.expected_start(code)
        got = self.world.transact(work, fate)
        if got is CRASHED:
            return
        if isinstance(got, LmsError):
            assert got.key == expected, (got, expected)
            return
        if isinstance(expected, int):
            assert got == self.codes[expected], "another attempt than the one that comes first"
            if self.attempts[expected].closed_at is None and self.now > self.attempts[expected].ends:
                self.attempts[expected].close(self.now)
            return
        assert expected == "new", f"an attempt began instead of {expected}"
        self.begun(code, got)

    # --- answering by the script

    @rule(tab=TAB, position=PLACES, choice=CHOICES, fate=FATES)
    def answers(self, tab: str, position: int, choice: int, fate: object) -> None:
        self.dispatch(self.new(tab, position, self.choice(position, choice)), fate)

    @rule(tab=TAB, choices=st.lists(MOSTLY_RIGHT, min_size=5, max_size=5), fate=FATES)
    def answers_everything(self, tab: str, choices: list[int], fate: object) -> None:
        for position, choice in enumerate(choices, 1):
            self.queues[tab].append(self.new(tab, position, self.choice(position, choice)))
        if device_of(tab) not in self.offline:
            self.flush(tab, fate)

    @rule(tab=TAB, more=st.sampled_from([None, None, 0, 1]))
    def answers_what_makes_the_mark(self, tab: str, more: int | None) -> None:
        """The six points of topic b are two thirds exactly; with `more`, some answer of the others beside them."""
        for position, question in self.attempts[-1].form.items():
            choice = ("answer", OFFERS[question.kind][0]) if question.topic == "b" else ("answer", None)
            self.queues[tab].append(self.new(tab, position, choice))
        if more is not None:
            self.queues[tab].append(self.new(tab, 1, self.choice(1, more)))
        if device_of(tab) not in self.offline:
            self.flush(tab, "fine")

    @rule(tab=TAB, position=PLACES, on=st.booleans(), fate=FATES)
    def flags(self, tab: str, position: int, on: bool, fate: object) -> None:
        self.dispatch(self.new(tab, position, ("flag", on)), fate)

    @rule(tab=TAB, position=PLACES, choice=CHOICES)
    def answers_into_a_slow_network(self, tab: str, position: int, choice: int) -> None:
        self.delayed.append(self.new(tab, position, self.choice(position, choice)))

    @precondition(lambda self: self.delayed)
    @rule(order=st.lists(st.integers(0, 9), min_size=1, max_size=4), fate=FATES)
    def what_was_delayed_arrives(self, order: list[int], fate: object) -> None:
        """Each by itself, in whatever order."""
        for index in order[: len(self.delayed)]:
            self.deliver([self.delayed.pop(index % len(self.delayed))], fate)

    @rule(device=st.sampled_from(["laptop", "phone-"]))
    def the_line_is_cut(self, device: str) -> None:
        self.offline.add(device)

    @precondition(lambda self: self.offline)
    @rule(fate=FATES)
    def the_line_is_back(self, fate: object) -> None:
        for tab in (tab for tab in TABS if device_of(tab) in self.offline):
            self.flush(tab, fate)
        self.offline.clear()

    @precondition(lambda self: self.sent)
    @rule(which=st.lists(st.integers(0, 60), min_size=1, max_size=6), fate=FATES)
    def is_sent_again(self, which: list[int], fate: object) -> None:
        """The same entries, in another order, some of them twice in one request."""
        found = [self.sent[index % len(self.sent)] for index in which]
        self.deliver([entry for entry in found if entry.attempt == found[0].attempt], fate)

    # --- forging

    @precondition(lambda self: self.sent)
    @rule(
        index=st.integers(0, 60), position=PLACES, choice=CHOICES, flag=st.sampled_from([None, True, False]), fate=FATES
    )
    def a_number_is_used_again(self, index: int, position: int, choice: int, flag: bool | None, fate: object) -> None:
        """The tab and number of something sent, with another content."""
        old = self.sent[index % len(self.sent)]
        form = self.attempts[old.attempt].form
        offers = OFFERS[form[position].kind]
        content = ("answer", offers[choice % len(offers)]) if flag is None else ("flag", flag)
        self.deliver([Sent(old.attempt, position, old.tab, old.seq, content)], fate)

    @rule(
        bad=st.one_of(
            st.tuples(st.just("answer"), st.sampled_from(forgeries.ANSWERS)),
            st.tuples(st.just("position"), st.sampled_from(forgeries.POSITIONS)),
            st.tuples(st.just("tab"), st.sampled_from(forgeries.TABS)),
            st.tuples(st.just("seq"), st.sampled_from(forgeries.NUMBERS)),
            st.tuples(st.just("flag"), st.sampled_from(forgeries.FLAGS)),
        ),
        tab=TAB,
        position=PLACES,
        choice=CHOICES,
        fate=FATES,
    )
    def something_forged_comes_with_something_good(
        self, bad: tuple[str, Any], tab: str, position: int, choice: int, fate: object
    ) -> None:
        self.numbers[tab] += 1
        facts: dict[str, Any] = {
            "position": position,
            "tab": tab,
            "seq": self.numbers[tab],
            "answer": [],
            bad[0]: bad[1],
        }
        forged = Sent(
            len(self.attempts) - 1, facts["position"], facts["tab"], facts["seq"], ("forged", facts), forged=True
        )
        good = self.new(tab, position, self.choice(position, choice))
        self.deliver([forged, good], fate)

    @rule(what=st.sampled_from(["save", "form", "submit"]))
    def a_stranger_tries(self, what: str) -> None:
        code, who = self.codes[-1], self.world.cast.stranger.actor

        def work(session: Any) -> None:
            if what == "save":
                entries = [Entry(1, "stranger-tab", 1, ["0"])]
                save(session, who, attempt_code=code, entries=entries, now=self.now)
            elif what == "form":
                save_form(session, who, attempt_code=code, read=lambda _items: {1: ["0"]}, base=0, now=self.now)
            else:
                submit(session, who, attempt_code=code, now=self.now)

        assert isinstance(self.world.transact(work, "fine"), NotFound), "a stranger reached the attempt"

    # --- answering by the plain form

    @rule(
        changed=st.dictionaries(PLACES, st.one_of(CHOICES, st.sampled_from(forgeries.ANSWERS[2:])), max_size=3),
        back=st.one_of(st.integers(0, 6), st.sampled_from(forgeries.BASES)),
        contradicts=st.booleans(),
        toggled=st.sampled_from([None, None, 1, 2, 5, 99, -1]),
        fate=FATES,
    )
    def sends_the_form(
        self, changed: dict[int, Any], back: int, contradicts: bool, toggled: int | None, fate: object
    ) -> None:
        """The whole form of a page that was made some steps ago, with what was changed in it since."""
        attempt, code = self.attempts[-1], self.codes[-1]
        base = back if back in forgeries.BASES else len(attempt.steps) - back
        shown = attempt.then[min(max(base, 0), len(attempt.steps))]
        meant: dict[int, Any] = {place: shown.get(place) for place in attempt.form}
        raws: dict[int, object] = {place: model.typed(attempt.form[place], meant[place]) for place in attempt.form}
        for position, choice in changed.items():
            if type(choice) is int:
                meant[position] = self.choice(position, choice)[1]
                raws[position] = model.typed(attempt.form[position], meant[position])
            else:
                meant[position], raws[position] = BAD, choice
        if contradicts:  # two of a question's own fields say different things
            meant[5], raws[5] = BAD, BadAnswer("answer.repeated")

        def work(session: Any) -> Any:
            return save_form(
                session,
                self.learner.actor,
                attempt_code=code,
                read=lambda _items: raws,
                base=base,
                now=self.now,
                toggle_flag=toggled,
            )

        got = self.world.transact(work, fate)
        if got is CRASHED:
            return
        if isinstance(got, LmsError):
            assert got.key == "assessment.closed"
            assert not attempt.takes(self.now)
            return
        assert attempt.takes(self.now)
        assert got.late == (self.now > attempt.ends)
        assert (got.stored, set(got.refused)) == attempt.save_form(meant, base, toggled, self.now)

    # --- more time

    @rule(minutes=st.sampled_from([1, 10, 60]), fate=FATES)
    def gets_more_time(self, minutes: int, fate: object) -> None:
        attempt, code, trainer = self.attempts[-1], self.codes[-1], self.world.cast.trainer.actor

        def work(session: Any) -> Any:
            return extend(session, trainer, attempt_code=code, minutes=minutes, reason="Se cortó la luz", now=self.now)

        got = self.world.transact(work, fate)
        if got is CRASHED:
            return
        over = attempt.closed_at is not None or self.now > attempt.ends
        if isinstance(got, LmsError):
            assert got.key == "assessment.closed"
            assert over
            return
        assert not over, "what has ended was given more time"
        attempt.extend(minutes, trainer.name, "Se cortó la luz", self.now)
        assert got == attempt.due

    # --- the end

    @rule(index=st.integers(0, 3), when=WHEN, fate=FATES)
    def hands_in(self, index: int, when: tuple[str, int] | None, fate: object) -> None:
        """The last attempt mostly, an earlier one sometimes; twice, as often as it comes."""
        if when is not None:
            self.the_clock_is_set(*when)
        number = -1 if index else len(self.attempts) // 2
        attempt, code = self.attempts[number], self.codes[number]

        def work(session: Any) -> Any:
            result = submit(session, self.learner.actor, attempt_code=code, now=self.now)
            return Fraction(result.score_num, result.score_den), result.passed

        got = self.world.transact(work, fate)
        if got is CRASHED:
            return
        if attempt.closed_at is None:
            attempt.close(self.now)
        assert attempt.grade is not None
        assert got == (attempt.grade.score, attempt.grade.passed)

    @rule(when=WHEN, fate=FATES)
    def the_sweep_runs(self, when: tuple[str, int] | None, fate: object) -> None:
        if when is not None:
            self.the_clock_is_set(*when)
        got = self.world.transact(lambda session: sweep(session, now=self.now), fate)
        if got is CRASHED:
            return
        over = [each for each in self.attempts if each.closed_at is None and self.now > each.ends]
        assert got == len(over)
        for each in over:
            each.close(self.now)
