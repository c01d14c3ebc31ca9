"""What became of a bank on two sides since they were one: in its files, and in what is published. Pure.

What is compared are units, each by the hash of what it says: a question that stands alone, a scenario with all its questions,
and the title, the course and each topic. "" stands for what there is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.assessment.rules.canonical import content_hash

Units = Mapping[str, str]
"""Name of a unit: the hash of what it says."""


@dataclass(frozen=True, slots=True)
class Diverged:
    """The units that changed since the base: in the files only, in what is published only, and in both differently.

    What both sides changed alike is no difference.
    """

    files: tuple[str, ...]
    published: tuple[str, ...]
    both: tuple[str, ...]

    @property
    def loses(self) -> bool:
        """Whether publishing the files as they are would undo something."""
        return bool(self.published or self.both)

    @property
    def news(self) -> bool:
        """Whether the files say something that is not published."""
        return bool(self.files or self.both)


def units_of(questions: Iterable[tuple[str, str, str]], others: Mapping[str, str]) -> dict[str, str]:
    """The units of some questions, as (key, scenario, content hash), and of other texts by their names."""
    scenarios: dict[str, list[tuple[str, str]]] = defaultdict(list)
    found = {name: content_hash(said) for name, said in others.items()}
    for key, scenario, digest in questions:
        if scenario:
            scenarios[scenario].append((key, digest))
        else:
            found[key] = digest
    return found | {case_unit(key): content_hash(sorted(some)) for key, some in scenarios.items()}


def case_unit(scenario: str) -> str:
    """The name of the unit of a scenario, which no question has."""
    return f"caso {scenario}"


def diverged(base: Units, files: Units, published: Units) -> Diverged:
    """Hold both sides against what they were once."""
    sides: tuple[list[str], list[str], list[str]] = ([], [], [])
    for name in sorted({*base, *files, *published}):
        was, here, there = base.get(name, ""), files.get(name, ""), published.get(name, "")
        if here == there:
            continue
        sides[0 if there == was else 1 if here == was else 2].append(name)
    return Diverged(*(tuple(side) for side in sides))


def base_of(origins: Sequence[str], start: int | None, current: int) -> int | None:
    """Which version the files are to be held against: its place in `origins`, where each version came from, in order.

    `start` is the version they say they were taken from. What files published right after it, one upon the other, is theirs
    too (a lock is not written anew each time); where anybody else published, they stop. Files that say nothing are
    held against the last version that came from files; None where there is none: then all that they do not say is news.
    """
    if start is None:
        return max((at for at, origin in enumerate(origins) if origin == "files"), default=None)
    while start != current and start + 1 < len(origins) and origins[start + 1] == "files":
        start += 1
    return start
