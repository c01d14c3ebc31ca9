"""How people answer tests: a one-parameter item-response model (Rasch), the same for the same seed.

The chance of a right answer is 1 / (1 + exp(difficulty - ability)), both on one scale. A question's difficulty follows
from the one its author declared and its own key. How many of a section are right is drawn from the declared difficulty
alone; which of the drawn ones they are follows from each question's own difficulty. In this model that loses nothing:
given how many are right, ability says no more about which they are. And it keeps the facts of a demo the same although
the seed of each draw is a secret: two builds draw different questions, and the same person gets as many right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from lms.assessment.queries.attempts import Item

Section = tuple[str, str, int]
"""Topic, declared difficulty, how many questions."""
Hits = Mapping[tuple[str, str], int]
"""How many questions of each section (topic, difficulty) are answered right."""

SPREAD = 0.9
"""The standard deviation of people's abilities, whose mean is 0."""
LEARNED = 0.45
"""What reading again before another attempt adds to an ability."""
DECLARED = {"easy": -2.85, "medium": -1.95, "hard": -1.15}
"""The mean difficulty of questions by what their author declared."""
_OWN = 0.45


def difficulty(seed: int, key: str, declared: str) -> float:
    """A question's difficulty: that of its kind, and something of its own that is the same for ever."""
    return DECLARED[declared] + Random(f"{seed}:item:{key}").gauss(0, _OWN)  # noqa: S311 - a story, no secret


def right_share(ability: float, hardness: float) -> float:
    """The chance of a right answer."""
    return 1 / (1 + math.exp(hardness - ability))


def hits(sections: Iterable[Section], ability: float, chance: Random) -> dict[tuple[str, str], int]:
    """How many questions of each section somebody gets right."""
    return {
        (topic, declared): sum(chance.random() < right_share(ability, DECLARED[declared]) for _ in range(count))
        for topic, declared, count in sorted(sections)
    }


def passes(found: Hits, sections: Sequence[Section]) -> bool:
    """Whether that is 80 % or more, exactly."""
    return 5 * sum(found.values()) >= 4 * sum(count for _, _, count in sections)


def pattern(items: Iterable[Item], wanted: Hits, seed: int, chance: Random) -> dict[int, bool]:
    """Which questions are right, by position: so many of each section, the easier ones more often.

    Drawn one at a time without putting back, each with odds of exp(-difficulty) against those that are left.
    """
    sections: dict[tuple[str, str], list[Item]] = {}
    for item in sorted(items, key=lambda item: item.position):
        sections.setdefault((item.question.topic, item.question.difficulty), []).append(item)
    right: dict[int, bool] = {}
    for section in sorted(sections):
        left = sections[section]
        right |= dict.fromkeys((item.position for item in left), False)
        odds = {item.position: math.exp(-difficulty(seed, item.question.key, section[1])) for item in left}
        for _ in range(wanted[section]):
            chosen = chance.choices(list(odds), list(odds.values()))[0]
            right[chosen] = True
            del odds[chosen]
    return right
