"""Which accepted answer a text reads like. Also for the typed gaps of a text."""

from __future__ import annotations

from collections.abc import Iterable

from lms.assessment.types.base import Answer, Body
from lms.assessment.types.typed import NearMiss, first_alike, near_misses


def first_accepting(body: Body, answer: Answer) -> int | None:
    """The first accepted answer that reads like what was typed; None where none does."""
    if answer is None:
        return None
    patterns = [each["text"] for each in body["answers"]]
    return first_alike(answer, patterns, case=body["case"], accents=body["accents"])


def misses(body: Body, given: Iterable[tuple[str, int]]) -> list[NearMiss]:
    """What was given (text and how often) and came near an accepted answer without being one: for the author to judge."""
    patterns = [each["text"] for each in body["answers"] if each["grade"] != "0"]
    accepted = [each["text"] for each in body["answers"] if each["grade"] == "0"]
    found = near_misses(given, patterns, case=body["case"], accents=body["accents"])
    # What the author has judged already, and found to be worth nothing, is no news.
    known = [text for text in accepted if text.strip("*")]
    return [miss for miss in found if first_alike(miss.text, known, case=body["case"], accents=body["accents"]) is None]
