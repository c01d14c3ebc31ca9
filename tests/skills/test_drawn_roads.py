"""The gate over drawn worlds: any mixture of evidence, in any order (hypothesis)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.skills.rules import Facts, GateState, KnowledgePass, Span, StepState, VerificationFact, gate
from tests.skills.roads import AGENT, FACTS, PROFILE, look, on, practised, signatures, verified


def _verification() -> st.SearchStrategy[VerificationFact]:
    return st.builds(
        lambda number, day, skill, score, signed, until, other: replace(
            verified(number, day, skill, score),
            sign_offs=signatures(day + (signed or 0)) if signed is not None else signatures(day)[:1],
            valid_until=None if until is None else on(day + until),
            subject_id=other,
        ),
        st.integers(1, 10**6),
        st.integers(0, 40),
        st.sampled_from([None, 10, 11]),
        st.sampled_from(["9/10", "9/10", "4/5", "79/100"]),
        st.sampled_from([0, 0, 0, 2, None]),
        st.sampled_from([None, None, 20]),
        st.sampled_from([AGENT, AGENT, AGENT, 99]),
    )


def _worlds() -> st.SearchStrategy[Facts]:
    spans = st.lists(
        st.builds(lambda first, length: Span(on(first), on(first + length)), st.integers(0, 30), st.integers(5, 90)),
        max_size=2,
    )
    always = st.just([Span(on(-1))])
    return st.builds(
        lambda knowledge, base, more, ojt, employed, placed: replace(
            FACTS,
            knowledge=tuple(knowledge),
            verifications=(*base, *more),
            ojt=tuple(ojt),
            employments=tuple(employed),
            placements=tuple(placed),
        ),
        st.lists(
            st.builds(lambda day, days: KnowledgePass("copc", on(day), on(day + days)), st.integers(0, 5), st.integers(1, 90)),
            max_size=2,
        ),
        st.sampled_from([(), FACTS.verifications]),
        st.lists(_verification(), max_size=5),
        st.lists(st.builds(practised, st.integers(1, 10**6), st.integers(0, 20)), max_size=6),
        st.one_of(always, spans),
        st.one_of(always, spans),
    )  # fmt: skip


@given(_worlds(), st.integers(0, 60))
def test_invariant_09_nobody_is_open_while_a_step_is_missing(facts: Facts, day: int) -> None:
    found = look(facts, day)
    assert (found.state is GateState.OPEN) == (not found.missing)
    assert (found.state is GateState.OPEN) == all(step.state is StepState.DONE for step in found.steps)
    if found.state is GateState.OPEN:
        mine = [fact for fact in facts.verifications if fact.subject_id == AGENT and fact.passed]
        knowledge = min(item.passed_on for item in facts.knowledge)
        pre = min(f.observed_on for f in mine if f.skill_id is None and f.observed_on >= knowledge)
        days = sorted(fact.day for fact in facts.ojt if fact.day >= pre)
        assert len(set(days)) >= PROFILE.min_ojt_days
        for skill in (10, 11):
            assert any(f.skill_id == skill and f.observed_on >= days[1] for f in mine)


@given(_worlds(), st.integers(0, 60), st.data())
def test_invariant_09_taking_evidence_away_never_opens_a_gate(facts: Facts, day: int, data: st.DataObject) -> None:
    if look(facts, day).state is GateState.OPEN:
        return
    name = data.draw(st.sampled_from(["knowledge", "verifications", "ojt", "employments", "placements"]))
    items = getattr(facts, name)
    # Taking away a failed verification may open: everything else is evidence in favour.
    harmless = [item for item in items if not isinstance(item, VerificationFact) or item.passed]
    if not harmless:
        return
    gone = data.draw(st.sampled_from(harmless))
    less = replace(facts, **{name: tuple(item for item in items if item is not gone)})
    assert look(less, day).state is not GateState.OPEN


@settings(deadline=None)  # three hundred gates an example: a busy machine takes longer than the usual limit
@given(_worlds(), st.integers(0, 40))
def test_the_next_change_is_the_day_on_which_the_state_changes(facts: Facts, day: int) -> None:
    found = look(facts, day)
    known = replace(  # nothing new is observed, recorded or signed after that day
        facts,
        knowledge=tuple(item for item in facts.knowledge if item.passed_on <= on(day)),
        verifications=tuple(
            replace(fact, sign_offs=tuple(s for s in fact.sign_offs if s.at.date() <= on(day)))
            for fact in facts.verifications
            if fact.observed_on <= on(day)
        ),
        ojt=tuple(fact for fact in facts.ojt if fact.day <= on(day)),
    )
    states = {later: gate(PROFILE, known, on(later)).state for later in range(day, day + 300, 1)}
    changed = next((on(later) for later, state in states.items() if state is not found.state), None)
    assert found.next_change_on == changed or (changed is None and found.next_change_on > on(day + 299))
