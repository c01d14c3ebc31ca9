"""The two small flows under draws and plans, against what brute force and Hall's condition say."""

from __future__ import annotations

from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.rules.capacity import Network
from lms.assessment.rules.linked import Offer, cheapest

NAMES = st.sampled_from([None, "v", "w", "x", "y", "z"])


@st.composite
def markets(take):
    """Up to 4 sections that need 1 or 2 each of up to 4 offers, with costs from 0 to 60."""
    needs = take(st.lists(st.integers(1, 2), min_size=1, max_size=4))
    return needs, [
        [Offer(take(st.integers(0, 60)), item, take(NAMES)) for item in range(take(st.integers(1, 4)))] for _ in needs
    ]


def all_choices(needs: list[int], offers: list[list[Offer]]):
    for parts in product(*(combinations(offered, need) for need, offered in zip(needs, offers, strict=True))):
        names = [offer.name for part in parts for offer in part if offer.name]
        if len(names) == len(set(names)):
            yield parts


def cost(parts) -> int:
    return sum(offer.cost for part in parts for offer in part)


@given(markets())
@settings(max_examples=800, deadline=None)
def test_the_cheapest_choice_is_found_whenever_there_is_one(market) -> None:
    needs, offers = market
    found = cheapest(needs, offers)
    best = min((cost(parts) for parts in all_choices(needs, offers)), default=None)
    if best is None:
        assert found is None
        return
    assert found is not None
    assert [len(part) for part in found] == needs
    assert all(set(part) <= set(offered) for part, offered in zip(found, offers, strict=True))
    names = [offer.name for part in found for offer in part if offer.name]
    assert len(names) == len(set(names))
    assert cost(found) == best


@given(
    st.lists(st.tuples(st.integers(1, 3), st.lists(NAMES, max_size=6)), min_size=1, max_size=5),
    st.integers(1, 3),
)
@settings(max_examples=800, deadline=None)
def test_shortages_are_told_exactly_where_halls_condition_fails(sections, forms: int) -> None:
    """Sections S can be filled when every part of S finds enough: min(forms, size) of each set, and all free ones."""
    needs = [need for need, _ in sections]
    names = [offered for _, offered in sections]

    def available(some) -> int:
        together = list(chain.from_iterable(names[section] for section in some))
        sets = {name for name in together if name is not None}
        return together.count(None) + sum(min(forms, together.count(name)) for name in sets)

    parts = chain.from_iterable(combinations(range(len(needs)), size) for size in range(1, len(needs) + 1))
    broken = [part for part in parts if sum(needs[section] * forms for section in part) > available(part)]
    found = Network(needs, names).shortages(forms)
    assert bool(found) == bool(broken)
    for shortage in found:
        assert shortage.sections in broken  # what is told is a true reason, with its true numbers
        assert shortage.needed == sum(needs[section] * forms for section in shortage.sections)
        assert shortage.available == available(shortage.sections)
