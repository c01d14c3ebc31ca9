"""Writes Moodle XML files: strictly, texts as Markdown, pictures and sound inside."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lms.assessment.formats.choices import is_held, percent_of, shares_of
from lms.assessment.formats.decoding import cleaned
from lms.assessment.formats.exchange import Contents, Document, Losses, Written
from lms.assessment.formats.losing import answer_of_moodle, decimal, note_unheld
from lms.assessment.formats.moodle.cloze_writer import PROGRAM, cloze_of, value_and_tolerance
from lms.assessment.formats.moodle.reader import COMBINED
from lms.assessment.formats.tags import tags_of
from lms.assessment.formats.topics import path_of
from lms.assessment.types.numbers import exact
from lms.assessment.types.shares import parse_share

_SHOWN = re.compile(r"\]\(media/([A-Za-z0-9._-]+)\)")
_EVERY = {
    "id",
    "type",
    "topic",
    "difficulty",
    "pool",
    "status",
    "exclusive",
    "review",
    "title",
    "tags",
    "stem",
    "explanation",
}
_ALL_COMBINED = set(COMBINED)


class _Texts:
    """Writes texts, with the files that they show beside them."""

    def __init__(self, media: Mapping[str, bytes], losses: Losses) -> None:
        self._media, self._losses = media, losses
        self.document: Document = {}

    def element(self, tag: str, text: str, attributes: str = "", inner: str = "") -> str:
        """An element with a text in Markdown."""
        names = list(dict.fromkeys(_SHOWN.findall(text)))
        files = "".join(self._file(name) for name in names)
        said = _SHOWN.sub(r"](@@PLUGINFILE@@/\1)", text)
        return f'<{tag} format="markdown"{attributes}><text>{_said(said)}</text>{files}{inner}</{tag}>'

    def _file(self, name: str) -> str:
        if name not in self._media:
            self._losses.note(self.document, f"falta el archivo «media/{name}»")
            return ""
        packed = base64.b64encode(self._media[name]).decode("ascii")
        return f'<file name={quoteattr(name)} path="/" encoding="base64">{packed}</file>'


def _said(text: str) -> str:
    return escape(cleaned(text))


def _plain(tag: str, text: str) -> str:
    return f"<{tag}><text>{_said(text)}</text></{tag}>"


def write(contents: Contents) -> Written:
    """The questions as Moodle XML, by topic; what Moodle cannot hold is told."""
    losses = Losses()
    texts = _Texts(contents.media, losses)
    parts, topic = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"], ""
    found = [(each, "") for each in contents.questions]
    for scenario in contents.scenarios:
        losses.note(scenario, f"{PROGRAM} no tiene casos: el texto va como descripción y las preguntas quedan sueltas")
        shared = {
            key: scenario[key] for key in ("topic", "difficulty", "pool", "status", "exclusive") if key in scenario
        }
        for at, question in enumerate(scenario.get("questions", ())):
            found.append((shared | question, "" if at else str(scenario.get("stem", ""))))
    for document, introduction in found:
        texts.document = document
        if document.get("topic", "") != topic:
            topic = str(document["topic"])
            path = f"$course$/top/{path_of(contents.topics.get(topic, topic))}"
            parts.append(
                f'<question type="category">{_plain("category", path)}<idnumber>{_said(topic)}</idnumber></question>'
            )
        if introduction:
            stem = texts.element("questiontext", introduction)
            parts.append(f'<question type="description">{_plain("name", "Caso")}{stem}</question>')
        parts.append(_question(document, texts, losses))
    return Written("\n".join([*parts, "</quiz>", ""]).encode(), len(found), losses.sentences())


def _question(document: Document, texts: _Texts, losses: Losses) -> str:
    kind, held, own = _KINDS[document["type"]]
    note_unheld(document, _EVERY | held, losses, PROGRAM)
    said = cloze_of(document, losses) if kind == "cloze" else document["stem"]
    name = document.get("title") or document["id"]
    lines = [
        f'<question type="{kind}">',
        _plain("name", " ".join(str(name).split())),
        texts.element("questiontext", said),
        texts.element("generalfeedback", document.get("explanation", "")),
        "<defaultgrade>1</defaultgrade>",
        f"<idnumber>{_said(str(document['id']))}</idnumber>",
        *own(document, texts, losses),
    ]
    lines += [texts.element(tag, document[key]) for key, tag in COMBINED.items() if key in held and document.get(key)]
    if tags := tags_of(document):
        lines.append("<tags>" + "".join(_plain("tag", tag) for tag in tags) + "</tags>")
    return "\n".join([*lines, "</question>"])


Own = Callable[[Document, _Texts, Losses], list[str]]


def _answer(texts: _Texts, share: Fraction, text: str, feedback: str, inner: str = "") -> str:
    attributes = f' fraction="{percent_of(share)}"'
    return texts.element("answer", text, attributes, (texts.element("feedback", feedback) if feedback else "") + inner)


def _typed_answer(texts: _Texts, share: Fraction, text: str, feedback: str, inner: str = "") -> str:
    """An answer that is compared, no Markdown."""
    said = texts.element("feedback", feedback) if feedback else ""
    return (
        f'<answer fraction="{percent_of(share)}" format="plain_text"><text>{_said(text)}</text>{said}{inner}</answer>'
    )


def _choice(document: Document, texts: _Texts, losses: Losses) -> list[str]:
    lines = [f"<single>{'true' if document['type'] == 'single' else 'false'}</single>", _shuffled(document)]
    for option, share in zip(document["options"], shares_of(document, losses, PROGRAM), strict=True):
        lines.append(_answer(texts, share, option["text"], option.get("feedback", "")))
    return lines


def _shuffled(document: Document) -> str:
    return f"<shuffleanswers>{'true' if document.get('shuffle', True) else 'false'}</shuffleanswers>"


def _true_false(document: Document, texts: _Texts, losses: Losses) -> list[str]:  # noqa: ARG001 - as the others
    lines = []
    for said in (True, False):
        right = said is document["answer"]
        feedback = document.get("when_right" if right else "feedback", "")
        lines.append(_typed_answer(texts, Fraction(int(right)), "true" if said else "false", feedback))
    return lines


def _matching(document: Document, texts: _Texts, losses: Losses) -> list[str]:
    if any(each.get("feedback") for each in document["pairs"]):
        losses.note(document, f"{PROGRAM} no guarda la retroalimentación de cada par")
    pairs = [(each["left"], each["right"]) for each in document["pairs"]]
    pairs += [("", text) for text in document.get("distractors", ())]
    lines = [texts.element("subquestion", left, inner=_plain("answer", right)) for left, right in pairs]
    return [_shuffled(document), *lines]


def _graded(answer: Mapping[str, Any], document: Document, losses: Losses) -> Fraction:
    share = parse_share(str(answer.get("grade", "1")))
    if not is_held(share):
        losses.note(document, f"{PROGRAM} no guarda exactamente lo que vale cada respuesta")
    return share


def _short(document: Document, texts: _Texts, losses: Losses) -> list[str]:
    if not document.get("accents"):
        losses.note(document, f"{PROGRAM} siempre distingue los acentos en las respuestas breves")
    lines = [f"<usecase>{int(bool(document.get('case')))}</usecase>"]
    for each in document["answers"]:
        said = answer_of_moodle(each["text"])
        lines.append(_typed_answer(texts, _graded(each, document, losses), said, each.get("feedback", "")))
    return lines + _other(document, texts)


def _other(document: Document, texts: _Texts) -> list[str]:
    """The feedback for every other answer."""
    return [_typed_answer(texts, Fraction(0), "*", document["feedback"])] if document.get("feedback") else []


def _numeric(document: Document, texts: _Texts, losses: Losses) -> list[str]:
    lines = []
    for each in document["answers"]:
        value, tolerance = value_and_tolerance(each, document, losses)
        inner = f"<tolerance>{tolerance or '0'}</tolerance>"
        lines.append(_typed_answer(texts, _graded(each, document, losses), value, each.get("feedback", ""), inner))
    lines += _other(document, texts)
    units = document.get("units", ())
    if units:
        required = document.get("unit") == "required"
        said = "".join(
            f"<unit><multiplier>{decimal(1 / (exact(unit['factor']) or Fraction(1)))}</multiplier>"
            f"<unit_name>{_said(unit['name'])}</unit_name></unit>"
            for unit in units
        )
        grading = f"<unitgradingtype>{int(required)}</unitgradingtype><unitpenalty>{int(required)}</unitpenalty>"
        lines.append(f"<units>{said}</units>{grading}<showunits>0</showunits><unitsleft>0</unitsleft>")
    return lines


def _open(document: Document, texts: _Texts, losses: Losses) -> list[str]:  # noqa: ARG001 - as the others
    lines = [
        "<responseformat>editor</responseformat><responserequired>1</responserequired><attachments>0</attachments>"
    ]
    for key, tag in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        lines.append(f"<{tag}>{document.get(key) or ''}</{tag}>")
    return [*lines, texts.element("graderinfo", document.get("model", ""))]


def _ordering(document: Document, texts: _Texts, losses: Losses) -> list[str]:
    grading = "RELATIVE_ALL_PREVIOUS_AND_NEXT" if document.get("scoring") == "pairs" else "ALL_OR_NOTHING"
    lines = [
        "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>",
        f"<gradingtype>{grading}</gradingtype><showgrading>SHOW</showgrading><numberingstyle>none</numberingstyle>",
    ]
    for at, item in enumerate(document["items"], 1):
        lines.append(f'<answer fraction="{at}" format="plain_text"><text>{_said(item)}</text></answer>')
    if document.get("feedback") and not document.get("when_wrong"):
        losses.note(
            document,
            f"en {PROGRAM} la retroalimentación de una pregunta de ordenar queda como comentario de la incorrecta",
        )
        lines.append(texts.element(COMBINED["when_wrong"], document["feedback"]))
    elif document.get("feedback"):
        losses.note(document, f"{PROGRAM} no guarda la retroalimentación")
    return lines


def _gaps(document: Document, texts: _Texts, losses: Losses) -> list[str]:  # noqa: ARG001 - all of it is in the text
    return []


_KINDS: dict[str, tuple[str, set[str], Own]] = {
    "single": ("multichoice", {"options", "scoring", "shuffle"} | _ALL_COMBINED, _choice),
    "multiple": ("multichoice", {"options", "scoring", "shuffle"} | _ALL_COMBINED, _choice),
    "true_false": ("truefalse", {"answer", "feedback", "when_right"}, _true_false),
    "matching": ("matching", {"pairs", "distractors", "shuffle"} | _ALL_COMBINED, _matching),
    "short_text": ("shortanswer", {"answers", "feedback", "case", "accents"}, _short),
    "numeric": ("numerical", {"answers", "feedback", "units", "unit"}, _numeric),
    "open": ("essay", {"model", "min_words", "max_words"}, _open),
    "ordering": ("ordering", {"items", "scoring", "feedback"} | _ALL_COMBINED, _ordering),
    "gaps": ("cloze", {"text", "gaps"}, _gaps),
}
