"""What a course is made of and when it is complete: pure decisions, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DUE_SOON_DAYS = 7
"""A due date this near is shown as near."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class TrainingType(StrEnum):
    """Why somebody takes a course."""

    INITIAL = "initial"
    REFRESHER = "refresher"
    RE_ENTRY = "re-entry"
    TRANSFER = "transfer"


class Mode(StrEnum):
    """How a course is given."""

    SELF_PACED = "self-paced"
    BLENDED = "blended"
    CLASSROOM = "classroom"
    VIRTUAL = "virtual"


class Retrain(StrEnum):
    """What a new version asks of the people who hold an older one."""

    NONE = "none"
    REFRESHER = "refresher"
    VERIFY = "verify"


class PartKind(StrEnum):
    MODULE = "module"
    TEST = "test"
    SURVEY = "survey"


class PartState(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


class DueState(StrEnum):
    """How an enrolment stands against its due date."""

    NO_DATE = "no_date"
    ON_TIME = "on_time"
    SOON = "soon"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done_late"


@dataclass(frozen=True)
class Part:
    """A part of a course: a module (`id` is the module's), the test (`id` is the plan's) or the survey."""

    kind: PartKind
    id: str

    @property
    def key(self) -> str:
        """How progress names the part: "module:<id>", "test" or "survey"."""
        return f"module:{self.id}" if self.kind is PartKind.MODULE else str(self.kind)


States = Mapping[str, PartState]
"""The state of each part by its key; a part that is not in it has not been started."""


@dataclass(frozen=True)
class Progress:
    """Where a person stands: `done` of `total` parts that count, and the part to do next (None: nothing is left)."""

    done: int
    total: int
    complete: bool
    next: Part | None

    @property
    def percent(self) -> int:
        """Whole percent, rounded down, so that 100 is shown only when everything is done."""
        return 100 * self.done // self.total if self.total else 0


def is_slug(text: str) -> bool:
    """Whether `text` is a stable id: small letters and digits in groups joined by single hyphens, at most 64 long."""
    return len(text) <= 64 and _SLUG.fullmatch(text) is not None


def state_of(part: Part, states: States) -> PartState:
    """The state of `part`, `NOT_STARTED` where nothing is known."""
    return states.get(part.key, PartState.NOT_STARTED)


def completion(parts: Sequence[Part], states: States) -> bool:
    """Whether the course is complete: every module done and, where there is a test, the test passed.

    The survey is offered, never a condition. A course without modules and test is never complete: an empty list is a
    mistake of the caller, and a mistake must not certify anybody.
    """
    counted = _counted(parts)
    return bool(counted) and all(state_of(part, states) is PartState.DONE for part in counted)


def next_part(parts: Sequence[Part], states: States) -> Part | None:
    """The part to do next: the first module that is not done, then the test, then the survey; None at the end."""
    order = (PartKind.MODULE, PartKind.TEST, PartKind.SURVEY)
    for kind in order:
        for part in parts:
            if part.kind is kind and state_of(part, states) is not PartState.DONE:
                return part
    return None


def progress(parts: Sequence[Part], states: States) -> Progress:
    """All of the above at once, for a page or a list."""
    counted = _counted(parts)
    done = sum(state_of(part, states) is PartState.DONE for part in counted)
    return Progress(done, len(counted), completion(parts, states), next_part(parts, states))


def due_state(due_on: date | None, today: date, completed_on: date | None = None) -> DueState:
    """How an enrolment stands on `today`; the due day itself is still on time."""
    if completed_on is not None:
        return DueState.DONE_LATE if due_on is not None and completed_on > due_on else DueState.DONE
    if due_on is None:
        return DueState.NO_DATE
    if today > due_on:
        return DueState.OVERDUE
    return DueState.SOON if today >= due_on - timedelta(days=DUE_SOON_DAYS) else DueState.ON_TIME


def _counted(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.kind is not PartKind.SURVEY]
