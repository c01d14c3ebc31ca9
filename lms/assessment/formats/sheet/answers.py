"""What a row says of its answers, by type."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.sheet.marks import read_gaps, read_list, read_rubric, read_unit, split, unescaped
from lms.assessment.formats.sheet.table import Row
from lms.assessment.formats.sheet.words import (
    CHOICE,
    OPTION,
    PAIR,
    REMARK,
    SHARE,
    label_of,
    meaning,
    plain,
    true_or_false,
    yes_or_no,
)
from lms.assessment.types.base import folded
from lms.assessment.types.numbers import exact
from lms.assessment.types.shares import parse_share

_DECORATED = re.compile(r"(?:opci[oó]n|option|op[cç][aã]o)?\s*\(?\s*([A-Za-z]|[0-9]{1,2})\s*[).:]?\s*", re.IGNORECASE)
# None of them takes the blanks around it: over a long run of blanks that would be tried from each one.
_TOLERANCE = re.compile(r"±|\+/-|\+-")
_RANGE = re.compile(r"\.\.+|…|\s(?:a|to|hasta|até)\s")
_PAIRED = re.compile(r"->|→|=>")
_MOST_LABEL = 30
"""Signs of what may be the name of an option."""
STEM = "Completar el texto."


def kind_of(row: Row, options: dict[int, str]) -> str:
    """The type of a question: what its cell says, or what its other cells can only be. Raises: Refused."""
    if row["type"] and plain(row["type"]) not in CHOICE:
        return meaning("type", row["type"])
    if row.numbered(PAIR):
        return "matching"
    if row["text"] or "{{" in row["stem"]:
        return "gaps"
    if options:
        words = [true_or_false(text) for text in options.values()]
        if len(options) == 2 and None not in words and len(set(words)) == 2:
            return "true_false"
        return "multiple" if len(_right(row, options)) > 1 else "single"
    return _without_options(row)


def _without_options(row: Row) -> str:
    if row["rubric"] or row["model"]:
        return "open"
    if not row["answer"]:
        raise Refused("no tiene respuesta ni opciones; si es abierta, escribir «abierta» en la columna «tipo»")
    if true_or_false(row["answer"]) is not None and exact(row["answer"]) is None:
        return "true_false"
    return "numeric" if all(map(_is_number, _several(row["answer"]))) else "short_text"


def options_of(row: Row) -> dict[int, str]:
    """The options by the number of their column; those of one cell are counted."""
    found = row.numbered(OPTION)
    if not found and row["options"]:
        found = dict(enumerate(read_list(row["options"])))
    return found


def own_of(kind: str, row: Row, options: dict[int, str]) -> Document:
    """The keys that only the type has. Raises: Refused."""
    return _OWN[kind](row, options)


def share_of(text: str) -> Fraction:
    """The share in "1/2", "50%", "0,5"; a number above 1 is a percentage. Raises: Refused."""
    try:
        share = parse_share(text)
        share = parse_share(f"{text}%") if abs(share) > 1 and "/" not in text and "%" not in text else share
    except ValueError:
        raise Refused(f"«valor: {text[:40]}» tiene que ser una parte: «1/2», «50%» o «0,5»") from None
    if abs(share) > 1:
        raise Refused(f"«valor: {text[:40]}» está fuera de -100% a 100%")
    return share


def _several(cell: str) -> list[str]:
    """The accepted answers of a cell, apart by lines, semicolons or strokes."""
    return [each for part in split(cell, "\n|;") if (each := unescaped(part))]


def _labels(token: str) -> int | None:
    match = _DECORATED.fullmatch(token) if len(token) <= _MOST_LABEL else None
    if match is None:
        return None
    said = match[1].upper()
    return int(said) - 1 if said.isdigit() else string.ascii_uppercase.index(said)


def _right(row: Row, options: dict[int, str]) -> set[int]:
    """The numbers of the right options. Raises: Refused."""
    answer = row["answer"]
    if not answer:
        return {index for index, share in row.numbered(SHARE).items() if share_of(share) > 0}
    texts: dict[str, int] = {}
    for index, text in options.items():
        texts.setdefault(folded(text), index)
    label, same = _labels(answer), texts.get(folded(answer))
    label = label if label in options else None
    if label is not None and same is not None and label != same:
        raise Refused(
            f"«{answer[:40]}» es el texto de la opción {label_of(same)} y también el nombre de la opción {label_of(label)}: "
            "no se sabe cuál es la correcta; usar las columnas «valor»"
        )
    if one := {each for each in (label, same) if each is not None}:
        return one
    parts = [part.strip() for part in re.split(r"[,;/|\n]|\s(?:[ye&]|and)\s", answer) if part.strip()]
    found = {_labels(part) for part in parts}
    if found <= options.keys() and None not in found:
        return {each for each in found if each is not None}
    if re.fullmatch(r"[A-Z]{2,20}", answer) and {_labels(sign) for sign in answer} <= options.keys():
        return {string.ascii_uppercase.index(sign) for sign in answer}
    for sign in ("\n", "|", ";", ","):
        named = [texts.get(folded(part)) for part in answer.split(sign) if part.strip()]
        if named and None not in named:
            return {each for each in named if each is not None}
    raise Refused(f"«correcta: {answer[:60]}» no es ninguna opción: escribir su letra (A, B...) o su texto")


def _choice(row: Row, options: dict[int, str]) -> Document:
    if not options:
        raise Refused("no tiene opciones: van en las columnas «opción A», «opción B»...")
    shares = {index: share_of(text) for index, text in row.numbered(SHARE).items()}
    scoring = meaning("scoring", row["scoring"]) if row["scoring"] else ""
    weighted = scoring == "weights" or (not scoring and not row["answer"] and not set(shares.values()) <= {0, 1})
    right = set() if weighted else _right(row, options)
    if not weighted and not right:
        raise Refused("no dice cuál es la opción correcta (columna «correcta»)")
    remarks = row.numbered(REMARK)
    found = []
    for index, text in options.items():
        option: Document = {"text": text}
        if weighted:
            option |= {"grade": str(shares[index])} if shares.get(index) else {}
        elif index in right:
            option["correct"] = True
        found.append(option | ({"feedback": remarks[index]} if index in remarks else {}))
    document: Document = {"options": found}
    return document | (
        {"scoring": "weights"} if weighted else {"scoring": scoring} if scoring not in {"", "all"} else {}
    )


def _multiple(row: Row, options: dict[int, str]) -> Document:
    found = _choice(row, options)
    right = sum(bool(option.get("correct")) for option in found["options"])
    if right < 2 and found.get("scoring") != "weights":
        raise Refused("«múltiple» tiene dos opciones correctas o más, y la fila dice una: revisar «tipo» o «correcta»")
    return found


def _single(row: Row, options: dict[int, str]) -> Document:
    found = _choice(row, options)
    if (right := sum(bool(option.get("correct")) for option in found["options"])) > 1:
        raise Refused(f"«única» tiene una sola opción correcta, y la fila dice {right}: revisar «tipo» o «correcta»")
    return {key: value for key, value in found.items() if key != "scoring" or value == "weights"}


def _true_false(row: Row, options: dict[int, str]) -> Document:
    said = true_or_false(row["answer"])
    if (label := _labels(row["answer"])) is not None and label in options:
        said = true_or_false(options[label])
    if said is None:
        raise Refused(f"«correcta: {row['answer'][:40]}» tiene que ser «verdadero» o «falso»")
    return {"answer": said} | _feedback(row)


def _matching(row: Row, options: dict[int, str]) -> Document:
    rights, remarks = row.numbered(PAIR), row.numbered(REMARK)
    pairs, distractors = [], []
    for index in sorted({*options, *rights}):
        left, right = options.get(index, ""), rights.get(index, "")
        if not right and len(halves := _PAIRED.split(left, maxsplit=1)) == 2:
            left, right = halves[0].strip(), halves[1].strip()
        if not right:
            raise Refused(f"la opción {label_of(index)} no tiene pareja (columna «pareja {label_of(index)}»)")
        if not left:
            distractors.append(right)
            continue
        pairs.append({"left": left, "right": right} | ({"feedback": remarks[index]} if index in remarks else {}))
    if not pairs:
        raise Refused("no tiene parejas: van en las columnas «opción A» y «pareja A», «opción B» y «pareja B»...")
    return {"pairs": pairs} | ({"distractors": distractors} if distractors else {})


def _ordering(row: Row, options: dict[int, str]) -> Document:
    items = options
    if row["answer"] and options:
        order = [_labels(part.strip()) for part in re.split(r"[,;\s>|-]+", row["answer"][:400]) if part.strip()]
        if sorted(order, key=str) != sorted(options, key=str):
            raise Refused(f"«correcta: {row['answer'][:40]}» tiene que nombrar cada opción una vez, en su orden")
        items = {index: options[index] for index in order if index is not None}
    elif row["answer"]:
        items = dict(enumerate(_several(row["answer"])))
    if not items:
        raise Refused("no tiene elementos: van en su orden en las columnas «opción A», «opción B»...")
    scoring = meaning("scoring", row["scoring"]) if row["scoring"] else "exact"
    return (
        {"items": list(items.values())}
        | ({"scoring": scoring} if scoring not in {"exact", "all"} else {})
        | _feedback(row)
    )


def number_answer(text: str) -> Document:
    """An accepted number: "12", "12 ± 0,5", "10..12"."""
    value, *tolerance = _TOLERANCE.split(text, maxsplit=1)
    if tolerance:
        return {"value": value.strip(), "tolerance": tolerance[0].strip()}
    ends = _RANGE.split(text, maxsplit=1)
    if len(ends) == 2 and exact(ends[0]) is not None and exact(ends[1]) is not None:
        return {"low": ends[0].strip(), "high": ends[1].strip()}
    return {"value": text.strip()}


def _is_number(text: str) -> bool:
    answer = number_answer(text)
    return "low" in answer or exact(answer["value"]) is not None


def number_text(answer: Document) -> str:
    """The inverse of `number_answer`."""
    if "low" in answer:
        return f"{answer['low']}..{answer['high']}"
    return f"{answer['value']} ± {answer['tolerance']}" if answer.get("tolerance") else str(answer["value"])


def _accepted(row: Row, options: dict[int, str], read: Callable[[str], Document]) -> list[Document]:
    """The answer that stands by itself, and those with what they are worth and what is said of them."""
    shares, remarks = row.numbered(SHARE), row.numbered(REMARK)
    found = [read(text) for text in _several(row["answer"])]
    for index, text in options.items():
        share = share_of(shares[index]) if index in shares else Fraction(1)
        found.append(
            read(text)
            | ({} if share == 1 else {"grade": str(share)})
            | ({"feedback": remarks[index]} if index in remarks else {})
        )
    if not found:
        raise Refused("no dice la respuesta (columna «correcta»)")
    return found


def _numeric(row: Row, options: dict[int, str]) -> Document:
    answers = _accepted(row, options, number_answer)
    if row["tolerance"]:
        answers = [{"tolerance": row["tolerance"], **each} if "value" in each else each for each in answers]
    document: Document = {"answers": answers}
    if row["units"]:
        document["units"] = [read_unit(each) for each in read_list(row["units"])]
    if row["unit"] and yes_or_no("unit", row["unit"]):
        document["unit"] = "required"
    return document | _feedback(row)


def _short_text(row: Row, options: dict[int, str]) -> Document:
    document: Document = {"answers": _accepted(row, options, lambda text: {"text": text})}
    document |= {key: True for key in ("case", "accents") if row[key] and yes_or_no(key, row[key])}
    return document | _feedback(row)


def _gaps(row: Row, options: dict[int, str]) -> Document:  # noqa: ARG001 - as the others
    return read_gaps(row["text"] or row["stem"], number_answer)


def _open(row: Row, options: dict[int, str]) -> Document:  # noqa: ARG001 - as the others
    document: Document = {"rubric": read_rubric(row["rubric"])} if row["rubric"] else {}
    document |= {"model": row["model"]} if row["model"] else {}
    for key in ("min_words", "max_words", "reviewers"):
        if row[key]:
            document[key] = int(row[key]) if re.fullmatch(r"[0-9]{1,6}", row[key]) else row[key]
    return document


def _feedback(row: Row) -> Document:
    return {"feedback": row["feedback"]} if row["feedback"] else {}


_OWN: dict[str, Callable[[Row, dict[int, str]], Document]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "short_text": _short_text,
    "gaps": _gaps,
    "open": _open,
}
