"""Items of QTI 2.x and 3.0 as our questions: which interaction is which type, and what they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lms.assessment.formats.exchange import Document, Refused
from lms.assessment.formats.gift.answers import MAX_PARTS
from lms.assessment.formats.qti import probing
from lms.assessment.formats.qti.messages import Probe, Sorted, sort_messages
from lms.assessment.formats.qti.nodes import as_html, attribute, every, flag, words
from lms.assessment.formats.qti.pairing import Pairing
from lms.assessment.formats.qti.processing import Processing
from lms.assessment.formats.qti.texts import Texts
from lms.assessment.formats.qti.typed import Try, typed
from lms.assessment.formats.qti.variables import Message, NotUnderstood, Response, messages_of
from lms.assessment.formats.xml_tree import Element

OTHERS = {
    "hotspotInteraction": "señalar una zona de una imagen",
    "selectPointInteraction": "señalar un punto de una imagen",
    "graphicOrderInteraction": "ordenar zonas de una imagen",
    "graphicAssociateInteraction": "unir zonas de una imagen",
    "graphicGapMatchInteraction": "poner textos o imágenes sobre una imagen",
    "positionObjectInteraction": "colocar un objeto sobre una imagen",
    "positionObjectStage": "colocar un objeto sobre una imagen",
    "hottextInteraction": "marcar palabras de un texto",
    "sliderInteraction": "mover un control deslizante",
    "drawingInteraction": "dibujar",
    "uploadInteraction": "subir un archivo",
    "mediaInteraction": "reproducir un video o un sonido",
    "customInteraction": "una interacción propia de otro programa",
    "portableCustomInteraction": "una interacción propia de otro programa (PCI)",
}
"""Interactions that we do not hold, and what they are for a person."""
GAPPED = frozenset(["inlineChoiceInteraction", "textEntryInteraction"])
FEEDBACK = frozenset(["feedbackInline", "feedbackBlock", "modalFeedback"])
PLACE = "\ue0f0{}\ue0f1"
_BLANK = "_____"
_MOST_TRIES = 20
GAP = "GAP_"
"""How the name of a gap begins where we write it."""
_PAIR = re.compile(r"pair_([0-9]{1,2})")


class NoQuestion(Exception):
    """An item that asks nothing: a text."""


@dataclass
class Item:
    """An item while it is read."""

    element: Element
    texts: Texts
    processing: Processing
    notes: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    messages: dict[int, tuple[Message, str]] = field(default_factory=dict)
    """Those that stand in no option, by place."""

    @property
    def body(self) -> Element:
        return self.element.child("itemBody") or self.element

    def response(self, interaction: Element) -> Response:
        name = attribute(interaction, "responseIdentifier")
        if name not in self.processing.responses:
            raise Refused(f"la respuesta «{name[:60]}» no está declarada")
        return self.processing.responses[name]

    def named(self) -> dict[int, tuple[str, str]]:
        return {place: (message.identifier, text) for place, (message, text) in self.messages.items()}

    def score(self, name: str) -> probing.Score:
        """What entries of the response `name` earn."""

        def points(entries: Sequence[str]) -> tuple[Fraction, frozenset[int]]:
            result = self.processing.score({name: entries})
            return result.score, result.shown

        return points

    def attempt(self, name: str) -> Try:
        score = self.score(name)
        return lambda text: score([text])


def item_document(element: Element, texts: Texts) -> tuple[Document, Item]:
    """The question of an item, with its stem, without place, name and id. Raises: Refused, NoQuestion."""
    if flag(element, "adaptive", default=False):
        raise Refused("es adaptativa: cambia según lo que se responde")
    if element.child("templateDeclaration") is not None:
        raise Refused("tiene valores al azar (plantilla), que no se pueden representar")
    found = [each for each in element.every() if each.tag.endswith("Interaction")]
    for each in found:
        if each.tag in OTHERS:
            raise Refused(f"pide {OTHERS[each.tag]} ({each.tag}), que no se puede representar")
    asked = [each for each in found if each.tag != "endAttemptInteraction"]
    if not asked:
        raise NoQuestion
    try:
        item = Item(element, texts, Processing(element))
        if len(asked) < len(found):
            item.common.append("los botones de pista o de terminar no se toman")
        kind = _kind_of(asked)
        item.messages = _messages(item, asked)
        document = _READERS[kind](item, asked)
    except NotUnderstood as fault:
        raise Refused(f"no se entiende cómo se corrige: usa {fault}") from None
    stem = document.pop("stem", "") or _stem(item)
    if not stem:
        raise Refused("no tiene enunciado")
    return {"type": document.pop("type"), "stem": stem, **document}, item


def _kind_of(asked: Sequence[Element]) -> str:
    kinds = list(dict.fromkeys(each.tag for each in asked))
    is_ours = attribute(asked[0], "responseIdentifier").startswith(GAP)
    if set(kinds) <= GAPPED and (len(asked) > 1 or kinds[0] == "inlineChoiceInteraction" or is_ours):
        return "gaps"
    if len(asked) > 1:
        raise Refused(f"junta varias preguntas en una ({', '.join(kinds)[:120]}): separarlas")
    if kinds[0] not in _READERS:
        raise Refused(f"no se conoce la interacción «{kinds[0][:40]}»")
    return kinds[0]


def _messages(item: Item, asked: Sequence[Element]) -> dict[int, tuple[Message, str]]:
    """The messages that stand in no option, as Markdown."""
    inside = {id(each) for interaction in asked for each in every(interaction, *FEEDBACK)}
    return {
        place: (message, item.texts.of(element))
        for place, (message, element) in enumerate(messages_of(item.element))
        if id(element) not in inside
    }


def without_feedback(element: Element) -> str | None:
    """As `Put`: nothing for what is shown afterwards, or to others."""
    if element.tag in FEEDBACK or element.tag in {"templateInline", "templateBlock", "prompt"}:
        return ""
    if element.tag == "rubricBlock" and not set(attribute(element, "view").split()) & {"candidate", ""}:
        return ""
    if element.tag == "printedVariable":
        raise Refused("muestra valores que se calculan, que no se pueden representar")
    return None


def _stem(item: Item, blank: str = "") -> str:
    """The text of the body, the prompts of its interactions in their places."""

    def put(element: Element) -> str | None:
        if element.tag.endswith("Interaction"):
            prompt = element.child("prompt")
            return blank + ("" if prompt is None else f"<p>{as_html(prompt, without_feedback)}</p>")
        return without_feedback(element)

    return item.texts.of(item.body, put)


def _add_common(document: Document, found: Sorted, item: Item) -> Document:
    item.notes += found.notes
    return document | found.document


def _choices(item: Item, interaction: Element, tag: str) -> probing.Choices:
    elements = interaction.all(tag)
    if len(elements) > MAX_PARTS:
        raise Refused(f"tiene más de {MAX_PARTS} opciones")
    keys = [attribute(each, "identifier") for each in elements]
    texts = [item.texts.of(each, without_feedback) for each in elements]
    own: dict[str, str] = {}
    for key, each in zip(keys, elements, strict=True):
        said = [text for inner in every(each, *FEEDBACK) if (text := item.texts.of(inner))]
        if said:
            own[key] = "\n\n".join(said)
    declared = item.response(interaction)
    tries = _named_together(item, set(keys))
    return probing.Choices(keys, texts, own, item.named(), [str(each) for each in declared.correct], tries)


def _named_together(item: Item, keys: set[str]) -> list[list[str]]:
    """The options that one condition names, for each of the first conditions: one of these lists may be the right answer."""
    found: list[list[str]] = []
    for branch in (
        every(item.processing.rules, "responseIf", "responseElseIf") if item.processing.rules is not None else ()
    ):
        denied = {id(each) for part in every(branch, "not") for each in every(part, "baseValue")}
        named = [words(each).strip() for each in every(branch, "baseValue") if id(each) not in denied]
        said = list(dict.fromkeys(each for each in named if each in keys))
        if said and said not in found and len(found) < _MOST_TRIES:
            found.append(said)
    return found


def _choice(item: Item, asked: Sequence[Element]) -> Document:
    (interaction,) = asked
    declared = item.response(interaction)
    choices = _choices(item, interaction, "simpleChoice")
    if not item.processing.is_scored:
        raise Refused("no dice qué respuesta es correcta (puede ser una encuesta)")
    read = probing.single if declared.cardinality == "single" else probing.multiple
    document = read(choices, item.score(declared.name), item.notes)
    fixed = any(flag(each, "fixed", default=False) for each in interaction.all("simpleChoice"))
    if document["type"] != "true_false" and (fixed or not flag(interaction, "shuffle", default=False)):
        document["shuffle"] = False
    return document


def _order(item: Item, asked: Sequence[Element]) -> Document:
    (interaction,) = asked
    declared = item.response(interaction)
    elements = {attribute(each, "identifier"): each for each in interaction.all("simpleChoice")[:MAX_PARTS]}
    score = item.score(declared.name)
    said = [[str(each) for each in declared.correct]] if declared.correct else _named_together(item, set(elements))
    right = max(said, key=lambda each: score(each)[0], default=[])
    order = probing.ordering(list(elements), score, right, item.notes)
    if len(order) < 2:
        raise Refused("tiene menos de dos elementos para ordenar")
    _, shown = score(order)
    other = list(reversed(order))
    probes = [Probe(frozenset(["x"]), Fraction(1), shown), Probe(frozenset(["y"]), Fraction(0), score(other)[1])]
    found = sort_messages(item.named(), probes, [])
    document: Document = {
        "type": "ordering",
        "items": [item.texts.plain(elements[key], without_feedback) for key in order],
    }
    return _add_common(document, found, item)


def _match(item: Item, asked: Sequence[Element]) -> Document:
    (interaction,) = asked
    declared = item.response(interaction)
    pairing = Pairing(interaction, item.texts, without_feedback)
    document = pairing.document(declared, item.score(declared.name), item.notes)
    right, none = item.score(declared.name)(pairing.right), item.score(declared.name)([])
    probes = [
        Probe(frozenset(["x"]), Fraction(1), right[1]),
        *(Probe(frozenset(["y"]), Fraction(1, 2), item.score(declared.name)([each])[1]) for each in pairing.right[:1]),
        Probe(frozenset(["z"]), Fraction(0), none[1]),
    ]
    named = item.named()
    for place, (name, text) in item.named().items():
        match = _PAIR.fullmatch(name)
        if match and 1 <= int(match[1]) <= len(document["pairs"]):
            document["pairs"][int(match[1]) - 1]["feedback"] = text
            del named[place]
    return _add_common(document, sort_messages(named, probes, []), item)


def _text(item: Item, asked: Sequence[Element]) -> Document:
    (interaction,) = asked
    declared = item.response(interaction)
    body = typed(declared, item.processing.rules, item.attempt(declared.name), item.messages, item.notes)
    kind = "numeric" if declared.kind in {"float", "integer"} else "short_text"
    inside = _follows(item.body, interaction)
    return {"type": kind, "stem": _stem(item, _BLANK if inside else "")} | body


def _follows(body: Element, interaction: Element) -> bool:
    """Whether words come after `interaction` in its paragraph."""
    for parent in body.every():
        for at, child in enumerate(parent.content):
            if child is interaction:
                rest = parent.content[at + 1 :]
                return any((each if isinstance(each, str) else words(each)).strip() for each in rest)
    return False


def _open(item: Item, asked: Sequence[Element]) -> Document:
    (interaction,) = asked
    document: Document = {"type": "open"}
    rubrics = [each for each in every(item.element, "rubricBlock") if "scorer" in attribute(each, "view").split()]
    model = "\n\n".join(text for each in rubrics if (text := item.texts.of(each)))
    declared = item.response(interaction)
    model = model or "\n\n".join(str(each) for each in declared.correct if isinstance(each, str))
    document |= {"model": model.strip()} if model.strip() else {}
    shown = item.processing.score({declared.name: ["x"]}).shown if item.messages else frozenset[int]()
    return _add_common(document, sort_messages(item.named(), [Probe(frozenset(["x"]), Fraction(1), shown)], []), item)


def _gaps(item: Item, asked: Sequence[Element]) -> Document:
    from lms.assessment.formats.qti.gapped import gaps_document

    return gaps_document(item, asked)


_READERS: dict[str, Callable[[Item, Sequence[Element]], Document]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "associateInteraction": _match,
    "textEntryInteraction": _text,
    "extendedTextInteraction": _open,
    "gapMatchInteraction": _gaps,
    "gaps": _gaps,
}
