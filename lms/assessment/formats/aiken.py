"""Aiken, a text format for single choice: https://docs.moodle.org/en/Aiken_format.

The text of a question on one line, options "A) ..." or "A. ...", one a line, then "ANSWER: B". There is no feedback and no
markup. Read liberally: small letters, texts of several lines, no empty lines between questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.choices import Option, choice_document
from lms.assessment.formats.decoding import decode, head_text
from lms.assessment.formats.exchange import (
    MAX_TEXT,
    Contents,
    Document,
    Format,
    Gathering,
    Losses,
    Parsed,
    Refused,
    Written,
)
from lms.assessment.formats.losing import note_unheld
from lms.assessment.formats.markdown_text import escaped, escaped_lines, unescaped

_OPTION = re.compile(r"\s*\(?([A-Za-z])\s?[).:]\s*(.*)", re.DOTALL)
_ANSWER = re.compile(r"\s*(?:ANSWER|RESPUESTA|RESPOSTA)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_LETTERS = re.compile(r"\b[A-Za-z]\b")
_LABELLED = re.compile(r"\s*(?:\(?[A-Za-z]\s?[).:]|(?:ANSWER|RESPUESTA|RESPOSTA)\s*:)", re.IGNORECASE)
PROGRAM = "Aiken"


@dataclass
class _Draft:
    """A question while its lines come in."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)  # letter and text
    notes: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # as they stand in the file
    gap: bool = False  # an empty line came after the options

    @property
    def name(self) -> str:
        return " ".join(" ".join(self.stem).split())[:60]


def sniff(head: bytes, name: str) -> int:  # noqa: ARG001 - the shape of every format
    """Lines with an answer letter."""
    text = head_text(head)
    if text.startswith(("<?xml", "<quiz", "<!DOCTYPE", "PK")):
        return 0
    if re.search(
        r"^[ \t]*\(?[A-Za-z][).][^\n]*[\r\n]+[ \t]*ANSWER[ \t]*:[ \t]*[A-Za-z]", text, re.MULTILINE | re.IGNORECASE
    ):
        return 90
    return 40 if re.search(r"^[ \t]*ANSWER:[ \t]*[A-Z]\b", text, re.MULTILINE) else 0


def parse(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - the shape of every parser
    """Every question of an Aiken file. Raises: Unreadable."""
    decoded = decode(data)
    gathering = Gathering("aiken")
    if decoded.warning:
        gathering.warn("", decoded.warning)
    draft = _Draft()
    for number, line in enumerate(decoded.text.split("\n"), 1):
        bare = line.strip()
        if not bare:
            draft.gap = bool(draft.options)
            continue
        answer = _ANSWER.match(bare)
        if answer:
            draft.lines.append(bare)
            _finish(draft, answer[1], number, gathering)
            draft = _Draft()
            continue
        option = _option_of(draft, bare)
        if draft.options and ((option and option[0] == "A") or (draft.gap and not option)):
            _finish(draft, None, number, gathering)
            draft = _Draft()
            option = _option_of(draft, bare)
        _add(draft, bare, number, option)
    if draft.stem or draft.options:
        _finish(draft, None, draft.line, gathering)
    return gathering.finish()


def _option_of(draft: _Draft, line: str) -> tuple[str, str] | None:
    """Letter and text where the line is an option: the first is A, and letters go on; a small one must be the next."""
    match = _OPTION.match(line)
    if match is None:
        return None
    letter, text = match[1], match[2].strip()
    expected = chr(ord(draft.options[-1][0]) + 1) if draft.options else "A"
    if letter.upper() == expected or letter == "A":
        return letter.upper(), text
    return (letter, text) if draft.options and letter.isupper() and letter > draft.options[-1][0] else None


def _add(draft: _Draft, line: str, number: int, option: tuple[str, str] | None) -> None:
    draft.line = draft.line or number
    draft.lines.append(line)
    if option:
        draft.options.append(option)
    elif draft.options:
        letter, text = draft.options[-1]
        draft.options[-1] = (letter, f"{text} {line}"[: MAX_TEXT + 1])
        draft.notes.append(f"la opción {letter} ocupa más de una línea")
    else:
        draft.stem.append(line)


def _finish(draft: _Draft, answer: str | None, number: int, gathering: Gathering) -> None:
    where = f"línea {draft.line or number}"
    try:
        document = _document(draft, answer)
    except Refused as fault:
        gathering.reject(where, draft.name, str(fault), source="\n".join(draft.lines))
        return
    if len(draft.stem) > 1:
        draft.notes.append("el enunciado ocupa más de una línea")
    for note in dict.fromkeys(draft.notes):
        gathering.warn(where, note)
    gathering.take(where, draft.line, draft.name, document, source="\n".join(draft.lines))


def _document(draft: _Draft, answer: str | None) -> Document:
    if not draft.stem:
        raise Refused("no tiene enunciado" if draft.options else "«ANSWER» sin pregunta delante")
    if not draft.options:
        raise Refused("no tiene opciones: van una por línea, «A) ...»")
    if answer is None:
        raise Refused("falta la línea «ANSWER:» con la letra de la opción correcta")
    letters = [letter.upper() for letter in _LETTERS.findall(answer[:200])]
    if len(set(letters)) > 1:
        raise Refused(f"«ANSWER: {answer[:40]}» nombra más de una opción; en Aiken hay una sola correcta")
    if not letters:
        raise Refused(f"«ANSWER: {answer[:40]}» no nombra ninguna opción")
    if letters[0] not in {letter for letter, _ in draft.options}:
        raise Refused(f"«ANSWER: {letters[0]}»: no hay una opción {letters[0]}")
    options = [Option(escaped(text), Fraction(int(letter == letters[0]))) for letter, text in draft.options]
    stem = escaped_lines("\n".join(draft.stem))
    if len(stem) > MAX_TEXT:
        raise Refused(f"el enunciado pasa de {MAX_TEXT} caracteres")
    found = choice_document(options, single=True)
    draft.notes += found.notes
    return {"type": "single", "stem": stem} | found.document


def write(contents: Contents) -> Written:
    """The single choices as Aiken; everything else is told."""
    losses = Losses()
    parts = []
    scenarios = [question for each in contents.scenarios for question in each.get("questions", ())]
    for scenario in contents.scenarios:
        losses.note(scenario, f"{PROGRAM} no tiene casos: las preguntas quedan sueltas, sin el texto del caso")
    for document in [*contents.questions, *scenarios]:
        if document["type"] != "single" or document.get("scoring") == "weights" or len(document["options"]) > 26:
            losses.note(document, f"{PROGRAM} solo tiene preguntas de opción única: no se escribieron")
            continue
        note_unheld(document, {"type", "stem", "options", "scoring"}, losses, PROGRAM)
        if any(option.get("feedback") for option in document["options"]):
            losses.note(document, f"{PROGRAM} no guarda la retroalimentación de las opciones")
        parts.append(_question(document, losses))
    return Written("\n".join(parts).encode(), len(parts), losses.sentences())


def _question(document: Document, losses: Losses) -> str:
    stem = _plain(document["stem"], document, losses)
    if _LABELLED.match(stem):
        losses.note(document, f"{PROGRAM} toma por opción un enunciado que empieza como una: lleva un guion delante")
        stem = f"- {stem}"
    lines = [stem]
    right = "A"
    for at, option in enumerate(document["options"]):
        letter = chr(ord("A") + at)
        right = letter if option.get("correct") else right
        lines.append(f"{letter}) {_plain(option['text'], document, losses)}")
    return "\n".join([*lines, f"ANSWER: {right}", ""])


def _plain(text: str, document: Document, losses: Losses) -> str:
    plain = unescaped(text)
    if plain is None:
        losses.note(document, f"{PROGRAM} no guarda formato: el texto va como está escrito, en una línea")
        plain = " ".join(text.split())
    return plain


AIKEN = Format("aiken", "Aiken", (".aiken", ".aiken.txt", ".txt"), sniff, parse, write)
