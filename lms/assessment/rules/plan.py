"""Test plans: what a test draws, how it is taken and how it is passed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.showing import Review

DIFFICULTIES = ("easy", "medium", "hard")
ANY = "any"
POOLS = ("exam", "practice", "both")
EXAM_POOLS = frozenset({"exam", "both"})
PRACTICE_POOLS = frozenset({"practice", "both"})
DRAWN = "reviewed"
"""The one status of which questions are drawn."""
ONE = Fraction(1)
MIN_POINTS, MAX_POINTS = Fraction(1, 100), Fraction(100)

RANDOM, PLAN_ORDER = "random", "plan"
ORDERS = (RANDOM, PLAN_ORDER)
FREE, FORWARD = "free", "forward"
NAVIGATIONS = (FREE, FORWARD)
TELL, REFRESHER, NOTHING = "tell", "refresher", "nothing"
AFTER_FAILURE = (TELL, REFRESHER, NOTHING)

_PERCENTAGE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,6}))?\s?%")
_FRACTION = re.compile(r"([0-9]{1,6})\s?/\s?([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question version that a draw may take. `shuffle_size` is how many of its elements are permuted.

    `scenario` is the scenario it belongs to ("" where to none) and `place` its order in it; `key` is its author's name for
    it, by which a plan fixes it.
    """

    version_id: int
    question_id: int
    topic: str
    difficulty: str
    exclusive: str | None
    shuffle_size: int
    pool: str
    scenario: str = ""
    place: int = 0
    status: str = DRAWN
    key: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`count` questions of one topic and one difficulty (or `ANY`), each worth `points`.

    With `scenarios` they come as whole scenarios that hold `count` questions together; else none of a scenario is taken.
    `pass_mark` is the share of the section's own points that passing takes beside the mark of the whole; None: none.
    """

    topic: str
    difficulty: str
    count: int
    points: Fraction = ONE
    pass_mark: Fraction | None = None
    scenarios: bool = False

    def accepts(self, candidate: Candidate) -> bool:
        """Whether this section may take `candidate` (neither its pool nor its status is looked at)."""
        return (
            self.scenarios == bool(candidate.scenario)
            and self.topic == candidate.topic
            and self.difficulty in (ANY, candidate.difficulty)
        )

    def overlaps(self, other: Section) -> bool:
        """Whether one question could serve both sections."""
        return (
            self.scenarios == other.scenarios
            and self.topic == other.topic
            and (self.difficulty == other.difficulty or ANY in (self.difficulty, other.difficulty))
        )

    def as_dict(self) -> dict[str, Any]:
        """What is stored; what says nothing beside the ordinary is left out, so that old plans keep their hash."""
        stored: dict[str, Any] = {
            "topic": self.topic,
            "difficulty": self.difficulty,
            "count": self.count,
            "points": self.points.numerator if self.points.denominator == 1 else str(self.points),
        }
        if self.pass_mark is not None:
            stored["pass_mark"] = _ratio(self.pass_mark)
        if self.scenarios:
            stored["scenarios"] = True
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Section:
        """The section that `as_dict` wrote."""
        mark = stored.get("pass_mark")
        return cls(
            stored["topic"],
            stored["difficulty"],
            stored["count"],
            Fraction(stored.get("points", 1)),
            None if mark is None else Fraction(mark),
            stored.get("scenarios", False),
        )


@dataclass(frozen=True, slots=True)
class TestPlan:
    """What a test draws, how it is taken, and how it is passed. `pass_mark` lies above 0 and up to 1; times in minutes
    and hours. What stands after `sections` has a default, which is the test as it was before there was a choice.
    """

    __test__ = False  # its name begins with "Test": pytest must not collect it

    id: str
    title: str
    pass_mark: Fraction
    minutes: int
    attempts: int
    delay_hours: int
    sections: tuple[Section, ...]
    fixed: tuple[str, ...] = ()  # keys of questions that stand in every form, beside those of the sections
    fixed_points: Fraction = ONE
    order: str = RANDOM
    navigation: str = FREE
    per_page: int = 0  # questions on a page; 0: all on one, and where a page does not come back, one
    opens: datetime | None = None
    closes: datetime | None = None
    room: bool = False
    addresses: tuple[str, ...] = ()  # networks in CIDR notation; none: from anywhere
    review: Review | None = None  # None: the rule of the house
    after_failure: str = TELL

    @property
    def size(self) -> int:
        """How many questions one attempt has."""
        return len(self.fixed) + sum(section.count for section in self.sections)

    @property
    def page_size(self) -> int:
        """Questions on a page, 0 for all. A page that does not come back holds one, where the plan names no number."""
        return self.per_page or (1 if self.navigation == FORWARD else 0)

    @property
    def whole(self) -> bool:
        """Whether it draws more than single questions by section: then it is drawn by "umbral-2"."""
        return bool(self.fixed or self.order != RANDOM or any(section.scenarios for section in self.sections))

    @property
    def filed(self) -> tuple[Section, ...]:
        """The sections in the order in which they are stored and numbered: the plan's own only where it counts."""
        if self.order == PLAN_ORDER:
            return self.sections
        return tuple(sorted(self.sections, key=lambda each: (each.topic, each.difficulty, each.scenarios)))

    def rules(self) -> dict[str, Any]:
        """What the plan says beside the ordinary, JSON-able: empty for a plan without it."""
        given: dict[str, Any] = {
            "fixed": list(self.fixed),
            "fixed_points": _ratio(self.fixed_points),
            "order": self.order,
            "navigation": self.navigation,
            "per_page": self.per_page,
            "opens": _moment(self.opens),
            "closes": _moment(self.closes),
            "room": self.room,
            "addresses": list(self.addresses),
            "review": None if self.review is None else self.review.as_dict(),
            "after_failure": self.after_failure,
        }
        return {key: value for key, value in given.items() if value != _ORDINARY[key]}

    def as_dict(self) -> dict[str, Any]:
        """The canonical, JSON-able form: the same whatever the order of the sections in the file, unless it counts."""
        return {
            "id": self.id,
            "title": self.title,
            "pass_mark": _ratio(self.pass_mark),
            "minutes": self.minutes,
            "attempts": self.attempts,
            "delay_hours": self.delay_hours,
            "sections": [each.as_dict() for each in self.filed],
            **self.rules(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> TestPlan:
        """The plan that `as_dict` wrote."""
        review = stored.get("review")
        return cls(
            id=stored["id"],
            title=stored["title"],
            pass_mark=Fraction(stored["pass_mark"]),
            minutes=stored["minutes"],
            attempts=stored["attempts"],
            delay_hours=stored["delay_hours"],
            sections=tuple(Section.from_dict(section) for section in stored["sections"]),
            fixed=tuple(stored.get("fixed", ())),
            fixed_points=Fraction(stored.get("fixed_points", 1)),
            order=stored.get("order", RANDOM),
            navigation=stored.get("navigation", FREE),
            per_page=stored.get("per_page", 0),
            opens=_read_moment(stored.get("opens")),
            closes=_read_moment(stored.get("closes")),
            room=stored.get("room", False),
            addresses=tuple(stored.get("addresses", ())),
            review=None if review is None else Review.from_dict(review),
            after_failure=stored.get("after_failure", TELL),
        )

    def content_hash(self) -> str:
        """The SHA-256 of the canonical form."""
        return content_hash(self.as_dict())


_ORDINARY: dict[str, Any] = {
    "fixed": [],
    "fixed_points": "1/1",
    "order": RANDOM,
    "navigation": FREE,
    "per_page": 0,
    "opens": None,
    "closes": None,
    "room": False,
    "addresses": [],
    "review": None,
    "after_failure": TELL,
}


def _ratio(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


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


def parse_points(text: str) -> Fraction:
    """What a question is worth, from "2" or "1/2", exactly.

    Raises: ValueError for anything else, and below 1/100 or above 100.
    """
    if not (_FRACTION.fullmatch(text.strip()) or (text.strip().isascii() and text.strip().isdigit())):
        raise ValueError(f"neither a number nor a fraction: {text!r}")
    numerator, _, denominator = text.replace(" ", "").partition("/")
    if denominator and not int(denominator):
        raise ValueError(f"no fraction: {text!r}")
    points = Fraction(int(numerator[:9]), int(denominator or 1))
    if not MIN_POINTS <= points <= MAX_POINTS:
        raise ValueError(f"not from 1/100 to 100: {text!r}")
    return points
