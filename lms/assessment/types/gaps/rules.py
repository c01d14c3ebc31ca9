"""One gap of a text: what was put into it, what that earns, what the review says of it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lms.assessment.types.base import Answer, BadAnswer, Bin, Body, SlotLine
from lms.assessment.types.numeric.rules import first_holding, read, words
from lms.assessment.types.short_text.rules import first_accepting
from lms.assessment.types.typed import MAX_LINE, clean, plain


def shown_options(body: Body, arranged: Sequence[int]) -> list[list[int]]:
    """For each gap the indices of its options in shown order; none for a gap to type in."""
    found: list[list[int]] = []
    start = 0
    for gap in body["gaps"]:
        size = len(gap["options"]) if gap["kind"] == "chosen" else 0
        found.append([index - start for index in arranged if start <= index < start + size])
        start += size
    return found


def parsed(gap: Body, text: str, indices: Sequence[int]) -> Answer:
    """What `text`, a shown position or what was typed, puts into a gap. Raises: BadAnswer."""
    if gap["kind"] != "chosen":
        return clean(text, most=MAX_LINE)
    if not text:
        return None
    known = {str(place): index for place, index in enumerate(indices)}
    if text not in known:
        raise BadAnswer("answer.unknown_choice")
    return known[text]


def hit(gap: Body, entry: Answer) -> int | None:
    """Which accepted answer or option of a gap `entry` is; None for none of them."""
    if gap["kind"] == "chosen":
        return None if entry is None else int(entry)
    return first_holding(gap, entry) if gap["kind"] == "numeric" else first_accepting(gap, entry)


def share(gap: Body, entry: Answer) -> Fraction:
    """What a gap earns, 0 to 1."""
    at = hit(gap, entry)
    return Fraction(0) if at is None else Fraction(_accepted(gap)[at]["grade"])


def number_fault(gap: Body, entry: Answer) -> str:
    """Why no number is read in a gap that asks for one."""
    return read(gap, entry).fault if gap["kind"] == "numeric" and entry is not None else ""


def line(gap: Body, entry: Answer, number: int) -> SlotLine:
    """The review of a gap; feedback is that of what was put into it, or the gap's own."""
    at, earned = hit(gap, entry), share(gap, entry)
    given = "" if entry is None else gap["options"][entry]["text"] if gap["kind"] == "chosen" else entry
    right = next(each for each in _accepted(gap) if each["grade"] == "1")
    feedback = "" if at is None else _accepted(gap)[at]["feedback"]
    if entry is not None and earned < 1:
        feedback = feedback or gap["feedback"]
    return SlotLine(str(number), given, _words(gap, right), earned == 1, feedback, earned if 0 < earned < 1 else None)


def bins(gap: Body, weight: Fraction) -> tuple[Bin, ...]:
    """The responses to a gap that statistics count; `weight` is the gap's share of the whole question."""
    known = tuple(
        Bin(gap["id"], str(at), _words(gap, each), weight * Fraction(each["grade"]))
        for at, each in enumerate(_accepted(gap))
    )
    return known if gap["kind"] == "chosen" else (*known, Bin(gap["id"], "other", "", Fraction(0)))


def response(gap: Body, entry: Answer) -> str:
    """The key of the bin that what was put into a gap falls into."""
    at = hit(gap, entry)
    return "other" if at is None else str(at)


def _accepted(gap: Body) -> list[Body]:
    found: list[Body] = gap["options" if gap["kind"] == "chosen" else "answers"]
    return found


def _words(gap: Body, accepted: Body) -> str:
    if gap["kind"] == "numeric":
        return words(accepted, gap)
    return str(accepted["text"]) if gap["kind"] == "chosen" else plain(accepted["text"])
