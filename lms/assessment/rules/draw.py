"""The draw of an attempt's questions, their order and the order of their options (invariants 1 and 2).

What algorithm "umbral-1" guarantees:

- The same seed, plan, candidates and seen questions give the same draw for ever, whatever the order in which the
  candidates and the sections come.
- Exactly `count` questions for every section, no question twice, at most one of each exclusive set in the whole
  form. Whenever such a form exists one is drawn; otherwise `DrawImpossible` is raised.
- Unseen first, then the least recently seen: of all valid forms, the draw takes one with as many unseen questions as
  can be; of these, one with as many as can be of those seen longest ago; and so on (the counts per time of seeing,
  oldest first, are lexicographically greatest).
- Of the forms that are equal in that respect, the draw takes the one with the least sum of random weights. A section
  puts its questions in random order; the weight of each is the weight before it plus a random 64-bit number.

A change of any of this is a new algorithm with a new name beside this one: an auditor draws old attempts again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from lms.assessment.rules.linked import Offer, cheapest
from lms.assessment.rules.plan import EXAM_POOLS, Candidate, Section, TestPlan, overlaps, pools_of
from lms.assessment.rules.stream import Stream

ALGORITHM = "umbral-1"
"""The algorithm of new attempts."""

_WEIGHT_SPAN = 1 << 128
"""Above any sum of weights (200 questions of 2**32 weigh less): a sum never outweighs a step of recency."""


class DrawImpossible(ValueError):
    """No form honours the plan: the bank has too few questions, or its exclusive sets claim too many."""


class UnknownAlgorithm(ValueError):
    """The attempt names an algorithm that this version does not have."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question of the form. `option_order[shown position]` is the element's original index."""

    question_id: int
    version_id: int
    option_order: tuple[int, ...]
    topic: str
    points: int


@dataclass(frozen=True, slots=True)
class _Supply:
    section: Section
    candidates: tuple[Candidate, ...]  # by question id


@dataclass(frozen=True, slots=True)
class DrawTable:
    """A bank version sorted for drawing by one plan. Immutable: keep it, and a draw costs nothing for a large bank."""

    supplies: tuple[_Supply, ...]  # by topic and difficulty


def prepare(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> DrawTable:
    """Sort `candidates` into the sections of `plan`; the order of neither matters.

    Raises: ValueError where one question comes in two versions; DrawImpossible where sections overlap.
    """
    if overlaps(plan):
        raise DrawImpossible("two sections of the plan could take the same question")
    offered = zip(plan.sections, pools_of(plan, candidates, pools), strict=True)
    supplies = [_Supply(section, tuple(pool)) for section, pool in offered]
    return DrawTable(tuple(sorted(supplies, key=lambda supply: (supply.section.topic, supply.section.difficulty))))


def draw(
    plan: TestPlan,
    candidates: Iterable[Candidate],
    seen: Mapping[int, int],
    seed: bytes,
    algorithm: str = ALGORITHM,
) -> list[Drawn]:
    """The form of one attempt, in the order in which it is shown.

    `seen` maps a question id to a number that grows with time (the attempt's, say): when this person saw it last.
    Raises: UnknownAlgorithm, DrawImpossible, ValueError (seed too short, one question in two versions).
    """
    return draw_from(prepare(plan, candidates), seen, seed, algorithm)


def draw_from(table: DrawTable, seen: Mapping[int, int], seed: bytes, algorithm: str = ALGORITHM) -> list[Drawn]:
    """As `draw`, from a table prepared before."""
    if algorithm not in _ALGORITHMS:
        raise UnknownAlgorithm(algorithm)
    return _ALGORITHMS[algorithm](table, seen, seed)


def _umbral_1(table: DrawTable, seen: Mapping[int, int], seed: bytes) -> list[Drawn]:
    chosen = _choose(table.supplies, seen, seed)
    chosen.sort(key=lambda pair: pair[0].question_id)
    form = []
    for candidate, section in Stream(seed, "umbral-1", "form").permuted(chosen):
        shuffle = Stream(seed, "umbral-1", "options", candidate.question_id)
        order = tuple(shuffle.permuted(range(candidate.shuffle_size)))
        form.append(Drawn(candidate.question_id, candidate.version_id, order, candidate.topic, section.points))
    return form


def _choose(supplies: tuple[_Supply, ...], seen: Mapping[int, int], seed: bytes) -> list[tuple[Candidate, Section]]:
    """The form of least cost: recency first, then random weights."""
    size = sum(supply.section.count for supply in supplies)
    best = [_best(supply, size, seen, seed) for supply in supplies]
    recency = _recency_costs({seen.get(each.question_id) for found in best for each, _ in found}, size)
    offers = [
        [
            Offer(recency[seen.get(each.question_id)] * _WEIGHT_SPAN + weight, index, each.exclusive or None)
            for index, (each, weight) in enumerate(found)
        ]
        for found in best
    ]
    taken = cheapest([supply.section.count for supply in supplies], offers)
    if taken is None:
        raise DrawImpossible("the bank has too few questions for the plan, or its exclusive sets claim too many")
    return [
        (best[number][offer.item][0], supply.section)
        for number, supply in enumerate(supplies)
        for offer in taken[number]
    ]


def _best(supply: _Supply, size: int, seen: Mapping[int, int], seed: bytes) -> list[tuple[Candidate, int]]:
    """The `size` cheapest questions of a section with their weights, at most one of each exclusive set.

    `size`, the number of questions of the whole form, is enough for an exact choice: whatever the other sections
    take, one of these stays free for each question that the section needs, and any other would cost more. That is why
    the permutation need not be made to its end.
    """
    section, weight = supply.section, 0
    weights = Stream(seed, "umbral-1", "weights", section.topic, section.difficulty)
    found: list[tuple[Candidate, int]] = []
    again: list[tuple[Candidate, int]] = []
    names: set[str] = set()

    def keep(candidate: Candidate, weight: int) -> bool:
        if not candidate.exclusive or candidate.exclusive not in names:
            found.append((candidate, weight))
            names.add(candidate.exclusive or "")
        return len(found) == size

    for candidate in Stream(seed, "umbral-1", "section", section.topic, section.difficulty).permuted(supply.candidates):
        weight += weights.word()
        if candidate.question_id in seen:
            again.append((candidate, weight))
        elif keep(candidate, weight):
            return found
    again.sort(key=lambda pair: (seen[pair[0].question_id], pair[1]))
    for candidate, weight in again:
        if keep(candidate, weight):
            break
    return found


def _recency_costs(times: set[int | None], size: int) -> dict[int | None, int]:
    """What a question costs by when it was last seen (None: never), in a form of `size` questions.

    With t from 0 (unseen) to T (seen last) and a base above `size`, the cost is base**T - base**(T - t). A sum of
    these is least where the counts n_0, n_1, ... are lexicographically greatest, because the counts are the digits of
    a number in that base.
    """
    tiers: list[int | None] = [None, *sorted(time for time in times if time is not None)]
    base, last = 1 + size, len(tiers) - 1
    return {tier: base**last - base ** (last - number) for number, tier in enumerate(tiers)}


_ALGORITHMS: dict[str, Callable[[DrawTable, Mapping[int, int], bytes], list[Drawn]]] = {"umbral-1": _umbral_1}
