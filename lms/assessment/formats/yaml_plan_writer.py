"""A test plan as the `plan.yaml` that an author would write: the inverse of `read_plan`."""

from __future__ import annotations

from fractions import Fraction

from lms.assessment.formats.yaml_exchange import dump
from lms.assessment.rules.plan import ONE, Section, TestPlan
from lms.assessment.types.base import Document


def plan_document(plan: TestPlan) -> Document:
    """The document of a plan; what is as it is by default is left out. Read again, it gives a plan of the same hash."""
    document: Document = {
        "id": plan.id,
        "title": plan.title,
        "pass_mark": _share(plan.pass_mark),
        "minutes": plan.minutes,
        "attempts": plan.attempts,
        "delay_hours": plan.delay_hours,
        "sections": [_section(each) for each in plan.filed],
    }
    document |= {
        key: value
        for key, value in plan.rules().items()
        if key in {"fixed", "order", "navigation", "per_page", "room", "addresses", "after_failure"}
    }
    if plan.fixed_points != ONE:
        document["fixed_points"] = str(plan.fixed_points)
    document |= {key: at.isoformat() for key, at in (("opens", plan.opens), ("closes", plan.closes)) if at is not None}
    if plan.review is not None:
        document["review"] = plan.review.as_dict()
    return document


def write_plan(plan: TestPlan) -> bytes:
    """`plan.yaml`; the same bytes for plans of the same hash."""
    return dump(plan_document(plan))


def _section(section: Section) -> Document:
    document: Document = {"topic": section.topic, "difficulty": section.difficulty, "count": section.count}
    if section.points != ONE:
        document["points"] = str(section.points)
    if section.pass_mark is not None:
        document["pass_mark"] = _share(section.pass_mark)
    return document | ({"scenarios": True} if section.scenarios else {})


def _share(mark: Fraction) -> str:
    """A percentage where it is a whole one, else a fraction."""
    return f"{mark * 100}%" if (mark * 100).denominator == 1 else str(mark)
