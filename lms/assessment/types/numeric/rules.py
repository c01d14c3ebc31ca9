"""Which accepted answer holds a number. Also for the numeric gaps of a text."""

from __future__ import annotations

from typing import Any

from lms.assessment.types.base import Answer, Body, Entry
from lms.assessment.types.numbers import NumberRead, exact, read_number, spread


def read(body: Body, answer: str) -> NumberRead:
    """The number in a typed answer, in the unit of factor 1."""
    return read_number(answer, body.get("units", ()), unit_required=body.get("unit") == "required")


def first_holding(body: Body, answer: Answer) -> int | None:
    """The first accepted answer that holds the number typed; None where none does or no number is read."""
    value = None if answer is None else read(body, answer).value
    if value is None:
        return None
    for at, each in enumerate(body["answers"]):
        ends = bounds(each)
        if ends is not None and ends[0] <= value <= ends[1]:
            return at
    return None


def bounds(answer: dict[str, Any]) -> tuple[Any, Any] | None:
    """The exact ends of an accepted answer, both inside; None where its author wrote no numbers."""
    if "low" in answer:
        low, high = exact(answer["low"]), exact(answer["high"])
        return None if low is None or high is None else (low, high)
    value = exact(answer["value"])
    reach = None if value is None else spread(answer["tolerance"] or "0", value)
    return None if value is None or reach is None else (value - reach, value + reach)


def entry(body: Body) -> Entry:
    """The place to type the number in."""
    units = tuple(unit["name"] for unit in body.get("units", ()))
    return Entry("number", units, unit_required=body.get("unit") == "required")


def words(answer: dict[str, Any], body: Body) -> str:
    """An accepted answer as people read it, in the unit of factor 1."""
    text = f"{answer['low']} – {answer['high']}" if "low" in answer else answer["value"]
    if answer.get("tolerance"):
        text += f" ± {answer['tolerance']}"
    base = next((unit["name"] for unit in body.get("units", ()) if exact(unit["factor"]) == 1), "")
    return f"{text} {base}".strip()
