"""What addresses and forms of figures may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.hours.rules import parse_month
from lms.hours.words import TYPES
from lms.kit.clock import add_months, month_of
from lms.kit.errors import Invalid, NotFound
from lms.metrics.queries import Choices
from lms.metrics.rules import Cell
from lms.web.forms import Form

FILTERS = ("mes", "sede", "campana", "puesto", "tipo", "supervisor")
"""The parameters of an address, in the order of the form."""
EARLIEST = date(2000, 1, 1)


class _Coded(Protocol):
    id: int
    code: str


Coded_ = TypeVar("Coded_", bound=_Coded)


@dataclass(frozen=True)
class Asked:
    """What an address asks for; `parameters` are those to carry on in links."""

    month: date
    cell: Cell
    parameters: Mapping[str, str]

    def but(self, **changes: str | None) -> dict[str, Any]:
        """The parameters with some changed (None: left out)."""
        return {name: value for name, value in {**self.parameters, **changes}.items() if value is not None}


def asked(arguments: Mapping[str, str], choices: Choices, today: date) -> Asked:
    """Read an address: by default the last whole month of the whole company.

    Raises: Invalid("metrics.month_wrong"), NotFound("metrics.filter_unknown") for a code that the asker cannot choose.
    """
    month = add_months(month_of(today), -1)
    if arguments.get("mes"):
        found = parse_month(arguments["mes"].strip())
        if found is None or not EARLIEST <= found <= today:
            raise Invalid("metrics.month_wrong", field="mes")
        month = found
    cell = Cell(
        site_id=_chosen(choices.sites, arguments.get("sede", "")),
        programme_id=_chosen(choices.programmes, arguments.get("campana", "")),
        job_id=_chosen(choices.jobs, arguments.get("puesto", "")),
        supervisor_id=_chosen(choices.supervisors, arguments.get("supervisor", "")),
    )
    kind = arguments.get("tipo", "")
    if kind and kind not in TYPES:
        raise NotFound("metrics.filter_unknown")
    carried = {name: arguments[name] for name in FILTERS[1:] if arguments.get(name)}
    return Asked(month, replace(cell, training_type=kind), {"mes": month.isoformat()[:7], **carried})


def _chosen(rows: Sequence[Coded_], code: str) -> int | None:
    if not code:
        return None
    for row in rows:
        if row.code == code:
            return row.id
    raise NotFound("metrics.filter_unknown")


_NEEDED = InputRequired(_l("Falta completar este campo."))


class TargetForm(Form):
    figure = SelectField(_l("Cifra"), [_NEEDED])
    value = StringField(_l("Objetivo"), [_NEEDED, Length(max=20)])
    from_day = DateField(_l("Desde"), [_NEEDED])
    to_day = DateField(_l("Hasta (incluido)"), [Optional()])
    source = TextAreaField(_l("De dónde sale"), [_NEEDED, Length(max=500)])
    replace = BooleanField(_l("Toma el lugar de otro objetivo de esos días"))
