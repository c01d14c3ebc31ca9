"""The shape of what the pages of a test send: JSON from the script, plain forms without it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateTimeLocalField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind
from wtforms.validators import InputRequired, Length

from lms.assessment.commands.answering import Entry
from lms.assessment.queries.attempts import Item
from lms.assessment.rules.regrade import MAX_ACCEPTED, MAX_POINTS, Change, RegradeKind
from lms.assessment.types.base import BadAnswer, Presented
from lms.kit.errors import Invalid
from lms.web.forms import Form

Fields = MultiDict[str, str]
REGRADE_KINDS = tuple(kind.value for kind in RegradeKind if kind is not RegradeKind.MARK)
MAX_DENOMINATOR = 1_000
_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}|/[0-9]{1,4})?")
"""Points finer than this are a slip of the keyboard, and would not fit a column after a sum."""


_NEEDED = InputRequired(_l("Falta completar este campo."))
_MOST_REASON = 500


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""


class GrantForm(Form):
    """More time or attempts for a person at a test. `time` is a percentage beside the whole."""

    test = SelectField(_l("Prueba"), validators=[_NEEDED])
    time = SelectField(
        _l("Tiempo de más"),
        choices=[
            SelectChoice(value, label)
            for value, label in (
                ("0", _l("ninguno")),
                ("10", _l("una décima parte")),
                ("25", _l("una cuarta parte")),
                ("50", _l("la mitad")),
                ("100", _l("otro tanto: el doble en total")),
                ("200", _l("dos veces más: el triple en total")),
            )
        ],
        default="25",
    )
    attempts = IntegerField(_l("Intentos de más"), default=0, validators=[_NEEDED])
    reason = TextAreaField(_l("Motivo"), validators=[_NEEDED, Length(max=_MOST_REASON)])


class ReasonForm(Form):
    """Why something is taken back."""

    reason = TextAreaField(_l("Motivo"), validators=[_NEEDED, Length(max=_MOST_REASON)])


class RoomForm(Form):
    """A supervised room. Times are those of the reader's zone."""

    test = SelectField(_l("Prueba"), validators=[_NEEDED])
    title = StringField(_l("Nombre de la sala"), validators=[_NEEDED, Length(max=100)])
    opens_at = DateTimeLocalField(_l("Desde"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[_NEEDED])
    closes_at = DateTimeLocalField(_l("Hasta"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[_NEEDED])
    addresses = TextAreaField(_l("Redes desde las que se entra"), validators=[Length(max=2_000)])


class NewPlanForm(Form):
    """The test whose plan is begun."""

    bank = SelectField(_l("Banco"), validators=[_NEEDED])
    title = StringField(_l("Título"), validators=[Length(max=200)])
    slug = StringField(_l("Identificador"), validators=[Length(max=60)])


class MinutesForm(Form):
    """More minutes in one attempt under way."""

    attempt = HiddenField(validators=[Length(max=12)])
    minutes = IntegerField(_l("Minutos de más"), default=10, validators=[_NEEDED])
    reason = StringField(_l("Motivo"), validators=[_NEEDED, Length(max=_MOST_REASON)])


def entries(document: object) -> list[Entry]:
    """The entries of a JSON document: `{"saves": [...]}`, or one save by itself.

    A save is `{"position", "tab", "seq", "answer": [choice ids]}`; or with `"flag": bool`, `"left": seconds` that the page was
    out of sight, `"paste": signs` in place of the answer.
    What a field holds is judged by the command, entry by entry; one that says nothing, or two things, is refused there alone.
    Raises: Invalid("assessment.bad_request") where the document is not of that shape at all.
    """
    if not isinstance(document, dict):
        raise Invalid("assessment.bad_request")
    saves = document.get("saves", [document] if "position" in document else None)
    if not isinstance(saves, list) or not all(isinstance(save, dict) for save in saves):
        raise Invalid("assessment.bad_request")
    return [_entry(save) for save in saves]


_SAYS = ("answer", "flag", "left", "paste")


def _entry(save: Mapping[str, Any]) -> Entry:
    says = [key for key in _SAYS if key in save]
    sent = (save.get("position", 0), save.get("tab", ""), save.get("seq", -1))
    if len(says) != 1 or (says[0] != "answer" and save[says[0]] is None):
        # A flag that is null must not pass for an answer: in an `Entry` it would mean one.
        return Entry(*sent, shaped=False)
    return Entry(*sent, **{says[0]: save[says[0]]})


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


def levels_of(fields: Fields, criteria: Sequence[str]) -> dict[str, int]:
    """The level chosen of each criterion of a rubric, by its number; those that were not chosen are left out."""
    found = {}
    for criterion in criteria:
        text = fields.get(f"c-{criterion}", "")
        if text.isascii() and text.isdigit() and len(text) < 4:
            found[criterion] = int(text)
    return found


def numbers(fields: Fields, name: str) -> list[int]:
    """Every number that a form sends under a name; what is none is left out."""
    return [int(text) for text in fields.getlist(name) if text.isascii() and text.isdigit() and len(text) < 18]


def change_of(fields: Fields, answers: Mapping[str, str]) -> Change:
    """The regrade that a form describes; `answers` says how each answer that can be ticked is recognised.

    Raises: Invalid("assessment.regrade_kind", "assessment.regrade_answers", "assessment.regrade_points").
    """
    kind = fields.get("kind", "")
    if kind not in REGRADE_KINDS:
        raise Invalid("assessment.regrade_kind", field="kind")
    if kind == RegradeKind.ACCEPT:
        ticked = frozenset(answers[each] for each in fields.getlist("answer") if each in answers)
        if not 0 < len(ticked) <= MAX_ACCEPTED:
            raise Invalid("assessment.regrade_answers", field="answer", limit=MAX_ACCEPTED)
        return Change(RegradeKind.ACCEPT, ticked)
    if kind == RegradeKind.POINTS:
        return Change(RegradeKind.POINTS, points=_points(fields.get("points", "")))
    if kind == RegradeKind.WITHDRAW:
        code = fields.get("regrade", "")
        if not code:
            raise Invalid("assessment.regrade_kind", field="kind")
        return Change(RegradeKind.WITHDRAW, withdraws=code)
    return Change(RegradeKind(kind))


def _points(text: str) -> Fraction:
    plain = text.strip().replace(",", ".")
    try:
        # An exponent of nine digits would be worked out to the last one.
        points = Fraction(plain) if _POINTS.fullmatch(plain) else Fraction(0)
    except ZeroDivisionError:
        points = Fraction(0)
    if not 0 < points <= MAX_POINTS or points.denominator > MAX_DENOMINATOR:
        raise Invalid("assessment.regrade_points", field="points", limit=MAX_POINTS)
    return points
