"""An open question as its author writes it."""

from __future__ import annotations

import re

from lms.assessment.types.base import MAX_STEM, MAX_TEXT, Body, Document
from lms.kit.content import Reader

MAX_CRITERIA = 20
MAX_LEVELS = 11
MAX_POINTS = 100
MAX_WORDS = 3_000
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load(reader: Reader) -> Body:
    """The rubric, what a good answer says, and how long it may be; 0 words is no bound."""
    readers = reader.maps("rubric", required=False)
    if not readers:
        reader.advise("rubric", "falta la clave «rubric»: con qué se corrige la respuesta")
    if len(readers) > MAX_CRITERIA:
        reader.error("rubric", f"hay {len(readers)} criterios; el máximo es {MAX_CRITERIA}")
    rubric: list[Body] = []
    for each in readers:
        criterion = _criterion(each)
        if criterion["id"] in {known["id"] for known in rubric}:
            each.error("id", f"el criterio «{criterion['id']}» está dos veces")
        rubric.append(criterion)
    low = reader.integer("min_words", low=0, high=MAX_WORDS, default=0)
    high = reader.integer("max_words", low=0, high=MAX_WORDS, default=0)
    if high and low > high:
        reader.error("min_words", f"«min_words: {low}» es mayor que «max_words: {high}»")
    return {
        "rubric": rubric,
        "model": reader.text("model", required=False, max_length=MAX_STEM),
        "min_words": low,
        "max_words": high,
        "reviewers": reader.integer("reviewers", low=1, high=2, default=1),
    }


def _criterion(reader: Reader) -> Body:
    key = reader.text("id", max_length=40)
    if key and not _ID.fullmatch(key):
        reader.error("id", f"«id: {key}» tiene que llevar solo minúsculas sin acento, cifras y guiones")
    title = reader.text("title", max_length=MAX_TEXT)
    levels: list[Body] = []
    for each in reader.maps("levels"):
        worth = each.integer("points", low=0, high=MAX_POINTS)
        levels.append({"points": worth, "text": each.text("text", max_length=MAX_TEXT)})
        each.finish()
    points = [level["points"] for level in levels]
    if levels and not 2 <= len(levels) <= MAX_LEVELS:
        reader.error("levels", f"hay {len(levels)} niveles; tienen que ser de 2 a {MAX_LEVELS}")
    if len(set(points)) < len(points):
        reader.error("levels", "dos niveles dan los mismos puntos")
    if len(levels) > 1 and max(points) == 0:
        reader.error("levels", "ningún nivel da puntos")
    reader.finish()
    return {"id": key, "title": title, "levels": levels}


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    document: Document = {}
    if body["rubric"]:
        document["rubric"] = [
            {"id": each["id"], "title": each["title"], "levels": [dict(level) for level in each["levels"]]}
            for each in body["rubric"]
        ]
    document |= {key: body[key] for key in ("model", "min_words", "max_words") if body[key]}
    return document | ({"reviewers": body["reviewers"]} if body["reviewers"] > 1 else {})
