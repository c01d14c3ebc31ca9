"""How an open answer is judged: words counted, levels of a rubric turned into a share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from lms.assessment.types.base import Body

MAX_WRITTEN = 20_000
"""The longest open answer, in signs."""
_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*")
DEFAULT_RUBRIC: list[Body] = [
    {
        "id": "respuesta",
        "title": "Respuesta",
        "levels": [{"points": points, "text": f"{points}"} for points in range(11)],
    }
]
"""What an answer is judged by where its author wrote no rubric, as questions from other programs often come."""


def count_words(text: str) -> int:
    """How many words a text has, as the counter of the page counts them."""
    return len(_WORD.findall(unicodedata.normalize("NFC", text)))


def words_fault(body: Body, answer: str) -> str:
    """The message key of an answer with fewer or more words than its question asks for; it is kept all the same."""
    words = count_words(answer)
    if words < body["min_words"]:
        return "few_words"
    return "many_words" if body["max_words"] and words > body["max_words"] else ""


def rubric_of(body: Body) -> list[Body]:
    """The criteria `{"id", "title", "levels": [{"points", "text"}]}` that an answer is judged by."""
    return body["rubric"] or DEFAULT_RUBRIC


def rubric_share(body: Body, points: Mapping[str, int]) -> Fraction:
    """What an answer earns for the points of each criterion, by its id: their sum over the most there is, exactly.

    Raises: ValueError where a criterion lacks, is unknown, or has no such level.
    """
    rubric = rubric_of(body)
    if set(points) != {criterion["id"] for criterion in rubric}:
        raise ValueError(f"the criteria are {[criterion['id'] for criterion in rubric]}, not {sorted(points)}")
    for criterion in rubric:
        if points[criterion["id"]] not in {level["points"] for level in criterion["levels"]}:
            raise ValueError(f"{criterion['id']} has no level of {points[criterion['id']]} points")
    best = sum(max(level["points"] for level in criterion["levels"]) for criterion in rubric)
    return Fraction(sum(points.values()), best)
