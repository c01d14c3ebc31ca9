"""Forms of courses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.web.forms import Form


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""


class ReadingForm(Form):
    """What the reading script sends: the heading on screen, "" for the start."""

    anchor = StringField(validators=[Length(max=200)])


class AssignForm(Form):
    """People are the boxes of the list; who may be chosen is for the command to say."""

    course = HiddenField(_l("Curso"), validators=[InputRequired(), Length(max=64)])
    training_type = RadioField(
        _l("Tipo de capacitación"), [InputRequired(_l("Falta elegir por qué se capacita."))], validate_choice=False
    )
    due_on = DateField(_l("Fecha límite"), [Optional()])
    people = SelectMultipleField(_l("Personas"), validate_choice=False)


class WithdrawForm(Form):
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])
