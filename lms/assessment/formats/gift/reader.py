"""Reads GIFT files."""

from __future__ import annotations

import re
from itertools import zip_longest

from lms.assessment.formats.decoding import decode, head_text
from lms.assessment.formats.exchange import MAX_SOURCE, MAX_TEXT, Document, Gathering, Parsed, Refused
from lms.assessment.formats.gift.answers import answers_of
from lms.assessment.formats.gift.blocks import Piece, answer_group, pieces
from lms.assessment.formats.gift.marks import Texts, hold_braces, put_back
from lms.assessment.formats.tags import spread_tags
from lms.assessment.formats.topics import path_of, topic_of

_GROUP = re.compile(r"\{[^{}]{0,4000}\}")
_MARKED = re.compile(r"^\s*[~=]", re.MULTILINE)
_CLOSING = re.compile(r"[.,;:!?)\]»”\"'…]")
BLANK = "_____"


def sniff(head: bytes, name: str) -> int:
    """Braces with answers in a text."""
    text = head_text(head)
    if text[:1] == "<" or text.startswith("PK"):
        return 0
    if re.search(r"^\s*(?:::|\$CATEGORY:)", text, re.MULTILINE):
        return 80
    if _GROUP.search(text):
        return 60 if re.search(r"\{\s*(?:[=~#]|\}|T|F)", text) else 30
    return 20 if name.lower().endswith(".gift") else 0


def parse(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - the shape of every parser
    """Every question of a GIFT file. Raises: Unreadable."""
    decoded = decode(data)
    gathering = Gathering("gift")
    if decoded.warning:
        gathering.warn("", decoded.warning)
    topic, lines, found = "", decoded.text.split("\n"), list(pieces(decoded.text))
    for piece, after in zip_longest(found, found[1:]):
        if piece.category:
            topic = topic_of(piece.category, gathering.parsed.topics, key=piece.key)
        else:
            own = lines[piece.line - 1 : after.line - 1 if after else None]
            _take(piece, topic, gathering, _source(piece, own, topic, gathering.parsed.topics))
    return gathering.finish()


def _source(piece: Piece, lines: list[str], topic: str, topics: dict[str, str]) -> str:
    """The text of a question as it stands in the file, behind it nothing of the next one, before it what it is part of."""
    if sum(map(len, lines)) > MAX_SOURCE:
        return ""
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("//")):
        lines = lines[:-1]
    head = [f"// [id:{topic}]", f"$CATEGORY: $course$/top/{path_of(topics[topic])}", ""] if topic else []
    marks = [f"[id:{piece.key}]"] if piece.key else []
    marks += [f"[tag:{tag}]" for tag in piece.tags]
    return "\n".join([*head, *([f"// {' '.join(marks)}"] if marks else []), *lines])


def _take(piece: Piece, topic: str, gathering: Gathering, source: str) -> None:
    where = f"línea {piece.line}"
    if len(piece.text) > 4 * MAX_TEXT:
        gathering.reject(
            where, piece.text[:60].strip(), f"pasa de {4 * MAX_TEXT} caracteres: ¿falta una llave que cierre?"
        )  # too long to be mended by itself
        return
    title, text = _title(piece.text.strip())
    texts, notes = Texts(), list(piece.notes)
    try:
        document = _document(text, texts, notes)
    except Refused as fault:
        gathering.reject(where, title or _short_name(text), str(fault), source=source)
        return
    if document is None:
        gathering.warn(where, f"«{title or _short_name(text)}» es un texto sin respuestas (descripción): no se toma")
        return
    if title:
        document["title"] = title[:200]
    if topic:
        document["topic"] = topic
    document |= spread_tags(piece.tags)
    for note in dict.fromkeys([*notes, *texts.faults]):
        gathering.warn(where, note)
    gathering.take(where, piece.line, title or _short_name(text), document, key=piece.key, source=source)


def _title(text: str) -> tuple[str, str]:
    """The name between double colons, and the rest."""
    if not text.startswith("::"):
        return "", text
    end = text.find("::", 2)
    if end < 0:
        return "", text[2:].strip()
    return " ".join(put_back(text[2:end]).split()), text[end + 2 :].strip()


def _short_name(text: str) -> str:
    said = " ".join(put_back(re.sub(r"\{[^{}]*\}?", BLANK, text)).split())
    return re.sub(r"^\[(?:html|markdown|moodle|plain)\]|</?[a-z][^<>]*>", "", said, flags=re.IGNORECASE)[:60].strip()


def _document(text: str, texts: Texts, notes: list[str]) -> Document | None:
    """The question in `text`; None for a text without answers. Raises: Refused."""
    try:
        text, group, note = answer_group(text)
    except ValueError as fault:
        raise Refused(str(fault)) from None
    if note:
        notes.append(note)
    if group is None:
        if _MARKED.search(text):
            raise Refused("tiene respuestas sin llaves: van entre «{» y «}»")
        return None
    before, after = text[: group.start], text[group.end + 1 :].strip()
    if after:
        space = "" if _CLOSING.match(after) else " "
        before = f"{before.rstrip()} {BLANK}{space}{after}".lstrip()
    stem = texts.stem(hold_braces(before).strip())
    own = answers_of(text[group.start + 1 : group.end], texts, notes)
    if not stem:
        raise Refused("no tiene enunciado")
    return {"type": own.pop("type"), "stem": stem, **own}
