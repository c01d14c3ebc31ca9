"""Reads Moodle XML files: https://docs.moodle.org/en/Moodle_XML_format and `question/format/xml` of Moodle's sources."""

from __future__ import annotations

import re

from lms.assessment.formats.decoding import head_text
from lms.assessment.formats.exchange import Document, Gathering, Parsed, Refused
from lms.assessment.formats.file_media import Media
from lms.assessment.formats.moodle.kinds import KINDS, OTHERS, Notes
from lms.assessment.formats.moodle.texts import Texts, bare_of
from lms.assessment.formats.tags import spread_tags
from lms.assessment.formats.topics import topic_of
from lms.assessment.formats.xml_tree import Element, Wanted, decoded, each_element

COMBINED = {
    "when_right": "correctfeedback",
    "when_partial": "partiallycorrectfeedback",
    "when_wrong": "incorrectfeedback",
}
_SHUFFLED = frozenset(["multichoice", "multichoiceset", "matching", "match"])


def sniff(head: bytes, name: str) -> int:  # noqa: ARG001 - the shape of every format
    """A <quiz> at the beginning."""
    text = head_text(head)
    if not text.startswith("<"):
        return 0
    return 95 if re.search(r"<quiz[\s>/]", text) else 0


def parse(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - the shape of every parser
    """Every question of a Moodle XML file. Raises: Unreadable."""
    text = decoded(data)
    run = _Run()
    if text.warning:
        run.gathering.warn("", text.warning)
    note = each_element(text.text, _WANTED, run.take)
    if note:
        run.gathering.warn("", note)
    return run.gathering.finish()


def _refusal(root: str) -> str:
    if root == "quiz":
        return ""
    return f"no es un archivo de preguntas de Moodle: empieza con <{root}> y no con <quiz>"


_WANTED = Wanted(lambda tag, depth: tag == "question" and depth > 1, _refusal)


class _Run:
    """One file while its questions come in."""

    def __init__(self) -> None:
        self.gathering = Gathering("moodle-xml")
        self._media = Media(self.gathering.parsed.media)
        self._topic = ""
        self._number = 0

    def take(self, question: Element) -> None:
        kind = question.attributes.get("type", "").strip().lower()
        if kind == "category":
            self._topic = topic_of(
                question.value("category"), self.gathering.parsed.topics, key=question.value("idnumber")
            )
            return
        self._number += 1
        where = f"pregunta {self._number} (línea {question.line})"
        name = " ".join(question.value("name").split())[:200]
        if kind == "description":
            self.gathering.warn(where, f"«{name[:60]}» es un texto sin respuestas (descripción): no se toma")
            return
        texts, notes = Texts(self._media), Notes()
        try:
            document = _document(question, kind, texts, notes)
        except Refused as fault:
            self.gathering.reject(where, name, str(fault))
            return
        key = question.value("idnumber")
        if name and name != key:  # what has no name is written under its id
            document["title"] = name
        if self._topic:
            document["topic"] = self._topic
        for note in dict.fromkeys([*notes.own, *texts.faults]):
            self.gathering.warn(where, note)
        for note in dict.fromkeys(notes.common):
            self.gathering.warn_together(where, note)
        self.gathering.take(where, question.line, name, document, key=key)


def _document(question: Element, kind: str, texts: Texts, notes: Notes) -> Document:
    """The question without its place and its name. Raises: Refused."""
    if not kind:
        raise Refused("no dice de qué tipo es")
    if kind not in KINDS:
        what = OTHERS.get(kind)
        raise Refused(
            f"es de tipo «{kind[:40]}» ({what}), que no se puede representar"
            if what
            else f"no se conoce el tipo «{kind[:40]}»"
        )
    own = KINDS[kind](question, texts, notes)
    stem = own.pop("stem", "") or texts.of(question.child("questiontext"))
    picture = texts.picture(question)
    stem = "\n\n".join(part for part in (stem, picture) if part)
    if not stem:
        raise Refused("no tiene enunciado")
    document: Document = {"type": own.pop("type"), "stem": stem, **own}
    if explanation := texts.of(question.child("generalfeedback")):
        document["explanation"] = explanation
    for key, tag in COMBINED.items():
        if said := texts.of(question.child(tag)):
            document.setdefault(key, said)
    if kind in _SHUFFLED and not question.flag("shuffleanswers", default=True):
        document["shuffle"] = False
    holder = question.child("tags")
    document |= spread_tags(bare_of(tag) for tag in (holder.all("tag") if holder else []))
    if question.flag("hidden", default=False) and "status" not in document:
        document["status"] = "retired"
        notes.common.append("las preguntas ocultas se toman como retiradas")
    _note_rest(question, notes)
    return document


def _note_rest(question: Element, notes: Notes) -> None:
    """What a question has that ours have not, and that does not change what is right."""
    if question.child("hint") is not None:
        notes.common.append("las pistas y la penalización por volver a intentar no se toman")
    if question.value("defaultgrade") not in {"", "1", "1.0", "1.0000000", "1.00000"}:
        notes.common.append("los puntos que vale cada pregunta no se toman: los da el plan de la prueba")
