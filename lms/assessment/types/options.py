"""What types with options share: reading and writing them, their weights, their review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from lms.assessment.types.base import (
    MAX_FEEDBACK,
    MAX_TEXT,
    Bin,
    Body,
    ChoiceLine,
    Document,
    Render,
    report_equal,
    report_positional,
)
from lms.assessment.types.shares import read_share, share_text
from lms.kit.content import Reader

MAX_OPTIONS = 20
WEIGHTS = "weights"


def load_options(reader: Reader, *, low: int, weighted: bool = False) -> list[Body]:
    """The options of a question, each `{"text", "correct", "feedback"}` and, where `weighted`, "grade"; faults are reported.

    A weighted option is right where it earns something.
    """
    readers = reader.maps("options")
    if readers and not low <= len(readers) <= MAX_OPTIONS:
        reader.error("options", f"hay {len(readers)} opciones; tienen que ser de {low} a {MAX_OPTIONS}")
    options: list[Body] = []
    texts: list[tuple[str, int]] = []
    for each in readers:
        text, line = each.text("text", max_length=MAX_TEXT), each.line("text")
        option: Body = {"text": text, "correct": each.flag("correct", default=False)}
        if weighted:
            share = read_share(each, "grade", low=-1, default=Fraction(int(option["correct"])))
            option |= {"grade": share_text(share), "correct": share > 0}
        option["feedback"] = each.text("feedback", required=False, max_length=MAX_FEEDBACK)
        if not option["correct"] and not option["feedback"]:
            each.advise("feedback", "falta «feedback»: cada opción incorrecta dice por qué lo es")
        report_positional(each, text, line)
        each.finish()
        texts.append((text, line))
        options.append(option)
    report_equal(reader, texts, "la opción")
    return options


def dump_options(body: Body) -> list[Document]:
    """The options as an author writes them."""
    found = []
    for option in body["options"]:
        document: Document = {"text": option["text"]}
        if "grade" in option:
            document |= {"grade": option["grade"]} if Fraction(option["grade"]) else {}
        elif option["correct"]:
            document["correct"] = True
        found.append(document | ({"feedback": option["feedback"]} if option["feedback"] else {}))
    return found


def right_ones(body: Body) -> set[int]:
    """The indices of the right options."""
    return {index for index, option in enumerate(body["options"]) if option["correct"]}


def share_of(option: Body) -> Fraction | None:
    """What an option earns by itself; None where options have no weights of their own."""
    return Fraction(option["grade"]) if "grade" in option else None


def earned(body: Body, chosen: Collection[int]) -> Fraction:
    """The sum of the weights of what was chosen, never below 0 nor above 1."""
    total = sum((Fraction(body["options"][index]["grade"]) for index in chosen), Fraction(0))
    return min(Fraction(1), max(Fraction(0), total))


def map_options(body: Body, render: Render) -> Body:
    """The options with their texts and their feedback rendered."""
    return {
        "options": [
            {**each, "text": render(each["text"]), "feedback": some(each["feedback"], render)}
            for each in body["options"]
        ]
    }


def option_lines(body: Body, chosen: Collection[int], order: Sequence[int]) -> tuple[ChoiceLine, ...]:
    """The review of the options in shown order; `order` holds their indices."""
    lines = []
    for index in order:
        option, taken = body["options"][index], index in chosen
        feedback = option["feedback"] if taken else ""
        lines.append(ChoiceLine(option["text"], taken, option["correct"], feedback, share_of(option)))
    return tuple(lines)


def option_bins(body: Body) -> tuple[Bin, ...]:
    """Each option as a response to count; without weights, right ones are worth 1."""
    return tuple(
        Bin("", str(index), option["text"], Fraction(option.get("grade", int(option["correct"]))))
        for index, option in enumerate(body["options"])
    )


def some(text: str, render: Render) -> str:
    """`text` rendered, where there is any."""
    return render(text) if text else ""
