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

Algorithm "umbral-2" draws the plans that want more than that (`TestPlan.whole`), with the same guarantees and these:

- Every fixed question stands in the form, and nothing that excludes one.
- A section of scenarios is filled by whole scenarios that hold exactly `count` questions together, at most one of each
  exclusive name; no other section takes a question of a scenario. Here an exclusive name belongs to one such section alone
  (`DrawImpossible` otherwise), so that each is filled apart, and the best of each is the best of the whole.
- A scenario is seen as its questions were seen, each of them. Scenarios of one size are put in random order, each with a
  weight as above times its size: those of one size that nobody has seen and nothing excludes are as likely as each other.
- The questions of a scenario stay together in its order. With the order "random", fixed questions, single ones and scenarios
  are shuffled among each other; with "plan", the fixed ones come first as the plan names them, then section by section (their
  order in the plan counts here), shuffled within each.

A change of any of this is a new algorithm with a new name beside these: an auditor draws old attempts again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.assessment.rules import scenarios
from lms.assessment.rules.filling import fixed_faults, fixed_of, overlaps, pools_of, shared_names
from lms.assessment.rules.linked import Offer, cheapest
from lms.assessment.rules.plan import EXAM_POOLS, PLAN_ORDER, RANDOM, Candidate, Section, TestPlan
from lms.assessment.rules.scenarios import Priced, Scenario
from lms.assessment.rules.stream import Stream

ALGORITHM = "umbral-1"
"""The algorithm of plans that draw single questions by section."""
ALGORITHM_WHOLE = "umbral-2"
"""That of plans with scenarios, fixed questions, or an order of their own."""

_WEIGHT_SPAN = 1 << 128
"""Above any sum of weights (200 questions of 2**32 weigh less): a sum never outweighs a step of recency."""


class DrawImpossible(ValueError):
    """No form honours the plan: the bank has too few questions, or its exclusive sets claim too many."""


class UnknownAlgorithm(ValueError):
    """The attempt names an algorithm that this version does not have."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question of the form. `option_order[shown position]` is the element's original index.

    `section` is its section by number in `TestPlan.filed` (None: it is a fixed one), `scenario` the scenario that it came with.
    """

    question_id: int
    version_id: int
    option_order: tuple[int, ...]
    topic: str
    points: Fraction
    section: int | None = None
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class _Supply:
    number: int  # of the section in the plan
    section: Section
    candidates: tuple[Candidate, ...]  # by question id; none for a section of scenarios
    scenarios: Mapping[int, tuple[Scenario, ...]]  # by size, each by key


@dataclass(frozen=True, slots=True)
class DrawTable:
    """A bank version sorted for drawing by one plan. Immutable: keep it, and a draw costs nothing for a large bank."""

    supplies: tuple[_Supply, ...]  # by topic and difficulty
    algorithm: str = ALGORITHM
    fixed: tuple[Candidate, ...] = ()
    fixed_points: Fraction = Fraction(1)
    order: str = RANDOM


def prepare(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> DrawTable:
    """Sort `candidates` into the sections of `plan`; the order of neither matters.

    Raises: ValueError where one question comes in two versions; DrawImpossible where sections overlap, a fixed question
    cannot be, or an exclusive name of scenarios stands in another section.
    """
    if overlaps(plan):
        raise DrawImpossible("two sections of the plan could take the same question")
    every = list(candidates)
    pooled = pools_of(plan, every, pools)
    if fixed_faults(plan, every, pools) or shared_names(plan, pooled):
        raise DrawImpossible("a fixed question cannot be drawn, or scenarios and another section exclude each other")
    numbers = {section: number for number, section in enumerate(plan.filed)}
    found = [_supply(numbers[section], section, pool) for section, pool in zip(plan.sections, pooled, strict=True)]
    return DrawTable(
        tuple(
            sorted(
                found, key=lambda supply: (supply.section.topic, supply.section.difficulty, supply.section.scenarios)
            )
        ),
        ALGORITHM_WHOLE if plan.whole else ALGORITHM,
        tuple(fixed_of(plan, every)),
        plan.fixed_points,
        plan.order,
    )


def _supply(number: int, section: Section, pool: Sequence[Candidate]) -> _Supply:
    if not section.scenarios:
        return _Supply(number, section, tuple(pool), {})
    by_size: dict[int, list[Scenario]] = {}
    for scenario in scenarios.gather(pool):
        if scenario.size <= section.count:
            by_size.setdefault(scenario.size, []).append(scenario)
    return _Supply(number, section, (), {size: tuple(some) for size, some in sorted(by_size.items())})


def draw(
    plan: TestPlan,
    candidates: Iterable[Candidate],
    seen: Mapping[int, int],
    seed: bytes,
    algorithm: str | None = None,
) -> list[Drawn]:
    """The form of one attempt, in the order in which it is shown; `algorithm` None is that of new attempts by this plan.

    `seen` maps a question id to a number that grows with time (the attempt's, say): when this person saw it last.
    Raises: UnknownAlgorithm, DrawImpossible, ValueError (seed too short, one question in two versions).
    """
    return draw_from(prepare(plan, candidates), seen, seed, algorithm)


def draw_from(table: DrawTable, seen: Mapping[int, int], seed: bytes, algorithm: str | None = None) -> list[Drawn]:
    """As `draw`, from a table prepared before."""
    name = algorithm or table.algorithm
    if name not in _ALGORITHMS:
        raise UnknownAlgorithm(name)
    return _ALGORITHMS[name](table, seen, seed)


def _umbral_1(table: DrawTable, seen: Mapping[int, int], seed: bytes) -> list[Drawn]:
    if table.algorithm != ALGORITHM:
        raise DrawImpossible("umbral-1 knows neither scenarios nor fixed questions nor an order")
    chosen = _choose(table.supplies, seen, seed, ALGORITHM)
    chosen.sort(key=lambda pair: pair[0].question_id)
    form = Stream(seed, ALGORITHM, "form").permuted(chosen)
    return [_drawn(candidate, supply.section.points, supply.number, seed, ALGORITHM) for candidate, supply in form]


_Unit = tuple[Drawn, ...]
"""What stays together in a form: a question, or the questions of a scenario."""


def _umbral_2(table: DrawTable, seen: Mapping[int, int], seed: bytes) -> list[Drawn]:
    name = ALGORITHM_WHOLE
    fixed: list[_Unit] = [(_drawn(each, table.fixed_points, None, seed, name),) for each in table.fixed]
    by_section: dict[int, list[_Unit]] = {supply.number: [] for supply in table.supplies}
    plain = tuple(supply for supply in table.supplies if not supply.section.scenarios)
    for candidate, supply in _choose(plain, seen, seed, name):
        by_section[supply.number].append((_drawn(candidate, supply.section.points, supply.number, seed, name),))
    for supply in table.supplies:
        for scenario in _fill(supply, seen, seed) if supply.section.scenarios else ():
            points, number = supply.section.points, supply.number
            by_section[number].append(tuple(_drawn(each, points, number, seed, name) for each in scenario.questions))
    if table.order == PLAN_ORDER:
        sections = {supply.number: supply.section for supply in table.supplies}
        parts = [fixed]
        for number, units in sorted(by_section.items()):
            at = sections[number]
            label = ("form", at.topic, at.difficulty, int(at.scenarios))
            parts.append(list(Stream(seed, name, *label).permuted(sorted(units, key=_first))))
        return [each for part in parts for unit in part for each in unit]
    every = sorted([*fixed, *(unit for units in by_section.values() for unit in units)], key=_first)
    return [each for unit in Stream(seed, name, "form").permuted(every) for each in unit]


def _first(unit: _Unit) -> int:
    return unit[0].question_id


def _drawn(candidate: Candidate, points: Fraction, section: int | None, seed: bytes, algorithm: str) -> Drawn:
    shuffle = Stream(seed, algorithm, "options", candidate.question_id)
    order = tuple(shuffle.permuted(range(candidate.shuffle_size)))
    return Drawn(
        candidate.question_id, candidate.version_id, order, candidate.topic, points, section, candidate.scenario
    )


def _choose(
    supplies: tuple[_Supply, ...], seen: Mapping[int, int], seed: bytes, algorithm: str
) -> list[tuple[Candidate, _Supply]]:
    """The single questions of least cost: recency first, then random weights."""
    size = sum(supply.section.count for supply in supplies)
    best = [_best(supply, size, seen, seed, algorithm) for supply in supplies]
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
    return [(best[number][offer.item][0], supply) for number, supply in enumerate(supplies) for offer in taken[number]]


def _fill(supply: _Supply, seen: Mapping[int, int], seed: bytes) -> list[Scenario]:
    """The whole scenarios of least cost for a section of them: recency first, then random weights."""
    count = supply.section.count
    most = count // min(supply.scenarios, default=1)  # scenarios of one fill
    offered = [pair for size in supply.scenarios for pair in _ordered(supply, size, most, seen, seed)]
    recency = _recency_costs({seen.get(each.question_id) for one, _ in offered for each in one.questions}, count)
    priced = [
        Priced(sum(recency[seen.get(each.question_id)] for each in one.questions) * _WEIGHT_SPAN + weight, one)
        for one, weight in offered
    ]
    taken = scenarios.cheapest(priced, count)
    if taken is None:
        raise DrawImpossible("no whole scenarios hold together as many questions as the section wants")
    return taken


def _ordered(supply: _Supply, size: int, most: int, seen: Mapping[int, int], seed: bytes) -> list[tuple[Scenario, int]]:
    """The `most` cheapest scenarios of one size with their weights, at most one of each exclusive name.

    Whatever a fill takes beside one of this size (fewer than `most` scenarios, hence names), one of these stays free for its
    place and any other would cost more: as in `_best`.
    """
    section, weight = supply.section, 0
    label = (section.topic, section.difficulty, size)
    weights = Stream(seed, ALGORITHM_WHOLE, "scenario weights", *label)
    found: list[tuple[Scenario, int]] = []
    again: list[tuple[Scenario, int]] = []
    names: set[str] = set()

    def keep(scenario: Scenario, weight: int) -> bool:
        if scenario.name is None or scenario.name not in names:
            found.append((scenario, weight))
            names.add(scenario.name or "")
        return len(found) == most

    for scenario in Stream(seed, ALGORITHM_WHOLE, "scenarios", *label).permuted(supply.scenarios[size]):
        weight += weights.word() * size
        if any(each.question_id in seen for each in scenario.questions):
            again.append((scenario, weight))
        elif keep(scenario, weight):
            return found
    recency = _recency_costs({seen.get(each.question_id) for one, _ in again for each in one.questions}, size)
    again.sort(key=lambda pair: (sum(recency[seen.get(each.question_id)] for each in pair[0].questions), pair[1]))
    for scenario, weight in again:
        if keep(scenario, weight):
            break
    return found


def _best(
    supply: _Supply, size: int, seen: Mapping[int, int], seed: bytes, algorithm: str
) -> list[tuple[Candidate, int]]:
    """The `size` cheapest questions of a section with their weights, at most one of each exclusive set.

    `size`, the number of questions of the whole form, is enough for an exact choice: whatever the other sections
    take, one of these stays free for each question that the section needs, and any other would cost more. That is why
    the permutation need not be made to its end.
    """
    section, weight = supply.section, 0
    weights = Stream(seed, algorithm, "weights", section.topic, section.difficulty)
    found: list[tuple[Candidate, int]] = []
    again: list[tuple[Candidate, int]] = []
    names: set[str] = set()

    def keep(candidate: Candidate, weight: int) -> bool:
        if not candidate.exclusive or candidate.exclusive not in names:
            found.append((candidate, weight))
            names.add(candidate.exclusive or "")
        return len(found) == size

    for candidate in Stream(seed, algorithm, "section", section.topic, section.difficulty).permuted(supply.candidates):
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


_ALGORITHMS: dict[str, Callable[[DrawTable, Mapping[int, int], bytes], list[Drawn]]] = {
    ALGORITHM: _umbral_1,
    ALGORITHM_WHOLE: _umbral_2,
}
