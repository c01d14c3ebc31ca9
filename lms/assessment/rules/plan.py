"""Test plans: what a test draws, and whether a bank can give it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from typing import Any

from lms.assessment.rules import capacity
from lms.assessment.rules.canonical import content_hash

DIFFICULTIES = ("easy", "medium", "hard")
ANY = "any"
POOLS = ("exam", "practice", "both")
EXAM_POOLS = frozenset({"exam", "both"})
PRACTICE_POOLS = frozenset({"practice", "both"})

_PERCENTAGE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,6}))?\s?%")
_FRACTION = re.compile(r"([0-9]{1,6})\s?/\s?([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question version that a draw may take. `shuffle_size` is how many of its elements are permuted."""

    version_id: int
    question_id: int
    topic: str
    difficulty: str
    exclusive: str | None
    shuffle_size: int
    pool: str


@dataclass(frozen=True, slots=True)
class Section:
    """`count` questions of one topic and one difficulty (or `ANY`), each worth `points`."""

    topic: str
    difficulty: str
    count: int
    points: int = 1

    def accepts(self, candidate: Candidate) -> bool:
        """Whether this section may take `candidate` (its pool is not looked at)."""
        return self.topic == candidate.topic and self.difficulty in (ANY, candidate.difficulty)

    def overlaps(self, other: Section) -> bool:
        """Whether one question could serve both sections."""
        return self.topic == other.topic and (
            self.difficulty == other.difficulty or ANY in (self.difficulty, other.difficulty)
        )


@dataclass(frozen=True, slots=True)
class TestPlan:
    """What a test draws and how it is passed. `pass_mark` lies above 0 and up to 1; times in minutes and hours."""

    __test__ = False  # its name begins with "Test": pytest must not collect it

    id: str
    title: str
    pass_mark: Fraction
    minutes: int
    attempts: int
    delay_hours: int
    sections: tuple[Section, ...]

    @property
    def size(self) -> int:
        """How many questions one attempt has."""
        return sum(section.count for section in self.sections)

    def as_dict(self) -> dict[str, Any]:
        """The canonical, JSON-able form: the same whatever the order of the sections in the file."""
        sections = sorted(self.sections, key=lambda section: (section.topic, section.difficulty))
        return {
            "id": self.id,
            "title": self.title,
            "pass_mark": f"{self.pass_mark.numerator}/{self.pass_mark.denominator}",
            "minutes": self.minutes,
            "attempts": self.attempts,
            "delay_hours": self.delay_hours,
            "sections": [
                {"topic": each.topic, "difficulty": each.difficulty, "count": each.count, "points": each.points}
                for each in sections
            ],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> TestPlan:
        """The plan that `as_dict` wrote."""
        return cls(
            id=stored["id"],
            title=stored["title"],
            pass_mark=Fraction(stored["pass_mark"]),
            minutes=stored["minutes"],
            attempts=stored["attempts"],
            delay_hours=stored["delay_hours"],
            sections=tuple(Section(**section) for section in stored["sections"]),
        )

    def content_hash(self) -> str:
        """The SHA-256 of the canonical form."""
        return content_hash(self.as_dict())


def parse_pass_mark(text: str) -> Fraction:
    """The exact share of the points that passes: "80%", "82,5%" or "4/5".

    Raises: ValueError for anything else ("80" and "0.8" could each be meant in two ways), and for shares that are
    not above 0 and at most 1.
    """
    if match := _PERCENTAGE.fullmatch(text.strip()):
        mark = Fraction(f"{match[1]}.{match[2] or 0}") / 100
    elif (match := _FRACTION.fullmatch(text.strip())) and int(match[2]):
        mark = Fraction(int(match[1]), int(match[2]))
    else:
        raise ValueError(f"not a percentage nor a fraction: {text!r}")
    if not 0 < mark <= 1:
        raise ValueError(f"not above 0 and at most 1: {text!r}")
    return mark


class LackKind(StrEnum):
    """Why a bank cannot fill a plan."""

    OVERLAP = "overlap"  # two sections could take the same question
    SHORT = "short"  # one section alone wants more than there is
    EXCLUSIVE = "exclusive"  # each section alone could be filled, together they claim the same exclusive sets


@dataclass(frozen=True, slots=True)
class Lack:
    """One reason why a plan cannot be drawn: the sections concerned, and questions wanted against questions there."""

    kind: LackKind
    sections: tuple[Section, ...]
    needed: int
    available: int


def pools_of(
    plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS
) -> list[list[Candidate]]:
    """What each section of `plan` may take, in the plan's order, each list sorted by question id.

    Raises: ValueError where one question comes in two versions: a bank version holds one of each.
    """
    by_topic: dict[str, list[int]] = {}
    for number, section in enumerate(plan.sections):
        by_topic.setdefault(section.topic, []).append(number)
    found: list[list[Candidate]] = [[] for _ in plan.sections]
    known: set[int] = set()
    for candidate in candidates:
        if candidate.question_id in known:
            raise ValueError(f"question {candidate.question_id} is offered in two versions")
        known.add(candidate.question_id)
        for number in by_topic.get(candidate.topic, ()) if candidate.pool in pools else ():
            if plan.sections[number].accepts(candidate):
                found[number].append(candidate)
    for offered in found:
        offered.sort(key=lambda candidate: candidate.question_id)
    return found


def overlaps(plan: TestPlan) -> list[tuple[Section, Section]]:
    """The pairs of sections that are not disjoint."""
    return [(one, other) for one, other in combinations(plan.sections, 2) if one.overlaps(other)]


def feasibility(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> list[Lack]:
    """Why `plan` cannot be drawn from `candidates`; an empty list means that every attempt finds a full form.

    A section that lacks questions by itself is told alone; only when each could be filled alone, sets of sections
    that claim the same exclusive questions are told together. With overlapping sections nothing more is looked at.
    """
    lacks = [Lack(LackKind.OVERLAP, pair, 0, 0) for pair in overlaps(plan)]
    if lacks:
        return lacks
    network = _network(plan.sections, pools_of(plan, candidates, pools))
    for number, section in enumerate(plan.sections):
        available = network.alone(number)
        if available < section.count:
            lacks.append(Lack(LackKind.SHORT, (section,), section.count, available))
    if lacks:
        return lacks
    for shortage in network.shortages():
        sections = tuple(plan.sections[number] for number in shortage.sections)
        lacks.append(Lack(LackKind.EXCLUSIVE, sections, shortage.needed, shortage.available))
    return lacks


def unseen_attempts(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> int:
    """How many attempts of one person can have no question in common (0 where not even one can be drawn).

    Without exclusive sets the draw always reaches this number. With them it is the most that can be reached: the
    draw serves each attempt as well as it can and does not spare questions for the next.
    """
    if overlaps(plan) or not plan.sections:
        return 0
    offered = pools_of(plan, candidates, pools)
    network = _network(plan.sections, offered)
    enough, too_many = (
        0,
        1 + min(len(pool) // section.count for pool, section in zip(offered, plan.sections, strict=True)),
    )
    while too_many - enough > 1:
        middle = (enough + too_many) // 2
        if network.shortages(forms=middle):
            too_many = middle
        else:
            enough = middle
    return enough


def _network(sections: Sequence[Section], offered: Sequence[Sequence[Candidate]]) -> capacity.Network:
    names = [[candidate.exclusive for candidate in pool] for pool in offered]
    return capacity.Network([section.count for section in sections], names)
