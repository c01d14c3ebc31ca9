"""A numeric question as its author writes it. Also for the numeric gaps of a text."""

from __future__ import annotations

from fractions import Fraction

from lms.assessment.types.base import MAX_FEEDBACK, Body, Document
from lms.assessment.types.numbers import exact, spread, unit_key
from lms.assessment.types.shares import read_share, share_text
from lms.kit.content import Reader

MAX_ANSWERS = 20
MAX_UNITS = 20
UNIT = ("optional", "required")


def load(reader: Reader) -> Body:
    """The accepted answers, the units and the feedback for every other answer."""
    return {**load_numbers(reader), "feedback": reader.advised("feedback", max_length=MAX_FEEDBACK)}


def load_numbers(reader: Reader) -> Body:
    """What a numeric question and a numeric gap share; "units" and "unit" only where they were written."""
    readers = reader.maps("answers")
    if len(readers) > MAX_ANSWERS:
        reader.error("answers", f"hay {len(readers)} respuestas; el máximo es {MAX_ANSWERS}")
    answers = [_answer(each) for each in readers]
    if answers and not any(answer["grade"] == "1" for answer in answers):
        reader.error("answers", "ninguna respuesta vale 1: no habría manera de acertar")
    body: Body = {"answers": answers}
    units = [_unit(each) for each in reader.maps("units", required=False)]
    required = reader.choice("unit", UNIT, default="optional") == "required"
    if units:
        _check_units(reader, units, required)
        body["units"] = units
    elif required:
        reader.error("unit", "«unit: required» sin «units»: no hay ninguna unidad")
    return body | ({"unit": "required"} if required else {})


def _answer(reader: Reader) -> Body:
    if "low" in reader or "high" in reader:
        answer = {end: _number(reader, end) for end in ("low", "high")}
        low, high = (exact(answer[end]) for end in ("low", "high"))
        if low is not None and high is not None and low > high:
            reader.error("low", f"«low: {answer['low']}» es mayor que «high: {answer['high']}»")
    else:
        answer = {"value": _number(reader, "value"), "tolerance": _tolerance(reader)}
    share = read_share(reader, "grade", default=Fraction(1))
    feedback = reader.text("feedback", required=False, max_length=MAX_FEEDBACK)
    reader.finish()
    return {**answer, "grade": share_text(share), "feedback": feedback}


def _number(reader: Reader, key: str) -> str:
    text = reader.text(key, max_length=60)
    if text and exact(text) is None:
        reader.error(key, f"«{key}: {text}» no es un número: «3.14», «3,14» o «22/7»")
    return text


def _tolerance(reader: Reader) -> str:
    text = reader.text("tolerance", required=False, max_length=60)
    if text and spread(text, Fraction(1)) is None:
        reader.error("tolerance", f"«tolerance: {text}» tiene que ser un número («0.01») o una parte del valor («5%»)")
    return text


def _unit(reader: Reader) -> Body:
    name, factor = reader.text("name", max_length=20), reader.text("factor", max_length=60)
    value = exact(factor) if factor else None
    if factor and (value is None or value <= 0):
        reader.error("factor", f"«factor: {factor}» tiene que ser un número mayor que cero")
    if name and (name[0].isdigit() or name[0] in ".,+-"):
        reader.error("name", f"«name: {name}»: una unidad no empieza como un número")
    reader.finish()
    return {"name": name, "factor": factor}


def _check_units(reader: Reader, units: list[Body], required: bool) -> None:
    if len(units) > MAX_UNITS:
        reader.error("units", f"hay {len(units)} unidades; el máximo es {MAX_UNITS}")
    names = [unit["name"] for unit in units]
    if len({unit_key(name) for name in names}) < len(names) and len(set(names)) < len(names):
        reader.error("units", "una unidad está dos veces")
    if not required and not any(exact(unit["factor"]) == 1 for unit in units):
        reader.error("units", "falta la unidad de «factor: 1», que es la de un número sin unidad")


def dump(body: Body) -> Document:
    """The inverse of `load`."""
    return dump_numbers(body) | ({"feedback": body["feedback"]} if body["feedback"] else {})


def dump_numbers(body: Body) -> Document:
    """The inverse of `load_numbers`."""
    answers = []
    for each in body["answers"]:
        document = {key: each[key] for key in ("value", "tolerance", "low", "high") if each.get(key)}
        document |= {} if each["grade"] == "1" else {"grade": each["grade"]}
        answers.append(document | ({"feedback": each["feedback"]} if each["feedback"] else {}))
    document = {"answers": answers}
    document |= {"units": [dict(unit) for unit in body["units"]]} if "units" in body else {}
    return document | ({"unit": body["unit"]} if "unit" in body else {})
