"""The question types of Moodle that we hold, each from its element to the part of a document that only its type has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.choices import Option, choice_document, share_of_percent
from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.answers import MAX_PARTS, add_pair, literal, matching_document, number_range
from lms.assessment.formats.moodle.cloze import Gaps
from lms.assessment.formats.moodle.selected import selected
from lms.assessment.formats.moodle.texts import Texts, bare_of, format_of, plain_of, raw_of
from lms.assessment.formats.xml_tree import Element
from lms.assessment.types.base import folded
from lms.assessment.types.numbers import exact
from lms.assessment.types.shares import share_text


@dataclass
class Notes:
    """What is told of one question, and what is told once for all that have it."""

    own: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)


Kind = Callable[[Element, Texts, Notes], Document]


def _answers(question: Element) -> list[Element]:
    found = question.all("answer")
    if len(found) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} respuestas")
    return found


def _share(answer: Element) -> Fraction:
    return share_of_percent(answer.attributes.get("fraction", "0").strip() or "0")


def _multichoice(question: Element, texts: Texts, notes: Notes) -> Document:
    options = [
        Option(texts.of(answer), _share(answer), texts.of(answer.child("feedback"))) for answer in _answers(question)
    ]
    found = choice_document(options, single=question.flag("single", default=True))
    notes.own += found.notes
    return found.document


def _all_or_nothing(question: Element, texts: Texts, notes: Notes) -> Document:  # noqa: ARG001 - as the others
    """The plugin multichoiceset: everything right or nothing."""
    options = []
    for answer in _answers(question):
        entry: Document = {"text": texts.of(answer)} | ({"correct": True} if _share(answer) > 0 else {})
        feedback = texts.of(answer.child("feedback"))
        options.append(entry | ({"feedback": feedback} if feedback else {}))
    right = sum("correct" in each for each in options)
    if not right:
        raise Refused("ninguna opción está marcada como correcta")
    return {"type": "single" if right == 1 else "multiple", "options": options}


def _true_false(question: Element, texts: Texts, notes: Notes) -> Document:  # noqa: ARG001 - as the others
    answers = {raw_of(answer).strip().lower(): answer for answer in _answers(question)}
    shares = {said: _share(answer) for said, answer in answers.items() if said in {"true", "false"}}
    right = [said for said, share in shares.items() if share > 0]
    if len(right) != 1:
        raise Refused("no dice cuál de las dos respuestas, «true» o «false», es la correcta")
    document: Document = {"type": "true_false", "answer": right[0] == "true"}
    wrong = "false" if right[0] == "true" else "true"
    feedback = texts.of(answers[wrong].child("feedback")) if wrong in answers else ""
    praise = texts.of(answers[right[0]].child("feedback"))
    document |= {"feedback": feedback} if feedback else {}
    return document | ({"when_right": praise} if praise else {})


def _short(question: Element, texts: Texts, notes: Notes) -> Document:
    answers: list[Document] = []
    other, seen = "", set[str]()
    case = question.flag("usecase", default=False)
    for answer in _answers(question):
        share, text, feedback = _share(answer), literal(bare_of(answer)), texts.of(answer.child("feedback"))
        key = text if case else folded(text)
        if text == "*" and share == 0:
            other = feedback
        elif not text or share < 0:
            raise Refused("una respuesta quita puntos" if text else "una respuesta está vacía")
        elif key in seen:
            notes.own.append(f"la respuesta «{text[:60]}» está dos veces: cuenta la primera")
        else:
            seen.add(key)
            answers.append(_graded({"text": text}, share, feedback))
    document: Document = {"type": "short_text", "answers": _some_right(answers)} | ({"case": True} if case else {})
    return document | {"accents": True} | ({"feedback": other} if other else {})


def _graded(answer: Document, share: Fraction, feedback: str) -> Document:
    answer |= {} if share == 1 else {"grade": share_text(share)}
    return answer | ({"feedback": feedback} if feedback else {})


def _some_right(answers: list[Document]) -> list[Document]:
    if not answers:
        raise Refused("no tiene ninguna respuesta")
    if all("grade" in answer for answer in answers):
        raise Refused("ninguna respuesta vale 100%")
    return answers


def _numerical(question: Element, texts: Texts, notes: Notes) -> Document:
    answers: list[Document] = []
    other, common = "", question.value("tolerance")
    for answer in _answers(question):
        share, text, feedback = _share(answer), bare_of(answer), texts.of(answer.child("feedback"))
        if text == "*":
            other = feedback or other
            continue
        if share < 0:
            raise Refused("una respuesta quita puntos")
        tolerance = answer.value("tolerance") or common
        answers.append(_graded(number_range(f"{text}:{tolerance}" if tolerance else text), share, feedback))
    document: Document = {"type": "numeric", "answers": _some_right(answers)}
    document |= {"feedback": other} if other else {}
    units = _units(question, notes)
    if units:
        document["units"] = units
        if question.value("unitgradingtype") in {"1", "2"}:
            document["unit"] = "required"
        if document.get("unit") and exact(question.value("unitpenalty") or "0.1") != 1:
            notes.common.append(
                "sin unidad una respuesta numérica no da puntos: la penalización por unidad no se guarda"
            )
    return document


def _units(question: Element, notes: Notes) -> list[Document]:
    holder = question.child("units")
    found: list[Document] = []
    for unit in holder.all("unit") if holder else []:
        name, multiplier = unit.value("unit_name"), exact(unit.value("multiplier") or "1")
        if not name or multiplier is None or multiplier <= 0:
            notes.own.append(f"la unidad «{name[:40]}» no se toma: no tiene nombre o multiplicador")
            continue
        # Moodle multiplies the right answer by it, we the answer that was given.
        found.append({"name": name, "factor": str(_snapped(1 / multiplier))})
    return found


def _snapped(factor: Fraction) -> Fraction:
    """A factor that was written with twelve digits, as the simple fraction that it was."""
    near = factor.limit_denominator(10_000)
    return near if abs(near - factor) <= factor / 10**9 else factor


def _matching(question: Element, texts: Texts, notes: Notes) -> Document:
    pairs: list[Document] = []
    distractors: list[str] = []
    found = question.all("subquestion")
    if len(found) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} pares")
    for each in found:
        add_pair({"left": texts.of(each), "right": bare_of(each.child("answer"))}, pairs, distractors, notes.own)
    return matching_document(pairs, distractors)


def _essay(question: Element, texts: Texts, notes: Notes) -> Document:
    document: Document = {"type": "open"}
    if model := texts.of(question.child("graderinfo")):
        document["model"] = model
    for key, tag in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        said = question.value(tag)
        if said.isdigit() and int(said[:9]):
            document[key] = int(said[:9])
    if texts.of(question.child("responsetemplate")):
        notes.common.append("el texto con que empieza la respuesta de una pregunta abierta no se toma")
    if question.value("attachments") not in {"", "0"}:
        notes.common.append("los archivos que se adjuntan a una respuesta abierta no se toman")
    return document


_BY_PAIRS = "RELATIVE_ALL_PREVIOUS_AND_NEXT"


def _ordering(question: Element, texts: Texts, notes: Notes) -> Document:  # noqa: ARG001 - as the others
    items = [plain_of(answer) for answer in _answers(question)]
    if len(items) < 2:
        raise Refused("tiene menos de dos elementos para ordenar")
    if not all(items):
        raise Refused("un elemento para ordenar está vacío o no es un texto")
    grading = question.value("gradingtype").upper()
    if grading in {"ALL_OR_NOTHING", "-1"}:
        return {"type": "ordering", "items": items}
    if grading not in {_BY_PAIRS, "4"}:
        notes.common.append("una pregunta de ordenar que daba puntos por partes los da por pares en orden")
    return {"type": "ordering", "items": items, "scoring": "pairs"}


def _cloze(question: Element, texts: Texts, notes: Notes) -> Document:
    element = question.child("questiontext") or question
    gaps = Gaps(raw_of(element), notes.own)
    return gaps.document(texts.convert(gaps.text, format_of(element), element))


def _selected(question: Element, texts: Texts, notes: Notes) -> Document:  # noqa: ARG001 - as the others
    element = question.child("questiontext") or question
    gaps = selected(question, raw_of(element))
    return gaps.document(texts.convert(gaps.text, format_of(element), element))


KINDS: dict[str, Kind] = {
    "multichoice": _multichoice,
    "multichoiceset": _all_or_nothing,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "essay": _essay,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _selected,
    "ddwtos": _selected,
}
OTHERS = {
    "calculated": "calculada, con números al azar",
    "calculatedsimple": "calculada, con números al azar",
    "calculatedmulti": "calculada de opciones, con números al azar",
    "ddmarker": "marcadores que se arrastran sobre una imagen",
    "ddimageortext": "textos o imágenes que se arrastran sobre una imagen",
    "randomsamatch": "unir respuestas breves elegidas al azar",
    "random": "una pregunta al azar",
    "missingtype": "de un tipo que ya faltaba donde se exportó",
    "recordrtc": "grabación de audio o video",
    "coderunner": "programación",
    "stack": "matemática con STACK",
    "geogebra": "GeoGebra",
    "wordselect": "elegir palabras de un texto",
    "gapfill": "huecos del complemento «gapfill»",
    "kprime": "complemento «kprime»",
    "mtf": "verdadero o falso de varias filas",
    "regexp": "respuesta breve con expresiones regulares",
    "poodllrecording": "grabación",
}
"""Types that we do not hold, and what they are for a person."""
