"""Items of QTI 1.2 with several answers: pairs, categories, and texts with gaps (`[name]`, or where they stand)."""

from __future__ import annotations

import re
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.answers import MAX_PARTS, add_pair, matching_document, number_range
from lms.assessment.formats.markdown_text import escaped
from lms.assessment.formats.moodle.cloze import name_of
from lms.assessment.formats.qti.gapped import WrittenGaps, whole_numbers
from lms.assessment.formats.qti.interactions import PLACE
from lms.assessment.formats.qti.messages import Probe, sort_messages
from lms.assessment.formats.qti.nodes import as_html, first, words
from lms.assessment.formats.qti.typed import text_literal
from lms.assessment.formats.qti.version1 import Item1, labels, material
from lms.assessment.formats.qti.version1_scoring import numeric_ranges
from lms.assessment.formats.xml_tree import Element
from lms.assessment.types.gaps.document import MAX_GAPS
from lms.assessment.types.shares import share_text

_CHOSEN = frozenset(["dropdown", "wordbank"])


def several_document(item: Item1, kind: str) -> Document:
    """A question with several answers, by its kind in the words of Canvas. Raises: Refused."""
    if not item.responses:
        raise Refused("no tiene respuestas")
    if len(item.responses) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} respuestas")
    if kind == "matching_question":
        return _matching(item)
    return _categories(item) if kind == "categorization_question" else _gaps(item, kind)


def _comments(item: Item1, whole: dict[str, list[str]]) -> Document:
    """What is shown for everything right, for one part of it, for nothing right."""
    best = item.scoring.score(whole)
    wrong = {name: ["\0"] for name in whole}
    probes = [Probe(frozenset(["x"]), Fraction(1), best.shown)]
    for name in whole if len(whole) > 1 else ():
        partly = item.scoring.score(whole | {name: ["\0"]})
        probes.append(Probe(frozenset([f"not {name}"]), Fraction(1, 2), partly.shown))
    probes.append(Probe(frozenset(["z"]), Fraction(0), item.scoring.score(wrong).shown))
    named = {at: each for at, each in item.named().items() if each[0]}
    found = sort_messages(named, probes, [])
    item.notes += found.notes
    return dict(found.document)


def _right_of(item: Item1, name: str) -> list[str]:
    found = [each.text for each in item.scoring.equals() if each.name == name and not each.denied and each.points > 0]
    return list(dict.fromkeys(found))


def _matching(item: Item1) -> Document:
    pairs: list[Document] = []
    distractors: list[str] = []
    whole: dict[str, list[str]] = {}
    for response in item.responses:
        name, texts = response.attributes.get("ident", ""), dict(labels(response))
        right = [key for key in _right_of(item, name) if key in texts]
        left = _label(item, response)
        if right and not left and not item.texts.plain(texts[right[0]], material):
            item.notes.append("los pares vacíos no se toman")
            continue
        if not right:
            raise Refused(f"no dice qué va con «{left[:60]}»")
        whole[name] = right[:1]
        pair: Document = {"left": left, "right": item.texts.plain(texts[right[0]], material)}
        add_pair(pair, pairs, distractors, item.notes)
        for key, element in texts.items():
            said = item.texts.plain(element, material)
            if key not in right and said and said not in distractors:
                distractors.append(said)
    return matching_document(pairs, distractors) | _comments(item, whole)


def _label(item: Item1, response: Element) -> str:
    return "\n\n".join(text for each in response.all("material") if (text := item.texts.of(each, material)))


def _categories(item: Item1) -> Document:
    """Each thing goes with its category: that is the right side."""
    pairs: list[Document] = []
    whole: dict[str, list[str]] = {}
    lost = False
    for response in item.responses:
        name, texts = response.attributes.get("ident", ""), dict(labels(response))
        holder = response.child("material")
        category = item.texts.plain(holder, material) if holder is not None else ""
        right = [key for key in _right_of(item, name) if key in texts]
        whole[name] = right
        for key in right:
            add_pair({"left": item.texts.of(texts[key], material), "right": category}, pairs, [], item.notes)
        lost = lost or len(right) < len(texts)
    used = {pair["left"] for pair in pairs}
    if any(item.texts.of(each, material) not in used for response in item.responses for _, each in labels(response)):
        item.notes.append("los elementos que no van en ninguna categoría no se toman")
    return matching_document(pairs, []) | _comments(item, whole)


def _gaps(item: Item1, kind: str) -> Document:
    if len(item.responses) > MAX_GAPS:
        raise Refused(f"tiene {len(item.responses)} huecos; el máximo es {MAX_GAPS}")
    made: list[Document] = []
    whole: dict[str, list[str]] = {}
    for at, response in enumerate(item.responses):
        name = response.attributes.get("ident", "")
        if response.tag == "response_lid":
            own, right = _listed(item, response, kind)
        else:
            own, right = _typed(item, response)
        whole[name] = [right]
        made.append({"id": name_of(at)} | own)
    best = item.scoring.score(whole).score
    worth = [
        best - item.scoring.score({key: value for key, value in whole.items() if key != name}).score for name in whole
    ]
    if len(worth) == len(made) and best > 0 and all(each > 0 for each in worth):
        for gap, weight in zip(
            made,
            whole_numbers([each.limit_denominator(20) if each.denominator > 1 else each for each in worth]),
            strict=True,
        ):
            gap.update({"weight": weight} if weight > 1 else {})
    text = item.texts.html(_with_places(item))
    return WrittenGaps(made).document(text) | _comments(item, whole)


def _with_places(item: Item1) -> str:
    """The text as HTML with a mark at the place of each gap. Raises: Refused where a gap has none."""
    places = {id(each): PLACE.format(at) for at, each in enumerate(item.responses)}
    listed = all(each.tag == "response_lid" for each in item.responses)

    def put(element: Element) -> str | None:
        if id(element) in places:
            return "" if listed else places[id(element)]
        if element.tag in {"flow", "material"}:
            return f"{as_html(element, put)} "
        return material(element)

    holder = item.element.child("presentation")
    text = as_html(holder, put) if holder is not None else ""
    if not listed:
        return text
    for at, response in enumerate(item.responses):
        name = response.attributes.get("ident", "").removeprefix("response_")
        marker = re.compile(r"\[\s*" + re.escape(name) + r"\s*\]")
        text, count = marker.subn(PLACE.format(at), text, count=1)
        if not count:
            raise Refused(f"el texto no tiene el hueco «[{name[:60]}]»")
    return text


def _listed(item: Item1, response: Element, kind: str) -> tuple[Document, str]:
    """A gap whose answers stand in a list: to choose from, or all of them accepted."""
    texts = [(key, each, words(each).strip()) for key, each in labels(response)]
    kinds = {each.attributes.get("answer_type", "").lower() for _, each, _ in texts}
    name = response.attributes.get("ident", "")
    right = [key for key in _right_of(item, name) if key in {key for key, _, _ in texts}]
    if kind == "multiple_dropdowns_question" or kinds & _CHOSEN:
        if not right:
            raise Refused(f"no dice qué opción del hueco «{name.removeprefix('response_')[:60]}» es correcta")
        options: list[Document] = []
        for key, each, _ in texts:
            said = escaped(item.texts.plain(each, material))
            options.append({"text": said} | ({"correct": True} if key in right else {}))
        if len(options) < 2:
            raise Refused("un hueco tiene una sola opción; tienen que ser dos o más")
        return {"kind": "chosen", "options": options}, right[0]
    answers: dict[str, Document] = {}
    for _, each, _ in texts:
        said = item.texts.plain(each, material)
        if said:
            answers.setdefault(said.casefold(), {"text": _pattern(item, each, said)})
    if not answers:
        raise Refused("un hueco no tiene ninguna respuesta")
    return {"kind": "typed", "answers": list(answers.values()), "accents": True}, (right or [texts[0][0]])[0]


def _pattern(item: Item1, label: Element, said: str) -> str:
    """The accepted answer by the way in which the program compares it."""
    how = label.attributes.get("scoring_algorithm", "").lower()
    if "regex" in how:
        raise Refused(f"acepta respuestas por el patrón «{said[:60]}», que no se puede representar")
    if "closeenough" in how:
        item.notes.append("respuestas con errores de tecleo ya no se aceptan")
    return f"*{text_literal(said)}*" if "contains" in how else text_literal(said)


def _typed(item: Item1, response: Element) -> tuple[Document, str]:
    name = response.attributes.get("ident", "")
    fib = first(response, "render_fib")
    if response.tag == "response_num" or (
        fib is not None and fib.attributes.get("fibtype", "") in {"Integer", "Decimal"}
    ):
        ranges = numeric_ranges(item.scoring, name)
        if ranges and "value" in ranges[0]:
            told = [
                f"{each['value']}:{each['tolerance']}" if "tolerance" in each else each["value"]
                for each in ranges
                if "value" in each
            ]
            return {"kind": "numeric", "answers": [number_range(each) for each in told]}, ranges[0]["value"]
    found = [each for each in item.scoring.equals() if each.name == name and not each.denied and each.points > 0]
    if not found:
        raise Refused("un hueco no tiene ninguna respuesta")
    best = max(each.points for each in found)
    answers: dict[str, Document] = {}
    for each in sorted(found, key=lambda one: -one.points):
        grade: Document = {} if each.points == best else {"grade": share_text(each.points / best)}
        answers.setdefault(each.text.casefold(), {"text": text_literal(each.text)} | grade)
    case: Document = {"case": True} if all(each.case for each in found) else {}
    right = next(each.text for each in found if each.points == best)
    return {"kind": "typed", "answers": list(answers.values()), "accents": True} | case, right
