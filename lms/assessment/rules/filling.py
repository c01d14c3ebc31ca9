"""Whether a bank can give what a plan draws: for one attempt, and for several without repeating a question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from lms.assessment.rules import capacity, scenarios
from lms.assessment.rules.plan import DRAWN, EXAM_POOLS, Candidate, Section, TestPlan


class LackKind(StrEnum):
    """Why a bank cannot fill a plan."""

    OVERLAP = "overlap"  # two sections could take the same question
    SHORT = "short"  # one section alone wants more than there is
    EXCLUSIVE = "exclusive"  # each section alone could be filled, together they claim the same exclusive sets
    UNEVEN = "uneven"  # no whole scenarios hold together just as many questions as the section wants
    SHARED = "shared"  # an exclusive name of scenarios stands in another section too


@dataclass(frozen=True, slots=True)
class Lack:
    """One reason why a plan cannot be drawn: the sections concerned, and questions wanted against questions there.

    For UNEVEN, `available` is the largest number below `needed` that whole scenarios make, `above` the smallest above
    it (None: none); for SHARED, `name` is the exclusive name.
    """

    kind: LackKind
    sections: tuple[Section, ...]
    needed: int
    available: int
    above: int | None = None
    name: str = ""


class FixedKind(StrEnum):
    """Why a question cannot stand in every form."""

    UNKNOWN = "unknown"
    POOL = "pool"  # it is for practice alone
    STATUS = "status"  # a draft, or retired
    SCENARIO = "scenario"  # it makes sense with its scenario only
    EXCLUSIVE = "exclusive"  # it excludes another fixed one


@dataclass(frozen=True, slots=True)
class FixedFault:
    """A fixed question that cannot be, and for EXCLUSIVE the one that it excludes."""

    kind: FixedKind
    key: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Supply:
    """What a section, taken by itself, finds: questions that one form could take, and forms without a common question."""

    section: Section
    available: int
    forms: int


def may_take(candidate: Candidate, pools: Collection[str]) -> bool:
    """Whether a draw from `pools` may take it at all."""
    return candidate.pool in pools and candidate.status == DRAWN


def fixed_of(plan: TestPlan, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The fixed questions of `plan` that there are, in its order."""
    if not plan.fixed:
        return []
    wanted = set(plan.fixed)
    by_key = {candidate.key: candidate for candidate in candidates if candidate.key in wanted}
    return [by_key[key] for key in plan.fixed if key in by_key]


def fixed_faults(
    plan: TestPlan, candidates: Sequence[Candidate], pools: Collection[str] = EXAM_POOLS
) -> list[FixedFault]:
    """Why the fixed questions of `plan` cannot stand together in a form, in its order."""
    faults: list[FixedFault] = []
    there = {candidate.key: candidate for candidate in fixed_of(plan, candidates)}
    names: dict[str, str] = {}
    for key in plan.fixed:
        candidate = there.get(key)
        if candidate is None:
            faults.append(FixedFault(FixedKind.UNKNOWN, key))
        elif candidate.status != DRAWN:
            faults.append(FixedFault(FixedKind.STATUS, key))
        elif candidate.pool not in pools:
            faults.append(FixedFault(FixedKind.POOL, key))
        elif candidate.scenario:
            faults.append(FixedFault(FixedKind.SCENARIO, key))
        elif candidate.exclusive and names.setdefault(candidate.exclusive, key) != key:
            faults.append(FixedFault(FixedKind.EXCLUSIVE, key, names[candidate.exclusive]))
    return faults


def pools_of(
    plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS
) -> list[list[Candidate]]:
    """What each section of `plan` may take, in the plan's order, each list sorted by question id.

    Neither a fixed question nor what excludes one is among it: it stands in every form already.
    Raises: ValueError where one question comes in two versions: a bank version holds one of each.
    """
    every = list(candidates)
    fixed = fixed_of(plan, every)
    standing = {each.question_id for each in fixed}
    claimed = {each.exclusive for each in fixed if each.exclusive}
    by_topic: dict[str, list[int]] = {}
    for number, section in enumerate(plan.sections):
        by_topic.setdefault(section.topic, []).append(number)
    found: list[list[Candidate]] = [[] for _ in plan.sections]
    known: set[int] = set()
    for candidate in every:
        if candidate.question_id in known:
            raise ValueError(f"question {candidate.question_id} is offered in two versions")
        known.add(candidate.question_id)
        if candidate.question_id in standing or candidate.exclusive in claimed:
            continue
        for number in by_topic.get(candidate.topic, ()) if may_take(candidate, pools) else ():
            if plan.sections[number].accepts(candidate):
                found[number].append(candidate)
    for offered in found:
        offered.sort(key=lambda candidate: candidate.question_id)
    return found


def overlaps(plan: TestPlan) -> list[tuple[Section, Section]]:
    """The pairs of sections that are not disjoint."""
    return [(one, other) for one, other in combinations(plan.sections, 2) if one.overlaps(other)]


def shared_names(plan: TestPlan, offered: Sequence[Sequence[Candidate]]) -> list[tuple[str, tuple[Section, ...]]]:
    """The exclusive names of scenarios that another section could take too, with the sections that could."""
    homes: dict[str, list[int]] = {}
    for number, pool in enumerate(offered):
        for name in {candidate.exclusive for candidate in pool if candidate.exclusive}:
            homes.setdefault(name, []).append(number)
    return [
        (name, tuple(plan.sections[number] for number in numbers))
        for name, numbers in sorted(homes.items())
        if len(numbers) > 1 and any(plan.sections[number].scenarios for number in numbers)
    ]


def feasibility(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> list[Lack]:
    """Why `plan` cannot be drawn from `candidates`; an empty list means that every attempt finds a full form.

    A section that lacks questions by itself is told alone; only when each could be filled alone, sets of sections
    that claim the same exclusive questions are told together. With overlapping sections nothing more is looked at. The
    fixed questions are judged by `fixed_faults`.
    """
    lacks = [Lack(LackKind.OVERLAP, pair, 0, 0) for pair in overlaps(plan)]
    if lacks:
        return lacks
    offered = pools_of(plan, candidates, pools)
    network, plain = _network(plan, offered)
    for number, section in enumerate(plan.sections):
        if section.scenarios:
            lacks += _uneven(section, offered[number])
            continue
        available = network.alone(plain[number])
        if available < section.count:
            lacks.append(Lack(LackKind.SHORT, (section,), section.count, available))
    lacks += [Lack(LackKind.SHARED, homes, 0, 0, name=name) for name, homes in shared_names(plan, offered)]
    if lacks:
        return lacks
    numbers = list(plain)
    for shortage in network.shortages():
        sections = tuple(plan.sections[numbers[number]] for number in shortage.sections)
        lacks.append(Lack(LackKind.EXCLUSIVE, sections, shortage.needed, shortage.available))
    return lacks


def _uneven(section: Section, pool: Sequence[Candidate]) -> list[Lack]:
    there = scenarios.gather(pool)
    reached = scenarios.sums(there, section.count + max((each.size for each in there), default=0))
    if section.count in reached:
        return []
    below = max(number for number in reached if number < section.count)
    above = min((number for number in reached if number > section.count), default=None)
    return [Lack(LackKind.UNEVEN, (section,), section.count, below, above)]


def supplies(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> list[Supply]:
    """What each section finds by itself, in the plan's order."""
    found = []
    for section, pool in zip(plan.sections, pools_of(plan, candidates, pools), strict=True):
        if section.scenarios:
            there = scenarios.gather(pool)
            found.append(Supply(section, len(pool), scenarios.disjoint(there, section.count)))
            continue
        network = capacity.Network([section.count], [[candidate.exclusive for candidate in pool]])
        found.append(Supply(section, network.alone(0), _forms(network, len(pool) // section.count)))
    return found


def unseen_attempts(plan: TestPlan, candidates: Iterable[Candidate], pools: Collection[str] = EXAM_POOLS) -> int:
    """How many attempts of one person can have no question in common, the fixed ones apart (0 where not even one can be
    drawn).

    Without exclusive sets and scenarios the draw always reaches this number. With them it is the most that can be
    reached (with scenarios, see `scenarios.disjoint`): the draw serves each attempt as well as it can and does not spare
    questions for the next.
    """
    if overlaps(plan) or not plan.sections:
        return 0
    offered = pools_of(plan, candidates, pools)
    network, plain = _network(plan, offered)
    most = [
        scenarios.disjoint(scenarios.gather(pool), section.count)
        for section, pool in zip(plan.sections, offered, strict=True)
        if section.scenarios
    ]
    if plain:
        most.append(_forms(network, min(len(offered[number]) // plan.sections[number].count for number in plain)))
    return min(most)


def _forms(network: capacity.Network, bound: int) -> int:
    """The most disjoint forms that a network gives, `bound` at most."""
    enough, too_many = 0, 1 + bound
    while too_many - enough > 1:
        middle = (enough + too_many) // 2
        if network.shortages(forms=middle):
            too_many = middle
        else:
            enough = middle
    return enough


def _network(plan: TestPlan, offered: Sequence[Sequence[Candidate]]) -> tuple[capacity.Network, Mapping[int, int]]:
    """The network of the sections that take single questions, and the place in it of each of them by number."""
    plain = [number for number, section in enumerate(plan.sections) if not section.scenarios]
    names = [[candidate.exclusive for candidate in offered[number]] for number in plain]
    network = capacity.Network([plan.sections[number].count for number in plain], names)
    return network, {number: place for place, number in enumerate(plain)}
