"""Several things in one cell: lists, the levels of a rubric, and the gaps of a text; read liberally, written in one way.

A sign that parts things and is meant as itself has a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.identity import slug
from lms.assessment.types.gaps.document import MAX_GAPS
from lms.assessment.types.gaps.places import PLACE

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"\\.|[^\\]", re.DOTALL)


def split(text: str, separators: Collection[str]) -> list[str]:
    """The pieces of `text` between any of `separators` that has no backslash before it; escapes stay."""
    found: list[str] = []
    current: list[str] = []
    for piece in _PIECE.findall(text):
        if piece in separators:
            found.append("".join(current))
            current = []
        else:
            current.append(piece)
    return [*found, "".join(current)]


def unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: match[1], text).strip()


def escaped(text: str, signs: Collection[str]) -> str:
    """`text` with a backslash before each of `signs`, and before each backslash."""
    return "".join(f"\\{sign}" if sign in signs or sign == "\\" else sign for sign in text)


def read_list(text: str) -> list[str]:
    """The elements of a cell: a line each; else apart by semicolons; else by commas."""
    signs = next((sign for sign in "\n;" if len(split(text, sign)) > 1), ",")
    return [each for part in split(text, signs) if (each := unescaped(part))]


def write_list(items: Collection[str]) -> str:
    return "; ".join(escaped(item, ";,\n") for item in items)


# The rubric: a line with the title of a criterion and [its id], under it a line for each level: "- 2: what it takes".
_LEVEL = re.compile(r"[-*•]\s*([0-9]{1,3})\s*(?:puntos?|points?|pontos?|p)?\s*[:.)=-]?\s*(.*)", re.DOTALL)
_NAMED = re.compile(r"\[([a-z0-9-]{1,40})\]\Z")


def read_rubric(text: str) -> list[Document]:
    """Raises: Refused for a line that is neither."""
    found: list[Document] = []
    for line in (each.strip() for each in split(text, "\n")):
        if not line:
            continue
        if match := _LEVEL.fullmatch(line):
            if not found:
                raise Refused(
                    f"la rúbrica empieza con un nivel («{line[:40]}»): falta el criterio en una línea anterior"
                )
            found[-1]["levels"].append({"points": int(match[1]), "text": unescaped(match[2])})
            continue
        if line[0] in "-*•":
            raise Refused(f"rúbrica, «{line[:40]}»: un nivel es «- 2: lo que hace falta para 2 puntos»")
        named = _NAMED.search(line)
        title = unescaped(line[: named.start()] if named else line)
        key = named[1] if named else slug(title, 40) or f"criterio-{len(found) + 1}"
        found.append({"id": key, "title": title, "levels": []})
    return found


def write_rubric(rubric: list[Document]) -> str:
    lines = []
    for criterion in rubric:
        title = escaped(criterion["title"], "\n")
        lines.append(f"{f'{chr(92)}{title}' if title[:1] in '-*•' else title} [{criterion['id']}]")
        lines += [f"- {level['points']}: {escaped(level['text'], chr(10))}" for level in criterion["levels"]]
    return "\n".join(lines)


# Gaps: "{{20|veinte}}" is typed, "{{*sí|no}}" is chosen, "{{=3,5 ± 0,1}}" is a number. "@1/2" after an answer is what it is
# worth, "#..." what is said to who gives it, a last "##..." to everybody else; "a, peso 2, acentos::" before all names and sets.
_SIGNS = "|#@*=:{}"
_CLOSED = re.compile(r"\{\{((?:\\.|[^\\}]|\}(?!\}))*)\}\}", re.DOTALL)
_LITERAL = "{{\\{\\{}}"
_WEIGHT = re.compile(r"(?:peso|weight)\s*([0-9]{1,3})")
_ID = re.compile(r"[a-z0-9-]{1,40}")


def read_gaps(text: str, numeric: Callable[[str], Document]) -> Document:
    """`text` and `gaps` of a document; `numeric` reads one accepted number. Raises: Refused."""
    pieces: list[str] = []
    gaps: list[Document] = []
    at = 0
    while (start := text.find("{{", at)) >= 0:
        match = _CLOSED.match(text, start)
        if match is None:
            raise Refused(f"«{text[start : start + 30]}»: el hueco no se cierra con «}}}}»")
        pieces.append(text[at:start])
        if match[0] == _LITERAL:
            pieces.append("{{")
        else:
            if len(gaps) == MAX_GAPS:
                raise Refused(f"tiene más de {MAX_GAPS} huecos")
            gap = _gap(match[1], len(gaps) + 1, numeric)
            gaps.append(gap)
            pieces.append(f"{{{{{gap['id']}}}}}")
        at = match.end()
    if not gaps:
        raise Refused("no tiene huecos: van en el texto entre llaves dobles, «{{respuesta}}»")
    return {"text": "".join([*pieces, text[at:]]), "gaps": gaps}


def _gap(inner: str, place: int, numeric: Callable[[str], Document]) -> Document:
    head, double, rest = _head(inner)
    gap: Document = {"id": f"h{place}"}
    extra: Document = _settings(head, gap) if double else {}
    parts = [part.strip() for part in split(rest, "|")]
    if len(parts) > 1 and parts[-1].startswith("##"):
        extra["feedback"] = unescaped(parts.pop()[2:])
    if not any(parts):
        raise Refused(f"el hueco {place} está vacío")
    read = [_part(part) for part in parts]
    if any(mark == "*" for mark, _ in read):
        gap["kind"] = "chosen"
        gap["options"] = [
            entry | ({"correct": True} if mark == "*" and "grade" not in entry else {}) for mark, entry in read
        ]
    elif read[0][0] == "=":
        gap["kind"] = "numeric"
        gap["answers"] = [numeric(entry.pop("text")) | entry for _, entry in read]
    else:
        gap["kind"] = "typed"
        gap["answers"] = [entry for _, entry in read]
    return gap | extra


def _head(inner: str) -> tuple[str, str, str]:
    """What stands before the first "::", which belongs to no text: there colons are escaped."""
    at = 0
    for piece in _PIECE.finditer(inner):
        if piece[0] == ":" and inner[piece.end() : piece.end() + 1] == ":":
            at = piece.start()
            return inner[:at], "::", inner[at + 2 :]
    return "", "", inner


def _settings(head: str, gap: Document) -> Document:
    """The id goes into `gap`; what else is set is returned."""
    found: Document = {}
    for number, part in enumerate(split(head, ",")):
        said = part.strip()
        if match := _WEIGHT.fullmatch(said):
            found["weight"] = int(match[1])
        elif said in {"mayúsculas", "case"}:
            found["case"] = True
        elif said in {"acentos", "accents"}:
            found["accents"] = True
        elif said == "unidad obligatoria":
            found["unit"] = "required"
        elif said.startswith("unidad "):
            found.setdefault("units", []).append(read_unit(unescaped(said.removeprefix("unidad "))))
        elif number == 0 and _ID.fullmatch(said):
            gap["id"] = said
        elif said:
            raise Refused(f"«{said[:40]}» no dice nada de un hueco; puede ser: peso 2, mayúsculas, acentos, unidad m=1")
    return found


def _part(part: str) -> tuple[str, Document]:
    """The mark of an answer, and its text with what it is worth and what is said of it."""
    mark = part[:1] if part[:1] in {"*", "="} else ""
    body, *feedback = split(part[len(mark) :], "#")
    text, *share = split(body, "@")
    entry: Document = {"text": unescaped(text)}
    if share:
        entry["grade"] = unescaped("@".join(share))
    if feedback and (said := unescaped("#".join(feedback))):
        entry["feedback"] = said
    return mark, entry


def write_gaps(document: Document, numeric: Callable[[Document], str]) -> str:
    """The inverse of `read_gaps`. Raises: ValueError for a place that a backslash stands before."""
    gaps = {gap["id"]: gap for gap in document["gaps"]}
    text, pieces, at = document["text"], [], 0
    for match in PLACE.finditer(text):
        if text[: match.start()].endswith("{"):
            raise ValueError("a brace before a gap")
        pieces += [text[at : match.start()].replace("{{", _LITERAL), _written(gaps[match[1]], numeric)]
        at = match.end()
    return "".join([*pieces, text[at:].replace("{{", _LITERAL)])


def _written(gap: Document, numeric: Callable[[Document], str]) -> str:
    settings = [gap["id"]] + ([f"peso {gap['weight']}"] if "weight" in gap else [])
    settings += [word for key, word in (("case", "mayúsculas"), ("accents", "acentos")) if gap.get(key)]
    settings += ["unidad obligatoria"] if gap.get("unit") == "required" else []
    settings += [f"unidad {escaped(write_unit(unit), ',' + _SIGNS)}" for unit in gap.get("units", ())]
    parts = []
    for entry in gap.get("options") or gap["answers"]:
        mark = "=" if gap["kind"] == "numeric" else ""
        grade = entry.get("grade")
        if gap["kind"] == "chosen":
            mark = "*" if entry.get("correct") else ""
        text = numeric(entry) if gap["kind"] == "numeric" else entry["text"]
        said = f"{mark}{escaped(text, _SIGNS)}" + (f"@{grade}" if grade is not None else "")
        parts.append(said + (f"#{escaped(entry['feedback'], _SIGNS)}" if entry.get("feedback") else ""))
    if gap.get("feedback"):
        parts.append(f"##{escaped(gap['feedback'], _SIGNS)}")
    return f"{{{{{', '.join(settings)}::{'|'.join(parts)}}}}}"


def read_unit(text: str) -> Document:
    """ "cm = 0,01"; a name by itself is the unit of numbers without one."""
    name, sign, factor = text.rpartition("=")
    return {"name": name.strip(), "factor": factor.strip()} if sign else {"name": text.strip(), "factor": "1"}


def write_unit(unit: dict[str, Any]) -> str:
    return f"{unit['name']}={unit['factor']}"
