"""The shape of what the pages of a test send: JSON from the script, plain forms without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.assessment.commands.answering import Entry
from lms.assessment.queries.attempts import Item
from lms.assessment.types.base import BadAnswer, Presented
from lms.kit.errors import Invalid
from lms.web.forms import Form

Fields = MultiDict[str, str]


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""


def entries(document: object) -> list[Entry]:
    """The entries of a JSON document: `{"saves": [...]}`, or one save by itself.

    A save is `{"position", "tab", "seq", "answer": [choice ids]}` or, for a flag, `{"position", "tab", "seq", "flag": bool}`.
    What a field holds is judged by the command, entry by entry.
    Raises: Invalid("assessment.bad_request") where the document is not of that shape at all.
    """
    if not isinstance(document, dict):
        raise Invalid("assessment.bad_request")
    saves = document.get("saves", [document] if "position" in document else None)
    if not isinstance(saves, list) or not all(isinstance(save, dict) for save in saves):
        raise Invalid("assessment.bad_request")
    return [_entry(save) for save in saves]


def _entry(save: Mapping[str, Any]) -> Entry:
    flag = save.get("flag")
    if ("answer" in save) == ("flag" in save) or ("flag" in save and flag is None):
        # A flag that is null must not pass for an answer: in an `Entry` it would mean one.
        raise Invalid("assessment.bad_request")
    return Entry(save.get("position", 0), save.get("tab", ""), save.get("seq", -1), save.get("answer"), flag)


def form_answers(fields: Fields, items: Sequence[Item]) -> dict[int, object]:
    """The raw answers of a whole form by position; a `BadAnswer` where a question's fields contradict each other.

    A question that the form does not mention at all (its marker is missing) is left out: it was not on that page.
    """
    return {
        item.position: raw_answer(fields, f"q{item.position}", item.present())
        for item in items
        if f"q{item.position}-here" in fields
    }


def raw_answer(fields: Fields, name: str, presented: Presented) -> object:
    """What a form's fields called `name` say, in the form that the question types read; or a `BadAnswer`.

    Single, multiple, true or false: the ids chosen; a typed answer: its text. Gaps and matching: what stands in each gap or
    beside each left side, `name-0`, `name-1`... Ordering: the form gives each item its place (`name-<id>`: 1, 2...); the
    types want the item of each place.
    """
    if presented.gaps:
        return [fields.get(f"{name}-{place}", "") for place in range(len(presented.gaps))]
    if not presented.prompts:
        return fields.getlist(name)
    if presented.type != "ordering":
        return [fields.get(f"{name}-{place}", "") for place in range(len(presented.prompts))]
    places = [""] * len(presented.prompts)
    for choice in presented.choices:
        place = fields.get(f"{name}-{choice.id}", "")
        if not place:
            continue
        if place not in presented.prompts:
            return BadAnswer("answer.unknown_choice")
        if places[int(place) - 1]:
            return BadAnswer("answer.repeated")
        places[int(place) - 1] = choice.id
    return places


def position_of(text: str | None) -> int | None:
    """The question that a button names; None where it names none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None
