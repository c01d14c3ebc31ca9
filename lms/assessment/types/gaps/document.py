"""A text with gaps as its author writes it."""

from __future__ import annotations

import re
from fractions import Fraction

from lms.assessment.types.base import MAX_FEEDBACK, MAX_STEM, MAX_TEXT, Body, Document, report_equal, report_positional
from lms.assessment.types.gaps.places import names, rendered, split
from lms.assessment.types.numeric.document import dump_numbers, load_numbers
from lms.assessment.types.shares import read_share, share_text
from lms.assessment.types.short_text.document import dump_texts, load_texts
from lms.kit.content import Reader
from lms.kit.markup import render

KINDS = ("typed", "chosen", "numeric")
MAX_GAPS = 20
MAX_WEIGHT = 100
LOW, HIGH = 2, 20
_ID = re.compile(r"[a-z0-9-]{1,40}")


def load(reader: Reader) -> Body:
    """The text and its gaps, in the order in which they come in the text."""
    text, readers = reader.text("text", max_length=MAX_STEM), reader.maps("gaps")
    if len(readers) > MAX_GAPS:
        reader.error("gaps", f"hay {len(readers)} huecos; el máximo es {MAX_GAPS}")
    found: dict[str, Body] = {}
    for each in readers:
        gap = _gap(each)
        if gap["id"] in found:
            each.error("id", f"el hueco «{gap['id']}» está dos veces")
        elif gap["id"] and text and gap["id"] not in names(text):
            each.error("id", f"el texto no tiene el hueco «{{{{{gap['id']}}}}}»")
        found.setdefault(gap["id"], gap)
    _check_places(reader, text, found)
    order = {name: place for place, name in enumerate(names(text))}
    return {"text": text, "gaps": sorted(found.values(), key=lambda gap: order.get(gap["id"], MAX_GAPS))}


def _check_places(reader: Reader, text: str, gaps: dict[str, Body]) -> None:
    places = names(text)
    for name in dict.fromkeys(places):
        if places.count(name) > 1:
            reader.error("text", f"el hueco «{name}» está dos veces en el texto")
        if name not in gaps:
            reader.error("text", f"falta en «gaps» el hueco «{name}» que nombra el texto")
    if len(split(rendered(text, render))) != len(places) + 1:
        reader.error("text", "hay un hueco dentro de un enlace o de una imagen: no se puede mostrar ahí")


def _gap(reader: Reader) -> Body:
    key = reader.text("id", max_length=40)
    if key and not _ID.fullmatch(key):
        reader.error("id", f"«id: {key}» tiene que llevar solo minúsculas sin acento, cifras y guiones")
    kind = reader.choice("kind", KINDS)
    weight = reader.integer("weight", low=1, high=MAX_WEIGHT, default=1)
    own = _options(reader) if kind == "chosen" else load_numbers(reader) if kind == "numeric" else load_texts(reader)
    feedback = reader.text("feedback", required=False, max_length=MAX_FEEDBACK)
    reader.finish()
    return {"id": key, "kind": kind, "weight": weight, **own, "feedback": feedback}


def _options(reader: Reader) -> Body:
    readers = reader.maps("options")
    if readers and not LOW <= len(readers) <= HIGH:
        reader.error("options", f"hay {len(readers)} opciones; tienen que ser de {LOW} a {HIGH}")
    options, texts = [], []
    for each in readers:
        text = each.text("text", max_length=MAX_TEXT)
        share = read_share(each, "grade", default=Fraction(int(each.flag("correct", default=False))))
        options.append(
            {
                "text": text,
                "grade": share_text(share),
                "feedback": each.text("feedback", required=False, max_length=MAX_FEEDBACK),
            }
        )
        texts.append((text, each.line("text")))
        report_positional(each, text, each.line("text"))
        each.finish()
    report_equal(reader, texts, "la opción")
    if options and not any(option["grade"] == "1" for option in options):
        reader.error("options", "ninguna opción vale 1: no habría manera de acertar")
    return {"options": options}


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    return {"text": body["text"], "gaps": [_dump_gap(gap) for gap in body["gaps"]]}


def _dump_gap(gap: Body) -> Document:
    document: Document = {"id": gap["id"], "kind": gap["kind"]} | (
        {"weight": gap["weight"]} if gap["weight"] > 1 else {}
    )
    if gap["kind"] == "chosen":
        document["options"] = [_dump_option(option) for option in gap["options"]]
    else:
        document |= dump_numbers(gap) if gap["kind"] == "numeric" else dump_texts(gap)
    return document | ({"feedback": gap["feedback"]} if gap["feedback"] else {})


def _dump_option(option: Body) -> Document:
    grade = option["grade"]
    document: Document = {"text": option["text"]}
    document |= {"correct": True} if grade == "1" else {} if grade == "0" else {"grade": grade}
    return document | ({"feedback": option["feedback"]} if option["feedback"] else {})
