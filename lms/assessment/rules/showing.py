"""What is shown of the questions of an attempt, and when (the review policy of a plan)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

JUST_AFTER = timedelta(minutes=2)
"""How long after handing in the phase `after` lasts."""


class Phase(StrEnum):
    """Where an attempt stands for its reader."""

    DURING = "during"  # it is open
    AFTER = "after"  # just handed in
    LATER = "later"
    CLOSED = "closed"  # the same questions cannot come to this person any more


@dataclass(frozen=True, slots=True)
class Shown:
    """`marks`: what each question earned, and whether what was answered is right. `right`: the right answer and why.
    `feedback`: what the author says of what was answered; what says in passing which answer is right waits for `right`.
    """

    marks: bool = False
    right: bool = False
    feedback: bool = False

    @property
    def anything(self) -> bool:
        return self.marks or self.right or self.feedback


NOTHING_SHOWN = Shown()
PARTS = ("marks", "right", "feedback")


@dataclass(frozen=True, slots=True)
class Review:
    """What each phase shows."""

    during: Shown = NOTHING_SHOWN
    after: Shown = NOTHING_SHOWN
    later: Shown = NOTHING_SHOWN
    closed: Shown = NOTHING_SHOWN

    def of(self, phase: Phase) -> Shown:
        return {
            Phase.DURING: self.during,
            Phase.AFTER: self.after,
            Phase.LATER: self.later,
            Phase.CLOSED: self.closed,
        }[phase]

    def as_dict(self) -> dict[str, list[str]]:
        return {phase.value: [part for part in PARTS if getattr(self.of(phase), part)] for phase in Phase}

    @classmethod
    def from_dict(cls, stored: Mapping[str, list[str]]) -> Review:
        """The policy that `as_dict` wrote; a phase that it does not name shows nothing."""
        return cls(*(Shown(**dict.fromkeys(stored.get(phase.value, ()), True)) for phase in Phase))


def phase(now: datetime, *, closed_at: datetime | None, closes: datetime | None, done: bool) -> Phase:
    """Where an attempt that was closed at `closed_at` (None: it is open) stands at `now`.

    `done`: this person passed or has no attempt left. Where a plan has an end, others may meet the same questions until
    then, so its end alone makes an attempt `CLOSED`; where it has none, `done` does.
    """
    if closed_at is None:
        return Phase.DURING
    if now >= closes if closes is not None else done:
        return Phase.CLOSED
    return Phase.AFTER if now < closed_at + JUST_AFTER else Phase.LATER


def shown(review: Review | None, at: Phase, *, done: bool) -> Shown:
    """What is shown of each question in phase `at`; without a policy, the rule of the house.

    That rule: nothing while the attempt is open; then what each answer earned and what its author says of it; the right
    answers once the same questions cannot come to this person any more (`done`, or the end of the plan).
    """
    if review is not None:
        return review.of(at)
    if at is Phase.DURING:
        return NOTHING_SHOWN
    return Shown(marks=True, right=done or at is Phase.CLOSED, feedback=True)
