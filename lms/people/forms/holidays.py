"""Forms of a site's calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.web.forms import YEARS, Form


class HolidayForm(Form):
    day = DateField(_l("Día"), [InputRequired(_l("Falta el día."))])
    name = StringField(_l("Nombre del feriado"), [InputRequired(_l("Falta el nombre.")), Length(max=120)])


class RemoveHolidayForm(Form):
    day = DateField(_l("Día"), [InputRequired(_l("Falta el día."))])


class FillForm(Form):
    country = HiddenField(_l("País"), validators=[InputRequired(_l("Falta el país.")), Length(max=3)])
    subdivision = HiddenField(_l("Provincia o región (código)"), validators=[Length(max=10)])
    year = IntegerField(_l("Año"), [InputRequired(_l("Falta el año.")), NumberRange(YEARS[0], YEARS[-1])])
