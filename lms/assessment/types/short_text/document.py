"""A short text question as its author writes it. Also for the typed gaps of a text."""

from __future__ import annotations

from fractions import Fraction

from lms.assessment.types.base import MAX_FEEDBACK, Body, Document
from lms.assessment.types.shares import read_share, share_text
from lms.assessment.types.typed import pieces
from lms.kit.content import Reader

MAX_ANSWERS = 50
MAX_ANSWER = 300


def load(reader: Reader) -> Body:
    """The accepted answers, how they are compared, and the feedback for every other answer."""
    return {**load_texts(reader), "feedback": reader.advised("feedback", max_length=MAX_FEEDBACK)}


def load_texts(reader: Reader) -> Body:
    """What a short text and a typed gap share."""
    readers = reader.maps("answers")
    if len(readers) > MAX_ANSWERS:
        reader.error("answers", f"hay {len(readers)} respuestas; el máximo es {MAX_ANSWERS}")
    case, accents = reader.flag("case", default=False), reader.flag("accents", default=False)
    answers, lines = [], []
    for each in readers:
        text = each.text("text", max_length=MAX_ANSWER)
        share = read_share(each, "grade", default=Fraction(1))
        feedback = each.text("feedback", required=False, max_length=MAX_FEEDBACK)
        if text and share == 1 and not "".join(pieces(text, case=case, accents=accents)).strip():
            each.error("text", f"«text: {text}» acepta cualquier respuesta como correcta")
        each.finish()
        lines.append(each)
        answers.append({"text": text, "grade": share_text(share), "feedback": feedback})
    if answers and not any(answer["grade"] == "1" for answer in answers):
        reader.error("answers", "ninguna respuesta vale 1: no habría manera de acertar")
    _report_equal(answers, lines, case=case, accents=accents)
    return {"answers": answers, "case": case, "accents": accents}


def _report_equal(answers: list[Body], readers: list[Reader], *, case: bool, accents: bool) -> None:
    """The first of two that read alike would always win."""
    seen: dict[tuple[str, ...], int] = {}
    for answer, each in zip(answers, readers, strict=True):
        key = tuple(pieces(answer["text"], case=case, accents=accents))
        if answer["text"] and key in seen:
            each.error("text", f"la respuesta «{answer['text']}» ya está en la línea {seen[key]}")
        seen.setdefault(key, each.line("text"))


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    return dump_texts(body) | ({"feedback": body["feedback"]} if body["feedback"] else {})


def dump_texts(body: Body) -> Document:
    """The inverse of `load_texts`."""
    answers = []
    for each in body["answers"]:
        document = {"text": each["text"]} | ({} if each["grade"] == "1" else {"grade": each["grade"]})
        answers.append(document | ({"feedback": each["feedback"]} if each["feedback"] else {}))
    return {"answers": answers} | {key: True for key in ("case", "accents") if body[key]}
