"""What an attempt must do, written anew from the promises (invariants 1, 3, 4 and 5 and "Settled questions" of the design).

Nothing here calls the rules of the product: where the two disagree, one of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BAD = object()
"""In place of an answer: what no page could have sent."""


@dataclass(frozen=True)
class Question:
    """A question of the form: what it earns is told by its kind; `seen_as[canonical index]` is the id on the page."""

    key: str
    kind: str
    topic: str
    points: Fraction
    seen_as: tuple[str, ...]


def earned(kind: str, answer: Any) -> Fraction:
    """The share that an answer to a question of the bank in `world` earns, from the documentation of each type."""
    if answer is None:
        return Fraction(0)
    if kind == "partial":  # right ones minus wrong ones, of two right ones, never below nothing
        right = sum(index in (0, 2) for index in answer)
        return max(Fraction(0), Fraction(right - (len(answer) - right), 2))
    if kind == "matching":
        return Fraction(sum(place == index for place, index in enumerate(answer)), 3)
    right_answers = {"single": 0, "multiple": [0, 2], "true_false": False, "ordering": [0, 1, 2]}
    return Fraction(int(answer == right_answers[kind] and type(answer) is type(right_answers[kind])))


OFFERS: dict[str, list[Any]] = {
    "single": [0, 1, 2, None],
    "multiple": [[0, 2], [0, 1], [0], [1, 3], None],
    "partial": [[0, 2], [0], [0, 1, 2], [1, 3], None],
    "true_false": [False, True, None],
    "matching": [[0, 1, 2], [0, 2, 1], [0, None, None], [3, 3, 3], None],
    "ordering": [[0, 1, 2], [2, 1, 0], [0, None, 2], None],
}
"""Answers that a page can send, as they are stored; the first is right."""


def typed(question: Question, answer: Any) -> list[str]:
    """What the page sends for an answer."""
    if answer is None:
        return []
    if question.kind == "true_false":
        return ["0" if answer else "1"]
    return ["" if index is None else question.seen_as[index] for index in _listed(answer)]


def _listed(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [answer]


@dataclass(frozen=True)
class Sent:
    """What a tab sent once: `content` is ("answer", canonical answer or BAD) or ("flag", whether)."""

    attempt: int
    position: Any
    tab: Any
    seq: Any
    content: tuple[str, Any]
    forged: bool = False


@dataclass(frozen=True)
class Step:
    kind: str
    position: int | None
    tab: str
    seq: int
    payload: dict[str, Any]
    late: bool
    at: datetime


@dataclass(frozen=True)
class Grade:
    """A result as it must be stored, once and for ever."""

    score: Fraction
    passed: bool
    answered: int
    at: datetime


@dataclass
class Attempt:
    """One attempt: what the server got in its order, and what of that stands."""

    enrolment: str
    number: int
    form: dict[int, Question]
    started_at: datetime
    due: datetime
    grace: timedelta
    mark: Fraction
    steps: list[Step] = field(default_factory=list)
    answers: dict[int, Any] = field(default_factory=dict)
    flags: dict[int, bool] = field(default_factory=dict)
    then: list[dict[int, Any]] = field(default_factory=lambda: [{}])  # the answers that stood after so many steps
    flagged_then: list[dict[int, bool]] = field(default_factory=lambda: [{}])
    newest: dict[tuple[str, int, str], int] = field(default_factory=dict)
    counted_on: set[tuple[str, int]] = field(default_factory=set)  # told to a tab: this is saved
    closed_at: datetime | None = None
    grade: Grade | None = None

    @property
    def ends(self) -> datetime:
        return self.due + self.grace

    def takes(self, now: datetime) -> bool:
        """Whether a save is looked at: while the attempt is open, and for a day as something late that does not count."""
        return self.closed_at is None or self.ends < now <= self.ends + DAY

    def save(self, batch: list[Sent], now: datetime) -> list[str]:
        """What each entry of a request is told; a request is one moment of the server."""
        return [self._one(entry, now) for entry in batch]

    def _one(self, entry: Sent, now: datetime) -> str:
        if entry.forged or entry.position not in self.form or entry.content[1] is BAD:
            return "refused"
        kind, value = entry.content
        before = next((step for step in self.steps if (step.tab, step.seq) == (entry.tab, entry.seq)), None)
        if before is not None:
            same = (before.kind, before.position, before.payload) == (kind, entry.position, {kind: value})
            # What came late the first time does not count because it is sent again.
            return "refused" if not same else "late" if before.late else "replay"
        late = now > self.ends
        self._note(Step(kind, entry.position, entry.tab, entry.seq, {kind: value}, late, now))
        return "late" if late else "saved"

    def _note(self, step: Step) -> None:
        """Store a step. Of its tab it counts only if the tab has sent nothing newer; between tabs the last one to come counts."""
        self.steps.append(step)
        if not step.late and step.position is not None:
            key = (step.kind, step.position, step.tab)
            if step.seq > self.newest.get(key, -1):
                self.newest[key] = step.seq
                place = self.answers if step.kind == "answer" else self.flags
                place[step.position] = step.payload[step.kind]
        self.then.append(dict(self.answers))
        self.flagged_then.append(dict(self.flags))

    def save_form(self, given: dict[int, Any], base: int, toggled: int | None, now: datetime) -> tuple[int, set[int]]:
        """A whole form, made when there were `base` steps: only what was changed in it is a step. (stored, refused)."""
        at = min(max(base, 0), len(self.steps))
        seen, flags = self.then[at], self.flagged_then[at]
        stands, late = dict(self.answers), now > self.ends
        seq = max((step.seq for step in self.steps if step.tab == "form"), default=0)
        refused = {position for position, answer in given.items() if answer is BAD}
        stored = 0
        for position, answer in given.items():
            if answer is BAD or answer == seen.get(position) or answer == stands.get(position):
                continue
            stored += 1
            self._note(Step("answer", position, "form", seq + stored, {"answer": answer}, late, now))
        flag = not flags.get(toggled, False)  # the other way round than the page showed it
        if toggled in self.form and flag != self.flags.get(toggled, False):
            self._note(Step("flag", toggled, "form", seq + stored + 1, {"flag": flag}, late, now))
        return stored, refused

    def extend(self, minutes: int, by: str, reason: str, now: datetime) -> None:
        """Somebody gives more time: the end moves by a step, and from now on that end counts."""
        before, self.due = self.due, self.due + timedelta(minutes=minutes)
        number = 1 + sum(step.kind == "extend" for step in self.steps)
        facts = {"from": before.isoformat(), "to": self.due.isoformat(), "by": by, "reason": reason}
        self._note(Step("extend", None, "extend", number, facts, False, now))

    def close(self, now: datetime) -> None:
        """Handed in, or out of time: what stood then is graded, exactly."""
        self._note(Step("expire" if now > self.ends else "submit", None, "server", 1, {}, False, now))
        self.closed_at = now
        possible = sum(question.points for question in self.form.values())
        points = sum(
            (question.points * earned(question.kind, self.answers.get(place)) for place, question in self.form.items()),
            Fraction(0),
        )
        score = points / possible
        answered = sum(self.answers.get(place) is not None for place in self.form)
        self.grade = Grade(score, score >= self.mark, answered, now)
