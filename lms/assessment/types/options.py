"""What single and multiple choice share: the list of options."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lms.assessment.types.base import (
    MAX_FEEDBACK,
    MAX_TEXT,
    Body,
    ChoiceLine,
    Render,
    checked,
    report_equal,
    report_positional,
)
from lms.kit.content import Reader

MAX_OPTIONS = 8


def load_options(reader: Reader, *, low: int) -> list[Body]:
    """The options of a question, each `{"text", "correct", "feedback"}`; faults are reported."""
    readers = reader.maps("options")
    if readers and not low <= len(readers) <= MAX_OPTIONS:
        reader.error("options", f"hay {len(readers)} opciones; tienen que ser de {low} a {MAX_OPTIONS}")
    options: list[Body] = []
    texts: list[tuple[str, int]] = []
    for each in readers:
        text, line = each.text("text", max_length=MAX_TEXT), each.line("text")
        correct = each.flag("correct", default=False)
        feedback = each.text("feedback", required=False, max_length=MAX_FEEDBACK)
        if not correct and not feedback:
            each.error("feedback", "falta «feedback»: cada opción incorrecta dice por qué lo es")
        report_positional(each, text, line)
        each.finish()
        texts.append((text, line))
        options.append({"text": text, "correct": correct, "feedback": feedback})
    report_equal(reader, texts, "la opción")
    return options


def right_ones(body: Body) -> set[int]:
    """The indices of the right options."""
    return {index for index, option in enumerate(body["options"]) if option["correct"]}


def map_options(body: Body, render: Render) -> Body:
    """`body` with stem, options and feedback rendered."""
    options = [
        {**each, "text": render(each["text"]), "feedback": _some(each["feedback"], render)} for each in body["options"]
    ]
    return {**body, "stem": render(body["stem"]), "options": options}


def option_lines(body: Body, chosen: Collection[int], order: Sequence[int]) -> tuple[ChoiceLine, ...]:
    """The review of the options in shown order."""
    lines = []
    for index in checked(order, len(body["options"])):
        option, taken = body["options"][index], index in chosen
        feedback = option["feedback"] if taken and not option["correct"] else ""
        lines.append(ChoiceLine(option["text"], taken, option["correct"], feedback))
    return tuple(lines)


def _some(text: str, render: Render) -> str:
    return render(text) if text else ""
