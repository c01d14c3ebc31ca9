"""What one plan says otherwise than another: for who is about to publish it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.assessment.rules.plan import PLAN_ORDER, Section, TestPlan
from lms.assessment.rules.plan_document import KEYS

SECTION, SECTION_ORDER = "section", "section_order"
_KEYS = tuple(key for key in KEYS if key not in {"id", "sections"})
"""Told key by key; sections are told one by one."""


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A key of the plan and its two values, as `TestPlan` has them.

    For SECTION they are sections (None: there was none, or there is none any more); for SECTION_ORDER, all of them.
    """

    key: str
    before: Any
    after: Any


def changes(before: TestPlan, after: TestPlan) -> list[PlanChange]:
    """Every difference that whoever takes the test could meet, key by key and section by section."""
    found = [
        PlanChange(key, getattr(before, key), getattr(after, key))
        for key in _KEYS
        if getattr(before, key) != getattr(after, key)
    ]
    old, new = _by_kind(before), _by_kind(after)
    found += [PlanChange(SECTION, each, new.get(kind)) for kind, each in old.items() if new.get(kind) != each]
    found += [PlanChange(SECTION, None, each) for kind, each in new.items() if kind not in old]
    if before.order == after.order == PLAN_ORDER:
        stayed = [[kind for kind in one if kind in other] for one, other in ((old, new), (new, old))]
        if stayed[0] != stayed[1]:
            found.append(PlanChange(SECTION_ORDER, before.sections, after.sections))
    return found


def _by_kind(plan: TestPlan) -> dict[tuple[str, str, bool], Section]:
    return {(each.topic, each.difficulty, each.scenarios): each for each in plan.filed}
