"""Moodle's texts with embedded answers: `{1:SHORTANSWER:=right#feedback~%50%half}`.

See https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type and `question/type/multianswer` of its sources.
"""

from __future__ import annotations

import html
import re
from fractions import Fraction

from lms.assessment.formats.choices import share_of_percent
from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.answers import literal, number_range
from lms.assessment.formats.html_markdown import LIKE_HTML, plain_text, to_markdown
from lms.assessment.formats.markdown_text import escaped
from lms.assessment.types.shares import share_text

_GAP = re.compile(r"\{\s*([0-9]{0,4})\s*:\s*([A-Za-z]{2,15}(?:_[A-Za-z]{1,2})?)\s*(:?)")
_SPECIAL = re.compile(r"\\(.)|(&(?:amp;)?#[0-9A-Za-z]{1,7};)|([~}])", re.DOTALL)
_HASH = re.compile(r"\\.|&(?:amp;)?#|(#)", re.DOTALL)
_WEIGHT = re.compile(r"%\s*(-?[0-9]{1,3}(?:[.,][0-9]{0,12})?)\s*%")
_UNESCAPE = re.compile(r"\\([~#}={\\\"/%*])")
_OPEN, _SHUT = "\ue0f0", "\ue0f1"
_PLACE = re.compile(f"{_OPEN}([0-9]+){_SHUT}")
STEM = "Completar el texto."
"""The stem of a text that has none before its first gap."""

_TYPED = {"SHORTANSWER", "SA", "MW"}
_TYPED_CASE = {"SHORTANSWER_C", "SAC", "MWC"}
_NUMERIC = {"NUMERICAL", "NM"}
_SHOWN_AS = ("", "V", "H", "S", "VS", "HS")
_CHOSEN = {f"{name}{end}" for name in ("MULTICHOICE_", "MC", "MC_") for end in _SHOWN_AS} | {"MULTICHOICE"}
_SEVERAL = {f"{name}{end}" for name in ("MULTIRESPONSE_", "MR", "MR_") for end in _SHOWN_AS} | {"MULTIRESPONSE"}
_MAX_GAPS = 200


class Gaps:
    """The gaps of one text, found in it and put back once the text was converted."""

    def __init__(self, raw: str, notes: list[str]) -> None:
        """Raises: Refused where a gap cannot be taken."""
        self._notes = notes
        self.found: list[Document] = []
        parts, at = [], 0
        for match in _GAP.finditer(raw):
            if match.start() < at:
                continue
            end = self._take(raw, match)
            parts += [raw[at : match.start()], f"{_OPEN}{len(self.found) - 1}{_SHUT}"]
            at = end
        self.text = "".join([*parts, raw[at:]])
        if not self.found:
            raise Refused("no tiene ningún hueco «{1:SHORTANSWER:=...}»")

    def _take(self, raw: str, match: re.Match[str]) -> int:
        """Read a gap; where it ends."""
        kind = match[2].upper()
        shown = f"{{{match[1]}:{match[2]}}}"
        if kind in _SEVERAL:
            raise Refused(f"el hueco «{shown}» admite varias opciones a la vez: no se puede representar")
        if kind not in _TYPED | _TYPED_CASE | _NUMERIC | _CHOSEN:
            raise Refused(f"el hueco «{shown}» es de un tipo que no se conoce")
        if not match[3]:
            raise Refused(f"el hueco «{shown}» no tiene respuestas")
        if len(self.found) >= _MAX_GAPS:
            raise Refused(f"tiene más de {_MAX_GAPS} huecos")
        alternatives, end = _alternatives(raw, match.end(), shown)
        gap: Document = {"id": name_of(len(self.found))}
        if kind in _CHOSEN:
            gap |= self._chosen(alternatives, shown)
        elif kind in _NUMERIC:
            gap |= self._numeric(alternatives, shown)
        else:
            gap |= self._typed(alternatives, shown) | ({"case": True} if kind in _TYPED_CASE else {})
        if match[1] and int(match[1]) > 1:
            gap["weight"] = int(match[1])
        self.found.append(gap)
        return end

    def _chosen(self, alternatives: list[str], shown: str) -> Document:
        options: list[Document] = []
        for raw in alternatives:
            share, text, feedback = _alternative(raw)
            if not text:
                raise Refused(f"el hueco «{shown}» tiene una opción vacía")
            if share < 0:
                self._notes.append(f"el hueco «{shown}» quita puntos por una opción: se toma como cero")
            option: Document = {"text": rich(text)}
            option |= {"correct": True} if share == 1 else {"grade": share_text(share)} if share > 0 else {}
            options.append(option | ({"feedback": rich(feedback)} if feedback else {}))
        if len(options) < 2:
            raise Refused(f"el hueco «{shown}» tiene una sola opción; tienen que ser dos o más")
        if not any(option.get("correct") for option in options):
            raise Refused(f"ninguna opción del hueco «{shown}» es del todo correcta")
        return {"kind": "chosen", "options": options}

    def _typed(self, alternatives: list[str], shown: str) -> Document:
        answers: list[Document] = []
        other = ""
        for raw in alternatives:
            share, text, feedback = _alternative(raw)
            said = plain(text)
            if said == "*" and share <= 0:
                other = rich(feedback)
            elif said:
                answers.append(_graded({"text": literal(said)}, share, rich(feedback), shown))
        return {"kind": "typed", "answers": _checked(answers, shown), "accents": True} | (
            {"feedback": other} if other else {}
        )

    def _numeric(self, alternatives: list[str], shown: str) -> Document:
        answers: list[Document] = []
        other = ""
        for raw in alternatives:
            share, text, feedback = _alternative(raw)
            if plain(text) == "*":
                other = rich(feedback)
            else:
                answers.append(_graded(number_range(plain(text)), share, rich(feedback), shown))
        return {"kind": "numeric", "answers": _checked(answers, shown)} | ({"feedback": other} if other else {})

    def document(self, converted: str) -> Document:
        """Stem, text and gaps, from the converted text. Raises: Refused where a gap was lost in the conversion."""
        places = [int(match) for match in _PLACE.findall(converted)]
        if sorted(places) != list(range(len(self.found))):
            raise Refused("un hueco está dentro de un enlace, una imagen o un contenido que no se toma")
        first = _PLACE.search(converted)
        cut = converted.rfind("\n\n", 0, first.start()) if first else -1
        stem, text = (converted[:cut], converted[cut + 2 :]) if cut > 0 else ("", converted)
        if text[:1].isspace():
            stem, text = "", converted
        text = _PLACE.sub(lambda match: f"{{{{{name_of(int(match[1]))}}}}}", text)
        return {"type": "gaps", "stem": stem.strip() or STEM, "text": text.strip(), "gaps": self.found}


def name_of(place: int) -> str:
    """The id of the gap at `place`, from 0."""
    return chr(ord("a") + place) if place < 26 else f"h{place + 1}"


def _alternatives(raw: str, start: int, shown: str) -> tuple[list[str], int]:
    """The answers of a gap, still escaped, and where it ends. Raises: Refused where it does not."""
    found, begin = [], start
    for match in _SPECIAL.finditer(raw, start):
        if match[3] == "~":
            found.append(raw[begin : match.start()])
            begin = match.end()
        elif match[3] == "}":
            found.append(raw[begin : match.start()])
            return [each for each in found if each.strip()], match.end()
    raise Refused(f"el hueco «{shown}» no se cierra: falta «}}»")


def _alternative(raw: str) -> tuple[Fraction, str, str]:
    """Share, text and feedback of one answer."""
    raw, share = raw.strip(), Fraction(0)
    if raw.startswith("="):
        raw, share = raw[1:], Fraction(1)
    elif match := _WEIGHT.match(raw):
        raw, share = raw[match.end() :], share_of_percent(match[1])
    at = next((match.start() for match in _HASH.finditer(raw) if match[1]), len(raw))
    return share, _UNESCAPE.sub(_sign, raw[:at]).strip(), _UNESCAPE.sub(_sign, raw[at + 1 :]).strip()


def _sign(match: re.Match[str]) -> str:
    return match[0] if match[1] == "*" else match[1]


def rich(text: str) -> str:
    """A text of a gap, HTML for Moodle, as Markdown."""
    return to_markdown(text).text if LIKE_HTML.search(text) else escaped(html.unescape(text))


def plain(text: str) -> str:
    """A text of a gap as it is compared."""
    return " ".join((plain_text(text) if LIKE_HTML.search(text) else html.unescape(text)).split())


def _graded(answer: Document, share: Fraction, feedback: str, shown: str) -> Document:
    if share < 0:
        raise Refused(f"una respuesta del hueco «{shown}» quita puntos")
    answer |= {} if share == 1 else {"grade": share_text(share)}
    return answer | ({"feedback": feedback} if feedback else {})


def _checked(answers: list[Document], shown: str) -> list[Document]:
    if not answers:
        raise Refused(f"el hueco «{shown}» no tiene respuestas")
    if all("grade" in answer for answer in answers):
        raise Refused(f"ninguna respuesta del hueco «{shown}» vale 100%")
    return answers
