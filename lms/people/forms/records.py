"""Forms of a person's file. What they take is checked again by the commands; here stands only its shape."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as Opt

from lms.web.forms import Form

NEEDED = InputRequired(_l("Falta completar este campo."))
DAY_NEEDED = InputRequired(_l("Falta la fecha, o no existe."))
CHOICE_NEEDED = InputRequired(_l("Falta elegir."))


def options(empty: str, pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """The choices of a select: the words for none, then (value, text) each."""
    return [SelectChoice("", empty), *(SelectChoice(value, text) for value, text in pairs)]


class DetailsForm(Form):
    employee_number = StringField(_l("Legajo"), [NEEDED, Length(max=32)])
    given_name = StringField(_l("Nombre"), [NEEDED, Length(max=80)])
    family_name = StringField(_l("Apellido"), [NEEDED, Length(max=80)])
    email = StringField(
        _l("Correo"), [Opt(), Length(max=254)], description=_l("Si tiene: también sirve para ingresar.")
    )


class PlaceForm(Form):
    """Where somebody works; the view gives the choices."""

    site = SelectField(_l("Sede"), [CHOICE_NEEDED])
    programme = SelectField(_l("Campaña"), [CHOICE_NEEDED])
    job = SelectField(_l("Puesto"), [CHOICE_NEEDED])
    supervisor = SelectField(_l("Coordinación"), [Opt()], description=_l("De quién depende."))


class HireForm(DetailsForm, PlaceForm):
    hired_on = DateField(_l("Ingreso"), [DAY_NEEDED], description=_l("Primer día de trabajo."))
    temporary = BooleanField(_l("Contrato temporal"))


class RehireForm(PlaceForm):
    hired_on = DateField(_l("Reingreso"), [DAY_NEEDED], description=_l("Primer día del nuevo vínculo."))
    temporary = BooleanField(_l("Contrato temporal"))


class TransferForm(PlaceForm):
    from_day = DateField(_l("Desde"), [DAY_NEEDED], description=_l("La asignación anterior termina el día de antes."))


class PermitForm(Form):
    programme = SelectField(_l("Campaña"), [CHOICE_NEEDED])
    from_day = DateField(_l("Desde"), [DAY_NEEDED])
    to_day = DateField(_l("Hasta"), [Opt()], description=_l("Último día; vacío, hasta nuevo aviso."))


class LeaveForm(Form):
    last_day = DateField(_l("Último día de trabajo"), [DAY_NEEDED])
    reason = StringField(_l("Motivo"), [NEEDED, Length(max=200)])
    voluntary = RadioField(
        _l("Quién lo decidió"),
        [CHOICE_NEEDED],
        choices=[
            SelectChoice("yes", _l("La persona (egreso voluntario)")),
            SelectChoice("no", _l("La empresa (egreso involuntario)")),
        ],
    )
