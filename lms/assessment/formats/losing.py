"""What a document says that a target has no place for, in words for a person; and numbers and patterns as Moodle writes them."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Losses
from lms.assessment.types.numbers import exact, spread

_WORDS = {
    "general": "el comentario general",
    "when_right": "el comentario de la respuesta correcta",
    "when_partial": "el comentario de la respuesta en parte correcta",
    "when_wrong": "el comentario de la respuesta incorrecta",
    "shuffle": "que las opciones no se mezclen",
    "feedback": "la retroalimentación",
    "explanation": "la explicación",
    "tags": "las etiquetas",
    "title": "el título",
    "topic": "el tema",
    "difficulty": "la dificultad",
    "pool": "si es de prueba o de práctica",
    "status": "el estado",
    "exclusive": "con qué preguntas se excluye",
    "review": "qué sección repasar",
    "units": "las unidades",
    "unit": "que la unidad sea obligatoria",
    "case": "que importen las mayúsculas",
    "rubric": "la rúbrica",
    "model": "la respuesta modelo",
    "min_words": "el mínimo de palabras",
    "max_words": "el máximo de palabras",
    "reviewers": "que corrijan dos personas",
    "id": "el identificador",
    "scoring": "cómo se puntúa",
}
_DIGITS = 12
_SLASHES = re.compile(r"\\\\")


def note_unheld(document: Document, held: Collection[str], losses: Losses, program: str) -> None:
    """Note every entry of `document` that says something and is not in `held`."""
    for key, value in document.items():
        if key not in held and value not in (None, "", [], False if key != "shuffle" else None):
            losses.note(document, f"{program} no guarda {_WORDS.get(key, f'«{key}»')}")


def number_of_moodle(text: str, document: Document, losses: Losses, *, of: str = "") -> str:
    """A number as a decimal with a point; a percentage is one of the number `of`. What is no decimal is rounded, and noted."""
    value = spread(text, exact(of) or Fraction(0)) if of else exact(text)
    if value is None:  # no reader lets it in
        return text
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        return text
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        losses.note(document, "los números que no son decimales exactos se redondean")
    return decimal(value)


def decimal(value: Fraction) -> str:
    """`value` as a decimal with a point: exactly where that needs no more than twelve digits after it."""
    scaled = round(abs(value) * 10**_DIGITS)
    whole, digits = divmod(scaled, 10**_DIGITS)
    decimals = f"{digits:0{_DIGITS}d}".rstrip("0")
    return f"{'-' if value < 0 and scaled else ''}{whole}{'.' if decimals else ''}{decimals}"


def answer_of_moodle(text: str) -> str:
    """An accepted answer of ours as Moodle has it: there a backslash is one by itself."""
    return _SLASHES.sub(lambda _: "\\", text)
