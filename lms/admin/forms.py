"""Forms of administration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.web.forms import Form

_NEEDED = InputRequired(_l("Falta completar este campo."))


class SettingForm(Form):
    key = SelectField(_l("Ajuste"), [_NEEDED])
    value = IntegerField(_l("Valor"), [_NEEDED])
    site = SelectField(_l("Sede"), [Optional()])
    from_day = DateField(_l("Desde"), [_NEEDED])
    to_day = DateField(_l("Hasta (incluido)"), [Optional()])
    note = StringField(_l("Por qué"), [_NEEDED, Length(max=300)])


class EndSettingForm(Form):
    code = HiddenField(_l("Código"), validators=[_NEEDED, Length(max=32)])
    last_day = DateField(_l("Último día"), [_NEEDED])


class WithdrawSettingForm(Form):
    code = HiddenField(_l("Código"), validators=[_NEEDED, Length(max=32)])
