"""Forms of access and of the places that grants and placements name."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as Opt

from lms.kit.permissions import Role
from lms.web.forms import Form

ROLE_NAMES = {
    Role.LEARNER: _l("Aprendizaje"),
    Role.COORDINATOR: _l("Coordinación"),
    Role.TRAINER: _l("Formación"),
    Role.HR: _l("Recursos humanos"),
    Role.AUTHOR: _l("Autoría"),
    Role.AUDITOR: _l("Auditoría"),
    Role.ADMINISTRATOR: _l("Administración"),
}
_NAME = [InputRequired(_l("Falta el nombre.")), Length(max=80)]


class GrantForm(Form):
    role = SelectField(_l("Rol"), choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()])
    site = SelectField(_l("Sede"), [Opt()], description=_l("Vacío: todas. En coordinación, vacío es el propio equipo."))
    programme = SelectField(_l("Campaña"), [Opt()], description=_l("Vacío: todas."))
    last_day = DateField(_l("Hasta"), [Opt()], description=_l("Último día; vacío, sin fin."))


class SiteForm(Form):
    name = StringField(_l("Nombre de la sede"), _NAME)
    zone = StringField(
        _l("Zona horaria"),
        [InputRequired(_l("Falta la zona horaria.")), Length(max=60)],
        description=_l("Como «America/Bogota»: sus días y meses siguen esa hora."),
    )


class ProgrammeForm(Form):
    name = StringField(_l("Nombre de la campaña"), _NAME)


class JobForm(Form):
    name = StringField(_l("Nombre del puesto"), _NAME)
    key_customer_related = BooleanField(
        _l("Puesto clave de atención a clientes"),
        description=_l("Sus personas tienen que estar verificadas antes de tomar contactos reales."),
    )
