"""Writes a test plan as `plan.yaml`: one spelling for one plan, so that Git shows what changed and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from fractions import Fraction
from typing import Any

import yaml

from lms.assessment.rules.plan import ONE, Section, TestPlan
from lms.assessment.rules.plan_document import KEYS, SECTION_KEYS, Document, plain_value
from lms.assessment.rules.showing import Phase

_MOST_DECIMALS = 10**6
_PHASES = [phase.value for phase in Phase]
_ENDLESS = 1 << 30
"""A width that no line reaches: what is long stays on its line."""


def write_plan(plan: TestPlan, zone: tzinfo | None = None) -> str:
    """The text of `plan.yaml`, with a line end behind its last line.

    What is as by default is left out. Moments are told in `zone`, or as the plan has them.
    """
    return write_document(document_of(plan, zone))


def document_of(plan: TestPlan, zone: tzinfo | None = None) -> Document:
    """The plan as its file says it, key by key; sections in the plan's own order."""
    document: Document = {
        "id": plan.id,
        "title": plan.title,
        "pass_mark": mark_text(plan.pass_mark),
        "minutes": plan.minutes,
        "attempts": plan.attempts,
        "delay_hours": plan.delay_hours,
        "sections": [_section(each) for each in plan.sections],
    }
    rules = plan.rules()
    told = {
        "fixed": list(plan.fixed),
        "fixed_points": points_value(plan.fixed_points),
        "opens": _moment(plan.opens, zone),
        "closes": _moment(plan.closes, zone),
        "addresses": list(plan.addresses),
    }
    return document | {key: told.get(key, rules[key]) for key in KEYS if key in rules}


def write_document(document: Mapping[str, Any]) -> str:
    """The text of a document that may still have faults: known keys in their order, then the others."""
    order = [*(key for key in KEYS if key in document), *sorted(key for key in document if key not in KEYS)]
    lines: list[str] = []
    for key in order:
        value = document[key]
        if key == "sections" and isinstance(value, list) and value:
            lines += ["sections:", *(f"  - {_flow(_ordered(each))}" for each in value)]
        elif key == "review" and isinstance(value, Mapping) and value:
            lines += ["review:", *(f"  {_pair(phase, value[phase])}" for phase in sorted(value, key=_phase_place))]
        else:
            lines.append(_pair(key, value))
    return "\n".join(lines) + "\n"


def mark_text(mark: Fraction) -> str:
    """A pass mark as a person types it: "82.5%" where a percentage says it exactly, else "5/6"."""
    percent = mark * 100
    if _MOST_DECIMALS % percent.denominator:
        return f"{mark.numerator}/{mark.denominator}"
    whole, rest = divmod(percent * _MOST_DECIMALS, _MOST_DECIMALS)
    decimals = f"{int(rest):06d}".rstrip("0")
    return f"{whole}.{decimals}%" if decimals else f"{whole}%"


def points_value(points: Fraction) -> int | str:
    """Points as the file has them: 2, or "1/2"."""
    return points.numerator if points.denominator == 1 else str(points)


def _section(section: Section) -> Document:
    found: Document = {"topic": section.topic, "difficulty": section.difficulty, "count": section.count}
    if section.points != ONE:
        found["points"] = points_value(section.points)
    if section.pass_mark is not None:
        found["pass_mark"] = mark_text(section.pass_mark)
    if section.scenarios:
        found["scenarios"] = True
    return found


def _moment(at: datetime | None, zone: tzinfo | None) -> str | None:
    if at is None:
        return None
    local = at.astimezone(zone) if zone is not None else at
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def _ordered(section: Any) -> Any:
    if not isinstance(section, Mapping):
        return section
    known = [key for key in SECTION_KEYS if key in section]
    rest = sorted(key for key in section if key not in SECTION_KEYS)
    return {key: plain_value(key, section[key]) for key in (*known, *rest)}


def _phase_place(phase: str) -> tuple[int, str]:
    return (_PHASES.index(phase) if phase in _PHASES else len(_PHASES), phase)


def _pair(key: str, value: Any) -> str:
    """A key with its value: in one line for a list; a text without the quotes that a list would take."""
    pair = {key: plain_value(key, value)}
    return _flow(pair)[1:-1] if isinstance(value, list | Mapping) else _dump(pair, flow=False)


def _flow(value: Any) -> str:
    return _dump(value, flow=True)


def _dump(value: Any, *, flow: bool) -> str:
    return yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, sort_keys=False, width=_ENDLESS).rstrip(
        "\n"
    )
