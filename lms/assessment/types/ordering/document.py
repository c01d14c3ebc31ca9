"""An ordering as its author writes it."""

from __future__ import annotations

from lms.assessment.types.base import MAX_FEEDBACK, MAX_TEXT, Body, Document, report_equal
from lms.kit.content import Reader

LOW, HIGH = 2, 20
SCORINGS = ("exact", "pairs")


def load(reader: Reader) -> Body:
    """The items in their right order, and `scoring` only where it is by pairs."""
    found = reader.texts("items")
    if found and not LOW <= len(found) <= HIGH:
        reader.error("items", f"hay {len(found)} elementos; tienen que ser de {LOW} a {HIGH}")
    for text, line in found:
        if len(text) > MAX_TEXT:
            reader.report.error(reader.file, line, f"el elemento pasa de {MAX_TEXT} caracteres")
    report_equal(reader, found, "el elemento")
    body = {"items": [text for text, _ in found], "feedback": reader.advised("feedback", max_length=MAX_FEEDBACK)}
    by_pairs = reader.choice("scoring", SCORINGS, default="exact") == "pairs"
    return body | ({"scoring": "pairs"} if by_pairs else {})


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    document: Document = {"items": list(body["items"])}
    document |= {"scoring": body["scoring"]} if "scoring" in body else {}
    return document | ({"feedback": body["feedback"]} if body["feedback"] else {})
