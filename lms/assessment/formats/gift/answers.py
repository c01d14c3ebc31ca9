"""The answers of a GIFT question: what stands between its braces, escaped signs held apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from lms.assessment.formats.choices import Option, choice_document, share_of_percent
from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.marks import Texts
from lms.assessment.types.base import folded
from lms.assessment.types.numbers import exact
from lms.assessment.types.shares import share_text

MAX_PARTS = 200
_WEIGHT = re.compile(r"\s*%\s*(-?[0-9]{1,3}(?:[.,][0-9]{0,12})?)\s*%")
_TRUE_FALSE = re.compile(r"\s*(t|true|f|false)\s*(?:#|\Z)", re.IGNORECASE)
_MARK = re.compile("[~=]")
_SPACED = re.compile(r"(?:(?<=\s)|\A)[~=]")
_ONLY_FEEDBACK = re.compile(r"[~=]?\s*(?:%0(?:\.0*)?%)?\s*\*?\s*(#|\Z)")


def answers_of(raw: str, texts: Texts, notes: list[str]) -> Document:
    """The type and what only it has; `texts` knows the format of the stem. Raises: Refused."""
    inner, general = raw.strip(), ""
    at = inner.rfind("####")
    if at >= 0:
        inner, general = inner[:at].strip(), texts.rich(inner[at + 4 :])
    read: Callable[[str, Texts, list[str]], Document]
    if not inner:
        document: Document = {"type": "open"}
    else:
        if inner.startswith("#"):
            read = _numeric
        elif "~" in inner:
            read = _choice
        elif "=" in inner and "->" in _answers(inner)[0].partition("#")[0]:
            read = _matching
        elif _TRUE_FALSE.match(inner):
            read = _true_false
        else:
            read = _short
        document = read(inner, texts, notes)
    return document | ({"explanation": general} if general else {})


def _choice(inner: str, texts: Texts, notes: list[str]) -> Document:
    """Options, each after "~" or "=". Where signs without a backslash tear options apart, those after a space count."""
    try:
        found = choice_document(_options(inner, _MARK, texts), single="=" in inner)
    except Refused:
        marks = list(_SPACED.finditer(inner))
        if len(marks) < 2 or len(marks) == len(_MARK.findall(inner)):
            raise
        found = choice_document(_options(inner, _SPACED, texts), single=any(mark[0] == "=" for mark in marks))
        notes.append("tiene «=» o «~» sin «\\» delante: se tomaron como parte del texto")
    notes += found.notes
    return found.document


def _options(inner: str, mark: re.Pattern[str], texts: Texts) -> list[Option]:
    marks = list(mark.finditer(inner))
    if len(marks) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} opciones")
    starts = [match.start() for match in marks] + [len(inner)]
    options = []
    if head := inner[: starts[0]].strip():
        options.append(_option(head, Fraction(0), texts))
    for match, end in zip(marks, starts[1:], strict=True):
        options.append(_option(inner[match.end() : end], Fraction(int(match[0] == "=")), texts))
    return options


def _option(raw: str, share: Fraction, texts: Texts) -> Option:
    share, rest = _weighed(raw, share)
    text, feedback = _parted(rest)
    return Option(texts.rich(text), share, texts.rich(feedback))


def _weighed(raw: str, share: Fraction) -> tuple[Fraction, str]:
    match = _WEIGHT.match(raw)
    return (share_of_percent(match[1]), raw[match.end() :]) if match else (share, raw)


def _parted(raw: str) -> tuple[str, str]:
    """The text, and the feedback after the first "#"."""
    text, _, feedback = raw.partition("#")
    return text, feedback


def _true_false(inner: str, texts: Texts, notes: list[str]) -> Document:  # noqa: ARG001 - as the others
    said, *feedback = inner.split("#", 2)
    wrong, right = [texts.rich(each) for each in [*feedback, "", ""][:2]]
    document: Document = {"type": "true_false", "answer": said.strip().lower().startswith("t")}
    document |= {"feedback": wrong} if wrong else {}
    return document | ({"when_right": right} if right else {})


def _answers(inner: str) -> list[str]:
    found = inner.split("=")
    if len(found) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} respuestas")
    return found[1:] if not found[0].strip() else found


def _short(inner: str, texts: Texts, notes: list[str]) -> Document:
    answers: list[Document] = []
    other, seen = "", set[str]()
    for raw in _answers(inner):
        share, rest = _weighed(raw, Fraction(1))
        said, feedback = _parted(rest)
        text = literal(texts.plain(said))
        if not text:
            raise Refused("una respuesta está vacía")
        if share < 0:
            raise Refused(f"la respuesta «{text[:60]}» quita puntos: una respuesta breve da de 0 a 100%")
        if text == "*" and share == 0:
            other = texts.rich(feedback)
            continue
        if folded(text) in seen:
            notes.append(f"la respuesta «{text[:60]}» está dos veces: cuenta la primera")
            continue
        seen.add(folded(text))
        answers.append(_graded({"text": text}, share, texts.rich(feedback)))
    if not answers:
        raise Refused("no tiene ninguna respuesta")
    if all(answer.get("grade") for answer in answers):
        raise Refused("ninguna respuesta vale 100%")
    document: Document = {"type": "short_text", "answers": answers, "accents": True}
    return document | ({"feedback": other} if other else {})


def literal(text: str) -> str:
    """An accepted answer of Moodle as ours: two backslashes are two there, and one with us."""
    return text.replace("\\\\", "\\\\\\\\")


def _graded(answer: Document, share: Fraction, feedback: str) -> Document:
    answer |= {} if share == 1 else {"grade": share_text(share)}
    return answer | ({"feedback": feedback} if feedback else {})


def _matching(inner: str, texts: Texts, notes: list[str]) -> Document:
    pairs: list[Document] = []
    distractors: list[str] = []
    waiting = ""
    for part in _answers(inner):
        raw = f"{waiting}={part}" if waiting else part
        if "->" not in raw:
            waiting = raw
            continue
        waiting = ""
        left, _, rest = raw.partition("->")
        right, feedback = _parted(rest)
        pair: Document = {"left": texts.rich(left), "right": texts.bare(right)}
        add_pair(pair | _some("feedback", texts.rich(feedback)), pairs, distractors, notes)
    if waiting.strip():
        raise Refused(f"en «{texts.plain(waiting)[:60]}» falta «->» entre los dos lados del par")
    return matching_document(pairs, distractors)


def add_pair(pair: Document, pairs: list[Document], distractors: list[str], notes: list[str]) -> None:
    """Put a pair where it belongs: without a left side it is a distractor; the same pair twice is one. Raises: Refused."""
    left, right = pair["left"], pair["right"]
    if not right:
        raise Refused(f"el par «{left[:60]}» no tiene lado derecho")
    same = next((each for each in pairs if folded(each["left"]) == folded(left)), None)
    if not left:
        if right not in distractors:
            distractors.append(right)
    elif same is None:
        pairs.append(pair)
    elif same["right"] == right:
        notes.append(f"el par «{left[:60]}» está dos veces: se toma una")
    else:
        raise Refused(f"el lado izquierdo «{left[:60]}» está dos veces con lados derechos distintos")


def _some(key: str, value: str) -> Document:
    return {key: value} if value else {}


def matching_document(pairs: list[Document], distractors: list[str]) -> Document:
    """A matching question. Raises: Refused where it has fewer than two pairs."""
    if len(pairs) < 2:
        raise Refused("tiene menos de dos pares")
    rights = {pair["right"] for pair in pairs}
    distractors = [text for text in distractors if text not in rights]
    return {"type": "matching", "pairs": pairs} | ({"distractors": distractors} if distractors else {})


def _numeric(inner: str, texts: Texts, notes: list[str]) -> Document:  # noqa: ARG001 - as the others
    inner = inner[1:].strip()
    answers: list[Document] = []
    other = ""
    at = inner.find("~")
    if at >= 0:
        match = _ONLY_FEEDBACK.match(inner[at:])
        if match is None:
            raise Refused(
                "«~» en una pregunta numérica solo lleva la retroalimentación de las demás respuestas: «~#...»"
            )
        other, inner = texts.rich(inner[at + match.end() :]), inner[:at].strip()
    for raw in _answers(inner):
        share, rest = _weighed(raw, Fraction(1))
        said, feedback = _parted(rest)
        if said.strip() == "*":
            other = texts.rich(feedback) or other
            continue
        if share < 0:
            raise Refused("una respuesta quita puntos: una respuesta numérica da de 0 a 100%")
        answers.append(_graded(number_range(texts.plain(said)), share, texts.rich(feedback)))
    if not answers:
        raise Refused("no tiene ninguna respuesta")
    if all(answer.get("grade") for answer in answers):
        raise Refused("ninguna respuesta vale 100%")
    return {"type": "numeric", "answers": answers} | ({"feedback": other} if other else {})


def number_range(text: str) -> Document:
    """ "3", "3:0.1" or "2..4" as an accepted answer. Raises: Refused for anything else."""
    low, dots, high = text.partition("..")
    if dots:
        low, high = _number(low), _number(high)
        ends = sorted([low, high], key=lambda each: exact(each) or 0)
        return {"low": ends[0], "high": ends[1]}
    value, _, tolerance = text.partition(":")
    tolerance = tolerance.strip()
    answer: Document = {"value": _number(value)}
    if tolerance and exact(tolerance.removesuffix("%")) != 0:
        _number(tolerance.removesuffix("%"))
        answer["tolerance"] = tolerance.lstrip("-+ ")
    return answer


def _number(text: str) -> str:
    text = text.strip()
    if exact(text) is None or len(text) > 60:
        raise Refused(f"«{text[:40]}» no es un número")
    return text
