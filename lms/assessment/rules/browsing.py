"""Finding questions in a bank: what a filter asks for, whom it lets through, and how many of each kind there are. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

FIELDS = ("topic", "difficulty", "type", "pool", "status")
"""By which a list is filtered and counted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of a bank version as a list knows it."""

    version_id: int
    content_hash: str
    key: str
    kinds: tuple[str, ...]  # by FIELDS
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """The questions of a bank version by key: what never changes of it, counted once."""

    entries: Sequence[Entry]

    @cached_property
    def keys(self) -> list[str]:
        return [entry.key for entry in self.entries]

    @cached_property
    def counted(self) -> Counter[tuple[str, ...]]:
        return Counter(entry.kinds for entry in self.entries)

    @cached_property
    def tags(self) -> Mapping[str, int]:
        """How many questions have each tag, by tag."""
        counted = Counter(tag for entry in self.entries for tag in entry.tags)
        return {tag: counted[tag] for tag in sorted(counted)}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for: `kinds` by FIELDS ("" for any), a tag, and the ids that a search let through (None: no search)."""

    kinds: tuple[str, ...] = ("",) * len(FIELDS)
    tag: str = ""
    ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`entries` from the place asked for; `more`: whether others follow; `total`: how many the filter lets through.

    `facets`: by field, how many each value would show with the rest of the filter as it is.
    """

    entries: Sequence[Entry]
    more: bool
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def page_of(shelf: Shelf, asked: Filter, *, after: str = "", size: int) -> Page:
    """The first `size` questions after the key `after` that the filter lets through."""
    whole = asked.ids is None and not asked.tag
    pool: Sequence[Entry] = shelf.entries
    if not whole:
        pool = [each for each in shelf.entries if _found(each, asked)]
    counted = shelf.counted if whole else Counter(entry.kinds for entry in pool)
    wanted = frozenset(kinds for kinds in counted if _fits(kinds, asked.kinds))
    start = bisect_right(shelf.keys, after) if whole else bisect_right([each.key for each in pool], after)
    entries: list[Entry] = []
    for place in range(start, len(pool)):
        if pool[place].kinds in wanted:
            entries.append(pool[place])
            if len(entries) > size:
                break
    total = sum(counted[kinds] for kinds in wanted)
    return Page(entries[:size], len(entries) > size, total, _facets(counted, asked.kinds))


def _found(entry: Entry, asked: Filter) -> bool:
    return (asked.ids is None or entry.version_id in asked.ids) and (not asked.tag or asked.tag in entry.tags)


def _fits(kinds: Sequence[str], wanted: Iterable[str], but: int = -1) -> bool:
    return all(
        not want or want == kind or place == but for place, (kind, want) in enumerate(zip(kinds, wanted, strict=True))
    )


def _facets(counted: Mapping[tuple[str, ...], int], wanted: tuple[str, ...]) -> dict[str, dict[str, int]]:
    facets: dict[str, dict[str, int]] = {}
    for place, name in enumerate(FIELDS):
        found: dict[str, int] = {}
        for kinds, count in counted.items():
            if _fits(kinds, wanted, but=place):
                found[kinds[place]] = found.get(kinds[place], 0) + count
        facets[name] = found
    return facets
