"""What a correction takes the place of, and from when on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from lms.skills.rules.facts import VerificationFact
from lms.skills.rules.signing import signed_on


@dataclass(frozen=True)
class Correction:
    """That the verification `by` takes the place of `of`; `withdrawn`: it only takes it back."""

    of: int
    by: int
    withdrawn: bool = False


def superseded(
    facts: Mapping[int, VerificationFact], corrections: Collection[Correction], on: date, zone: str
) -> frozenset[int]:
    """Which verifications (by id) no longer count on the day `on`, among those known by then.

    One that had passed is gone with the first correction. One that had *failed* closes on until everybody has signed
    what takes its place in the end: otherwise one person alone, correcting the failure, would open a gate on the
    strength of an earlier verification (invariant 9). Taken back, it is gone: only its own evaluator may do that.
    """
    later = {item.of: item for item in corrections}
    return frozenset(
        of for of in later if of not in facts or facts[of].passed or _settled(_last(later, of), facts, on, zone)
    )


def _last(later: Mapping[int, Correction], of: int) -> Correction:
    found = later[of]
    while found.by in later:
        found = later[found.by]
    return found


def _settled(last: Correction, facts: Mapping[int, VerificationFact], on: date, zone: str) -> bool:
    if last.withdrawn:
        return True
    fact = facts.get(last.by)
    if fact is None:
        return False
    cleared = signed_on(
        fact.sign_offs,
        fact.sign_roles,
        subject_id=fact.subject_id,
        evaluator_id=fact.evaluator_id,
        not_before=fact.observed_on,
        zone=zone,
    )
    return cleared is not None and cleared <= on
