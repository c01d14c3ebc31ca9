"""Items of QTI 1.2 as our questions, with what Canvas and others say of them in their metadata."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.answers import MAX_PARTS, number_range
from lms.assessment.formats.html_markdown import LIKE_HTML
from lms.assessment.formats.qti import probing
from lms.assessment.formats.qti.interactions import NoQuestion
from lms.assessment.formats.qti.messages import Probe, sort_messages
from lms.assessment.formats.qti.nodes import as_html, every, first, words
from lms.assessment.formats.qti.texts import Texts
from lms.assessment.formats.qti.typed import text_literal
from lms.assessment.formats.qti.variables import NotUnderstood
from lms.assessment.formats.qti.version1_scoring import Scoring, numeric_ranges
from lms.assessment.formats.xml_tree import Element
from lms.assessment.types.shares import share_text

OTHERS = {
    "calculated_question": "una fórmula con números al azar",
    "file_upload_question": "subir un archivo",
    "hot_spot_question": "señalar una zona de una imagen",
    "response_xy": "señalar una zona de una imagen",
    "response_grp": "arrastrar elementos en grupos",
    "external_tool_question": "una actividad de otro programa",
}
_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp", "response_extension")


@dataclass
class Item1:
    """An item while it is read."""

    element: Element
    texts: Texts
    scoring: Scoring
    notes: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)

    @property
    def responses(self) -> list[Element]:
        holder = self.element.child("presentation")
        return [] if holder is None else list(every(holder, *_RESPONSES))

    def named(self) -> dict[int, tuple[str, str]]:
        """The feedback by its place, its name with it."""
        return {
            at: (each.attributes.get("ident", ""), self.texts.of(each, material))
            for at, each in enumerate(self.scoring.messages)
        }

    def score(self, name: str) -> probing.Score:
        def points(entries: Sequence[str]) -> tuple[Fraction, frozenset[int]]:
            result = self.scoring.score({name: entries})
            return result.score, result.shown

        return points


def metadata(item: Element) -> dict[str, str]:
    """What an item, or a whole file, says of itself: labels in small letters, and their entries; the first one counts."""
    found: dict[str, str] = {}
    for holder in item.children:
        if holder.tag in {"itemmetadata", "qtimetadata", "qmd_itemtype"}:
            for each in every(holder, "qtimetadatafield"):
                label, entry = first(each, "fieldlabel"), first(each, "fieldentry")
                if label is not None and entry is not None:
                    found.setdefault(words(label).strip().lower(), words(entry).strip())
    return found


def material(element: Element) -> str | None:
    """As `Put`: materials of QTI 1.2 as HTML."""
    tag = element.tag
    if tag in {"mattext", "matemtext"}:
        return as_html(element) if element.children else _said(element)
    if tag in {"matimage", "mataudio", "matvideo", "matbreak"}:
        source = html.escape(element.attributes.get("uri", ""))
        label = html.escape(element.attributes.get("label", ""))
        shown = {"matimage": f'<img src="{source}" alt="{label}">', "matbreak": "<br>"}
        return shown.get(tag, f'<audio src="{source}">{label}</audio>')
    if tag in {"material", "flow", "flow_mat"}:
        return f"<div>{as_html(element, material)}</div>" if tag != "material" else f"{as_html(element, material)} "
    return "" if tag in {*_RESPONSES, "solution", "hint", "matref", "itemmetadata"} else None


def _said(element: Element) -> str:
    """A text without elements in it, by its type plain or HTML."""
    said = element.said
    if "html" in element.attributes.get("texttype", "").lower() or LIKE_HTML.search(said):
        return said
    return html.escape(said, quote=False).replace("\n", "<br>" if "\n" in said.strip() else "\n")


def item_document(element: Element, texts: Texts) -> tuple[Document, Item1]:
    """The question of an item, without place, name and id. Raises: Refused, NoQuestion."""
    item = Item1(element, texts, Scoring(element))
    kind = _kind_of(item, metadata(element).get("question_type", "").lower())
    if kind in OTHERS:
        raise Refused(f"pide {OTHERS[kind]} ({kind}), que no se puede representar")
    if kind not in _READERS:
        raise Refused(f"no se conoce el tipo «{kind[:60]}»")
    try:
        document = _READERS[kind](item)
    except NotUnderstood as fault:
        raise Refused(f"no se entiende cómo se corrige: usa {fault}") from None
    stem = document.pop("stem", "") or _stem(item)
    if not stem:
        raise Refused("no tiene enunciado")
    return {"type": document.pop("type"), "stem": stem, **document}, item


def _kind_of(item: Item1, said: str) -> str:
    """The kind in the words of Canvas, by what the item says or else by its shape."""
    responses = item.responses
    if said == "text_only_question" or (not responses and not said):
        raise NoQuestion
    if said in OTHERS or (said in _READERS and said != "essay_question"):
        return said
    if not responses:
        return said or "sin respuesta"
    tags = {each.tag for each in responses}
    for tag in ("response_xy", "response_grp"):
        if tag in tags:
            return tag
    if tags == {"response_lid"}:
        return "fill_in_multiple_blanks_question" if _names_gaps(item) else _kind_of_choice(responses)
    if tags <= {"response_str", "response_num"}:
        return _kind_of_text(item, responses)
    raise Refused("junta respuestas de tipos distintos en una pregunta: separarlas")


def _kind_of_choice(responses: Sequence[Element]) -> str:
    cardinality = responses[0].attributes.get("rcardinality", "Single").lower()
    if cardinality == "ordered":
        return "ordering_question"
    if len(responses) > 1:
        return "matching_question" if cardinality == "single" else "categorization_question"
    return "multiple_answers_question" if cardinality == "multiple" else "multiple_choice_question"


def _names_gaps(item: Item1) -> bool:
    """Whether the text has a place `[name]` for each of several answers."""
    holder = item.element.child("presentation")
    text = as_html(holder, material) if holder is not None and len(item.responses) > 1 else ""
    return bool(text) and all(f"[{_name(each).removeprefix('response_')}]" in text for each in item.responses)


def _kind_of_text(item: Item1, responses: Sequence[Element]) -> str:
    if len(responses) > 1:
        return "inline"
    if not any(True for _ in item.scoring.equals()) and not numeric_ranges(item.scoring, _name(responses[0])):
        return "essay_question"
    fib = first(responses[0], "render_fib")
    numeric = responses[0].tag == "response_num" or (
        fib is not None and fib.attributes.get("fibtype", "").lower() in {"integer", "decimal", "scientific"}
    )
    return "numerical_question" if numeric else "short_answer_question"


def _name(response: Element) -> str:
    return response.attributes.get("ident", "")


def _stem(item: Item1) -> str:
    """The text of the presentation; what stands in its only answer before the choices belongs to it."""
    holder = item.element.child("presentation") or item.element
    stem = item.texts.of(holder, material)
    if len(item.responses) == 1:
        inner = [item.texts.of(each, material) for each in item.responses[0].all("material")]
        stem = "\n\n".join(part for part in (stem, *inner) if part)
    return stem


def labels(response: Element) -> list[tuple[str, Element]]:
    found = list(every(response, "response_label"))
    if len(found) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} opciones")
    return [(_name(each), each) for each in found]


def _one(item: Item1) -> Element:
    if not item.responses:
        raise Refused("no tiene respuestas")
    return item.responses[0]


def _choice(item: Item1) -> Document:
    response = _one(item)
    read = [(key, item.texts.of(each, material)) for key, each in labels(response)]
    right = _positives(item, _name(response))
    kept = [(key, text) for key, text in read if text or key in right]
    if len(kept) < len(read):
        item.notes.append("las opciones vacías no se toman")
    choices = probing.Choices([key for key, _ in kept], [text for _, text in kept], {}, item.named(), right)
    if not item.scoring.conditions:
        raise Refused("no dice qué respuesta es correcta (puede ser una encuesta)")
    several = response.attributes.get("rcardinality", "Single").lower() == "multiple"
    return (probing.multiple if several else probing.single)(choices, item.score(_name(response)), item.notes)


def _positives(item: Item1, name: str) -> list[str]:
    """The options that conditions with points ask for together."""
    found = [each.text for each in item.scoring.equals() if each.name == name and not each.denied and each.points > 0]
    return list(dict.fromkeys(found))


def _order(item: Item1) -> Document:
    response = _one(item)
    elements = dict(labels(response))
    right = _positives(item, _name(response))
    order = probing.ordering(list(elements), item.score(_name(response)), right, item.notes)
    if len(order) < 2:
        raise Refused("tiene menos de dos elementos para ordenar")
    results = [item.score(_name(response))(each) for each in (order, order[::-1])]
    probes = [Probe(frozenset([str(at)]), Fraction(1 - at), shown) for at, (_, shown) in enumerate(results)]
    found = sort_messages(item.named(), probes, [])
    document: Document = {"type": "ordering", "items": [item.texts.plain(elements[key], material) for key in order]}
    return document | found.document


def _short(item: Item1) -> Document:
    name = _name(_one(item))
    said: dict[str, bool] = {}
    for each in item.scoring.equals():
        if each.name == name and not each.denied and each.text:
            said.setdefault(each.text, each.case)
    results = {text: item.score(name)([text]) for text in list(said)[:MAX_PARTS]}
    best = max((points for points, _ in results.values()), default=Fraction(0))
    if best <= 0:
        raise Refused("no dice qué respuesta es correcta")
    probes = [Probe(frozenset([text]), points / best, shown) for text, (points, shown) in results.items()]
    probes.append(Probe(frozenset(["\0"]), Fraction(0), item.score(name)(["\0"])[1]))
    found = sort_messages(item.named(), probes, list(results))
    case = bool(said) and all(said.values())
    answers: dict[str, Document] = {}
    for text, (points, _) in results.items():
        if points >= 0 and (points or text in found.parts):
            entry: Document = {"text": text_literal(text)} | (
                {} if points == best else {"grade": share_text(points / best)}
            )
            key = text if case else text.casefold()
            answers.setdefault(key, entry | ({"feedback": found.parts[text]} if text in found.parts else {}))
    document: Document = {"type": "short_text", "answers": list(answers.values())} | ({"case": True} if case else {})
    return document | {"accents": True} | found.document


def _numeric(item: Item1) -> Document:
    name = _name(_one(item))
    answers: list[Document] = []
    samples: dict[int, str] = {}
    for each in numeric_ranges(item.scoring, name)[:MAX_PARTS]:
        if "value" in each:
            tolerance = each.get("tolerance")
            made = number_range(f"{each['value']}:{tolerance}" if tolerance else each["value"])
            samples[len(answers)] = each["value"]
        else:
            made = number_range(f"{each['low']}..{each['high']}")
            samples[len(answers)] = each["high"]
        answers.append(made)
    results = {at: item.score(name)([sample]) for at, sample in samples.items()}
    best = max((points for points, _ in results.values()), default=Fraction(0))
    if best <= 0:
        raise Refused("no dice qué respuesta es correcta")
    probes = [Probe(frozenset([str(at)]), points / best, shown) for at, (points, shown) in results.items()]
    probes.append(Probe(frozenset(["other"]), Fraction(0), item.score(name)(["-918273645.5463"])[1]))
    found = sort_messages(item.named(), probes, [str(at) for at in results])
    for at, (points, _) in results.items():
        answers[at] |= {} if points == best else {"grade": share_text(max(points / best, Fraction(0)))}
        answers[at] |= {"feedback": found.parts[str(at)]} if str(at) in found.parts else {}
    return {"type": "numeric", "answers": answers} | found.document


def _open(item: Item1) -> Document:
    response = item.responses[0] if item.responses else None
    shown = (
        item.score(_name(response))(["x"])[1] if response is not None and item.scoring.conditions else frozenset[int]()
    )
    return {"type": "open"} | sort_messages(item.named(), [Probe(frozenset(["x"]), Fraction(1), shown)], []).document


def _several(item: Item1) -> Document:
    from lms.assessment.formats.qti.version1_parts import several_document

    return several_document(item, _kind_of(item, metadata(item.element).get("question_type", "").lower()))


_READERS: dict[str, Callable[[Item1], Document]] = {
    "multiple_choice_question": _choice,
    "true_false_question": _choice,
    "multiple_answers_question": _choice,
    "ordering_question": _order,
    "short_answer_question": _short,
    "numerical_question": _numeric,
    "essay_question": _open,
    "matching_question": _several,
    "categorization_question": _several,
    "fill_in_multiple_blanks_question": _several,
    "multiple_dropdowns_question": _several,
    "inline": _several,
}
