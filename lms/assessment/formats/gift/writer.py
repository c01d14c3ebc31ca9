"""Writes GIFT files: strictly by the definition, texts as Markdown, one line each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lms.assessment.formats.choices import is_held, percent_of, shares_of
from lms.assessment.formats.exchange import Contents, Document, Losses, Written
from lms.assessment.formats.gift.marks import escape
from lms.assessment.formats.losing import answer_of_moodle, note_unheld, number_of_moodle
from lms.assessment.formats.tags import tags_of
from lms.assessment.formats.topics import path_of
from lms.assessment.types.shares import parse_share

_TAG = re.compile(r"[\[\]<>`\n]")
_PREFIXED = re.compile(r"[\[%]")
_HELD = {
    "single": {"options", "scoring"},
    "multiple": {"options", "scoring"},
    "true_false": {"answer", "feedback", "when_right"},
    "matching": {"pairs", "distractors"},
    "numeric": {"answers", "feedback"},
    "short_text": {"answers", "feedback", "accents"},
    "open": set(),
}
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
_MEDIA = re.compile(r"!\[[^\]]*\]\(media/")
PROGRAM = "GIFT"


def write(contents: Contents) -> Written:
    """The questions as GIFT, by topic; what GIFT cannot hold is told."""
    losses = Losses()
    parts, topic, written = [], "", 0
    for document, introduction in _in_order(contents, losses):
        if document.get("topic", "") != topic:
            topic = str(document["topic"])
            title = contents.topics.get(topic, topic)
            parts.append(f"// [id:{topic}]\n$CATEGORY: $course$/top/{_one_line(path_of(title))}\n")
        if introduction:
            parts.append(f"[markdown]{escape(introduction)}\n")
        if document["type"] not in _HELD:
            losses.note(document, f"{PROGRAM} no tiene preguntas de tipo «{document['type']}»: no se escribieron")
            continue
        parts.append(_question(document, losses))
        written += 1
    return Written("\n".join(parts).encode(), written, losses.sentences())


def _in_order(contents: Contents, losses: Losses) -> list[tuple[Document, str]]:
    """Every question, those of scenarios with what they take from it; the text before the first one of a scenario."""
    found = [(each, "") for each in contents.questions]
    for scenario in contents.scenarios:
        losses.note(scenario, f"{PROGRAM} no tiene casos: el texto va como descripción y las preguntas quedan sueltas")
        shared = {
            key: scenario[key] for key in ("topic", "difficulty", "pool", "status", "exclusive") if key in scenario
        }
        for at, question in enumerate(scenario.get("questions", ())):
            found.append((shared | question, "" if at else str(scenario.get("stem", ""))))
    return found


def _question(document: Document, losses: Losses) -> str:
    note_unheld(document, _EVERY | _HELD[document["type"]], losses, PROGRAM)
    if any(_MEDIA.search(text) for text in _texts(document)):
        losses.note(document, f"{PROGRAM} no lleva archivos: las imágenes y los sonidos quedan fuera")
    said = [f"// [id:{document['id']}]"]
    tags = tags_of(document)
    if any(_TAG.search(tag) for tag in tags):
        losses.note(document, f"{PROGRAM} no admite corchetes ni comillas invertidas en las etiquetas: se quitan")
    if tags:
        said.append("// " + " ".join(f"[tag:{_TAG.sub('', tag)}]" for tag in tags))
    title = f"::{escape(_one_line(document['title']))}::" if document.get("title") else ""
    general = f"####{_rich(document['explanation'])}" if document.get("explanation") else ""
    answers = _ANSWERS[document["type"]](document, losses)
    end = f"\t{general}\n}}" if "\n" in answers and general else f"{general}}}"
    said.append(f"{title}[markdown]{escape(document['stem'])}{{{answers}{end}\n")
    return "\n".join(said)


def _choice(document: Document, losses: Losses) -> str:
    lines = []
    single = document["type"] == "single"
    shares = shares_of(document, losses, PROGRAM)
    for at, (option, share) in enumerate(zip(document["options"], shares, strict=True)):
        text = _rich(option["text"])
        # Options that are all right need one "~" all the same: without it they would be short answers.
        if single and share == 1 and not (at and set(shares) == {1}):
            mark = "="
        elif share or text.startswith("%"):
            mark = f"~%{percent_of(share)}%"
        else:
            mark = "~"
        lines.append(f"\t{mark}{text}{_feedback(option)}")
    return "\n" + "\n".join(lines) + "\n"


def _true_false(document: Document, losses: Losses) -> str:  # noqa: ARG001 - as the others
    wrong, right = document.get("feedback", ""), document.get("when_right", "")
    said = "TRUE" if document["answer"] else "FALSE"
    if wrong or right:
        said += f"#{_rich(wrong) if wrong else ' '}"
    return said + (f"#{_rich(right)}" if right else "")


def _matching(document: Document, losses: Losses) -> str:
    pairs = [(each["left"], each["right"]) for each in document["pairs"]]
    if any(each.get("feedback") for each in document["pairs"]):
        losses.note(document, f"{PROGRAM} no guarda la retroalimentación de cada par")
    if any("->" in left for left, _ in pairs):
        losses.note(document, f"{PROGRAM} no admite «->» en el lado izquierdo de un par: se escribe «-&gt;»")
    lines = [f"\t={_rich(left.replace('->', '-&gt;'))} -> {escape(right)}" for left, right in pairs]
    lines += [f"\t= -> {escape(text)}" for text in document.get("distractors", ())]
    return "\n" + "\n".join(lines) + "\n"


def _short(document: Document, losses: Losses) -> str:
    if not document.get("accents"):
        losses.note(document, f"{PROGRAM} siempre distingue los acentos en las respuestas breves")
    if any("->" in text for text in _texts([document["answers"], document.get("feedback", "")])):
        losses.note(document, f"{PROGRAM} no admite «->» en una respuesta breve: se escribe «-&gt;»")
    lines = []
    for each in document["answers"]:
        text = _plain(answer_of_moodle(each["text"]))
        lines.append(f"\t={_weight(each, losses, document)}{text}{_feedback(each)}")
    if document.get("feedback"):
        lines.append(f"\t=%0%*{_feedback(document)}")
    # A part with an arrow would make it a matching question.
    return "\n" + "\n".join(lines).replace("->", "-&gt;") + "\n"


def _numeric(document: Document, losses: Losses) -> str:
    lines = []
    for each in document["answers"]:
        if "low" in each:
            said = (
                f"{number_of_moodle(each['low'], document, losses)}..{number_of_moodle(each['high'], document, losses)}"
            )
        else:
            said = number_of_moodle(each["value"], document, losses)
            if each.get("tolerance"):
                said += f":{number_of_moodle(each['tolerance'], document, losses, of=each['value'])}"
        lines.append(f"\t={_weight(each, losses, document)}{said}{_feedback(each)}")
    if document.get("feedback"):
        lines.append(f"\t~{_feedback(document)}")
    return "#\n" + "\n".join(lines) + "\n"


def _open(document: Document, losses: Losses) -> str:  # noqa: ARG001 - as the others
    return ""


_ANSWERS = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "matching": _matching,
    "short_text": _short,
    "numeric": _numeric,
    "open": _open,
}


def _weight(answer: Mapping[str, Any], losses: Losses, document: Document) -> str:
    share = parse_share(str(answer.get("grade", "1")))
    if not is_held(share):
        losses.note(document, f"{PROGRAM} no guarda exactamente lo que vale cada respuesta")
    return "" if share == Fraction(1) else f"%{percent_of(share)}%"


def _feedback(entry: Mapping[str, Any]) -> str:
    return f"#{_rich(entry['feedback'])}" if entry.get("feedback") else ""


def _rich(text: str) -> str:
    """A text of a question whose stem says that all are Markdown."""
    return f"{'[markdown]' if _PREFIXED.match(text) else ''}{escape(text)}"


def _plain(text: str) -> str:
    return f"{'[plain]' if _PREFIXED.match(text) else ''}{escape(text)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _texts(entry: object) -> list[str]:
    """Every text in a document."""
    found, waiting = [], [entry]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return found
