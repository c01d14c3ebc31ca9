"""A matching question as its author writes it."""

from __future__ import annotations

from lms.assessment.types.base import MAX_FEEDBACK, MAX_TEXT, Body, Document, report_equal, report_positional
from lms.kit.content import Reader

LOW, HIGH = 2, 20
MAX_DISTRACTORS = 20


def load(reader: Reader) -> Body:
    """The pairs and the distractors."""
    pairs, lefts, rights = [], [], []
    readers = reader.maps("pairs")
    if readers and not LOW <= len(readers) <= HIGH:
        reader.error("pairs", f"hay {len(readers)} pares; tienen que ser de {LOW} a {HIGH}")
    for each in readers:
        pair = {side: each.text(side, max_length=MAX_TEXT) for side in ("left", "right")}
        pairs.append({**pair, "feedback": each.advised("feedback", max_length=MAX_FEEDBACK)})
        lefts.append((pair["left"], each.line("left")))
        rights.append((pair["right"], each.line("right")))
        each.finish()
    distractors = reader.texts("distractors", required=False)
    if len(distractors) > MAX_DISTRACTORS:
        reader.error("distractors", f"hay {len(distractors)} distractores; el máximo es {MAX_DISTRACTORS}")
    report_equal(reader, lefts, "el lado izquierdo")
    # The same right side may serve two left ones; another one that only reads alike could not be told from it.
    once = list({text: (text, line) for text, line in reversed(rights)}.values())
    report_equal(reader, sorted(once, key=lambda pair: pair[1]) + distractors, "el lado derecho")
    for text, line in once + distractors:
        report_positional(reader, text, line)
    return {"pairs": pairs, "distractors": [text for text, _ in distractors]}


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    pairs = [
        {"left": pair["left"], "right": pair["right"]} | ({"feedback": pair["feedback"]} if pair["feedback"] else {})
        for pair in body["pairs"]
    ]
    return {"pairs": pairs} | ({"distractors": list(body["distractors"])} if body["distractors"] else {})
