"""What can be asked of the hours, as addresses and forms write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.hours.rules import WIDE, Dimension, Kind, Selection, parse_month
from lms.kit.clock import add_months, month_of, months_between
from lms.web.forms import Form

PARAMETERS = {
    Dimension.MONTH: "mes",
    Dimension.SITE: "sede",
    Dimension.PROGRAMME: "campana",
    Dimension.JOB: "puesto",
    Dimension.TYPE: "tipo",
    Dimension.MODE: "modo",
    Dimension.KIND: "clase",
    Dimension.COURSE: "curso",
    Dimension.PERSON: "persona",
}
"""How addresses name the dimensions: as a choice (`por=sede`) and as a filter (`sede=<code>`)."""

ALL_KINDS = "todas"
_BY_PARAMETER = {word: dimension for dimension, word in PARAMETERS.items()}
DEFAULT_MONTHS = 6
_KEY_LENGTH = 200


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `faults` maps a parameter to what is wrong with it; the selection is then the default."""

    selection: Selection
    by: tuple[Dimension, ...]
    faults: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The chosen kind, or `ALL_KINDS`."""
        return self.selection.keys.get(Dimension.KIND, ALL_KINDS)

    def parameters(self, **changes: str | None) -> dict[str, Any]:
        """The address's parameters for the same question with some of them changed (None: left out)."""
        chosen = self.selection
        found: dict[str, str | None] = {
            "desde": chosen.first.isoformat()[:7],
            "hasta": chosen.last.isoformat()[:7],
            "por": PARAMETERS[self.by[0]],
            "y": PARAMETERS[self.by[1]] if len(self.by) > 1 else None,
            "clase": self.kind,
            "ajustes": "1" if chosen.after_close else None,
        }
        found.update({PARAMETERS[dimension]: key for dimension, key in chosen.keys.items()})
        found.update(changes)
        return {name: value for name, value in found.items() if value is not None}

    def records(self, *keys: tuple[Dimension, str], kind: str | None = None, late: bool = False) -> dict[str, Any]:
        """The parameters of the list of entries behind a cell with these keys."""
        changes: dict[str, str | None] = {"por": None, "y": None}
        if kind is not None:
            changes["clase"] = kind
        if late:
            changes["ajustes"] = "1"
        for dimension, key in keys:
            if dimension is Dimension.MONTH:
                changes |= {"desde": key, "hasta": key}
            else:
                changes[PARAMETERS[dimension]] = key
        return self.parameters(**changes)

    def without_kind(self) -> Selection:
        """The same entries, of every kind."""
        kept: dict[Dimension, str] = {
            dimension: key for dimension, key in self.selection.keys.items() if dimension is not Dimension.KIND
        }
        return replace(self.selection, keys=kept)


def read_question(arguments: Mapping[str, str], today: date, *, most_months: int) -> Asked:
    """Read an address. What it leaves out has a default: the last months, by month, training only."""
    faults: dict[str, str] = {}
    default_last = month_of(today)
    last = _month(arguments, "hasta", default_last, faults)
    first = _month(arguments, "desde", add_months(last, 1 - DEFAULT_MONTHS), faults)
    if not faults and first > last:
        faults["hasta"] = _("El último mes viene antes del primero.")
    elif not faults and len(months_between(first, last)) > most_months:
        faults["desde"] = _("El período es más largo que %(months)s meses: elegir uno más corto.", months=most_months)
    if faults:
        first, last = add_months(default_last, 1 - DEFAULT_MONTHS), default_last
    by = _dimensions(arguments)
    keys: dict[Dimension, str] = {
        dimension: arguments[word][:_KEY_LENGTH]
        for dimension, word in PARAMETERS.items()
        if dimension is not Dimension.KIND and arguments.get(word)
    }
    kind = arguments.get("clase", "" if Dimension.KIND in by else Kind.TRAINING.value)
    if kind in frozenset(Kind):
        keys[Dimension.KIND] = kind
    return Asked(Selection(first, last, keys, arguments.get("ajustes") == "1"), by, faults)


def _month(arguments: Mapping[str, str], name: str, default: date, faults: dict[str, str]) -> date:
    text = arguments.get(name, "").strip()
    if not text:
        return default
    found = parse_month(text)
    if found is None:
        faults[name] = _("Un mes se escribe con año y mes, como 2026-03.")
        return default
    return found


def _dimensions(arguments: Mapping[str, str]) -> tuple[Dimension, ...]:
    first = _BY_PARAMETER.get(arguments.get("por", ""), Dimension.MONTH)
    second = _BY_PARAMETER.get(arguments.get("y", ""))
    return (first,) if second is None or second is first or second in WIDE else (first, second)


class CorrectionForm(Form):
    """A counter-entry. `request_code` is drawn with the page, so that a form sent twice corrects once."""

    minutes_delta = IntegerField(_l("Minutos que se suman o se restan"), [InputRequired(_l("Falta un número entero."))])
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])
    request_code = HiddenField(_l("Código"), validators=[Length(min=12, max=32)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The library says in English what a number is not; the field's own words are enough.
        if self.minutes_delta.process_errors:
            self.minutes_delta.process_errors = [_("Falta un número entero, con un signo menos delante para restar.")]


class ReopenForm(Form):
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""
