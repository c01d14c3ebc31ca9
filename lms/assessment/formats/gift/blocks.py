"""Takes a GIFT file apart: categories, and the text of each question with its line and what comments say of it.

By the definition an empty line parts questions, and a question has one pair of braces. What people write instead is read
too: empty lines between braces, none between questions, braces in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from lms.assessment.formats.gift.marks import held, hold_braces, put_back

_ID = re.compile(r"\[id:([^\]\[]{1,200})\]")
_TAG = re.compile(r"\[tag:([^\]\[<>`]{1,200})\]")
_CATEGORY = re.compile(r"\$CATEGORY\s*:", re.IGNORECASE)
_ANSWER = re.compile(r"\s*(?:[=~#]|\Z|(?:t|f|true|false)\s*(?:#|\Z))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A question or a category (`category` is its path): its text, escaped signs held apart, and where it begins.

    `notes` say how it was understood where it was not written by the definition.
    """

    line: int
    text: str
    key: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A pair of braces in a text: `text[start]` opens, `text[end]` closes."""

    start: int
    end: int
    text: str

    @property
    def answers(self) -> bool:
        """Whether this reads like the answers of a question, by how it begins."""
        return _ANSWER.match(self.text[self.start + 1 : self.end]) is not None


@dataclass
class _Comments:
    """What comments say of the question after them."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def take(self, before: int) -> tuple[str, tuple[str, ...]]:
        """Id and tags of the comments before line `before`, which are used up."""
        text = "\n".join(said for line, said in self.found if line < before)
        self.found = [each for each in self.found if each[0] >= before]
        key = _ID.search(text)
        return (key[1].strip() if key else "", tuple(tag.strip() for tag in _TAG.findall(text)))


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a file, in its order."""
    lines = held(text).split("\n")
    closes = _next_brace_closes(lines)
    comments = _Comments()
    block: list[tuple[int, str]] = []
    depth = 0
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if bare.startswith("//"):
            comments.found.append((number, put_back(bare)))
            continue
        if bare:
            if not block:
                depth = 0
            block.append((number, line))
            depth = max(0, depth + line.count("{")) - line.count("}")
        elif block and not (depth > 0 and closes[number - 1]):
            yield from _block(block, comments, number)
            block = []
        elif block:
            block.append((number, ""))
    if block:
        yield from _block(block, comments, len(lines) + 1)


def _next_brace_closes(lines: list[str]) -> list[bool]:
    """For each line, whether the next brace from it on closes, before anything that surely begins a question."""
    found = [False] * (len(lines) + 1)
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        opening, closing = line.find("{"), line.find("}")
        if line.lstrip().startswith("::") or _CATEGORY.match(line.lstrip()):
            found[at] = False
        elif opening < 0 and closing < 0:
            found[at] = found[at + 1]
        else:
            found[at] = closing >= 0 and (opening < 0 or closing < opening)
    return found


def _block(block: list[tuple[int, str]], comments: _Comments, end: int) -> Iterator[Piece]:
    """The pieces of a block: one, or several where the empty lines between them are missing."""
    while block and (match := _CATEGORY.match(block[0][1].strip())):
        number, line = block.pop(0)
        key, _ = comments.take(number)
        yield Piece(number, "", key, category=put_back(line.strip()[match.end() :]).strip())
    parts = _parts(block)
    for at, part in enumerate(parts):
        last = part[-1][0] + 1 if at + 1 < len(parts) else end
        key, tags = comments.take(last)
        text = "\n".join(line for _, line in part)
        notes = ("falta una línea vacía antes de esta pregunta",) if at else ()
        yield Piece(part[0][0], text, key, tags, notes=notes)


def _parts(block: list[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    text = "\n".join(line for _, line in block)
    breaks = [match.start() for match in re.finditer("\n", text)]
    ends: list[int] = []
    inside: set[int] = set()
    for group in groups(text):
        first, last = bisect_left(breaks, group.start), bisect_left(breaks, group.end)
        inside.update(range(first + 1, last + 1))
        ends += [last] if group.answers else []
    splits = set(ends[:-1]) - {ends[-1]} if ends else set()
    parts: list[list[tuple[int, str]]] = []
    current: list[tuple[int, str]] = []
    for at, (number, line) in enumerate(block):
        if current and line.lstrip().startswith("::") and at not in inside:
            parts.append(current)
            current = []
        current.append((number, line))
        if at in splits:
            parts.append(current)
            current = []
    return [part for part in [*parts, current] if any(line.strip() for _, line in part)]


def groups(text: str) -> list[Group]:
    """The pairs of braces in a text, outermost ones; where they do not match, each opening one with the next closing one."""
    opened, found = [], []
    for match in re.finditer("[{}]", text):
        if match[0] == "{":
            opened.append(match.start())
        elif opened:
            start = opened.pop()
            if not opened:
                found.append(Group(start, match.start(), text))
        else:
            opened = [-1]
            break
    if not opened:
        return found
    found, at = [], 0
    while (start := text.find("{", at)) >= 0 and (end := text.find("}", start)) >= 0:
        found.append(Group(start, end, text))
        at = end + 1
    return found


def answer_group(text: str) -> tuple[str, Group | None, str]:
    """The text of a question with the braces that are part of it held apart, the pair that holds its answers, and a note.

    The group is None where there are no braces. Raises: ValueError, saying why, where braces do not fit.
    """
    found = groups(text)
    if not found:
        if "{" in text:
            raise ValueError("falta la llave que cierra las respuestas, «}»")
        if "}" in text:
            raise ValueError("falta la llave que abre las respuestas, «{»")
        return text, None, ""
    likely = [group for group in found if group.answers] or found[-1:]
    if len(likely) > 1:
        raise ValueError(
            "tiene más de un par de llaves con respuestas; lleva uno solo (las del texto se escriben «\\{» y «\\}»)"
        )
    start, end = likely[0].start, likely[0].end
    before, inner, after = (hold_braces(part) for part in (text[:start], text[start + 1 : end], text[end + 1 :]))
    whole = f"{before}{{{inner}}}{after}"
    note = "tiene llaves sin «\\» delante: se tomaron como texto" if whole.count("{") < text.count("{") else ""
    return whole, Group(start, end, whole), note
