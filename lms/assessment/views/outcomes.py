"""What people and regrades made of single questions, put over what the types say of them; and the hints of a trainer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from lms.assessment.models import Attempt, AttemptStep, Mark, Result
from lms.assessment.queries import marking, neighbours
from lms.assessment.rules.hints import traces
from lms.assessment.views.presenting import ReviewLine
from lms.kit.permissions import Actor
from lms.web.context import db


def as_graded(lines: Sequence[ReviewLine], result: Result, attempt: Attempt) -> list[ReviewLine]:
    """The lines of a review with what the standing result says of each question, and what people wrote to open answers."""
    rows = {row["position"]: row for row in result.items}
    marks: dict[int, list[Mark]] = defaultdict(list)
    if any(line.grade is None for line in lines):
        for (_, position), some in marking.marks_at(db(), [attempt.id]).items():
            marks[position] = some
    found = []
    for line in lines:
        row = rows[line.number]
        comments = tuple(mark.comment for mark in marks[line.number] if mark.comment)
        found.append(
            replace(
                line,
                grade=Fraction(row["fraction"]),
                void=bool(row.get("void")),
                remarks=(*line.remarks, *comments),
            )
        )
    return found


def hints(who: Actor, attempt: Attempt, steps: Sequence[AttemptStep], on: date) -> dict[str, Any]:
    """What the page of steps says of how an attempt was taken."""
    return {
        "traces": traces(neighbours.events(steps)),
        "neighbours": [
            (each, int(1 / each.likeness.chance) if each.likeness.chance else None)
            for each in neighbours.neighbours(db(), who, attempt, on)
        ],
    }
