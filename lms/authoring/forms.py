"""Forms of the desk of a bank; the editor's own is made of the fields of each type."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as Maybe

from lms.web.forms import Form

_NEEDED = InputRequired(_l("Falta completar este campo."))


class PublishForm(Form):
    """What goes with the drafts that were chosen. `due_at` is a time of the reader's zone; empty: now."""

    carry = BooleanField(_l("Las pruebas del banco pasan a la versión nueva"), default=True)
    due_at = DateTimeLocalField(
        _l("Publicar a una hora"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[Maybe()]
    )


class DeskForm(Form):
    """How a bank is written for."""

    topics = TextAreaField(_l("Temas nuevos, uno por línea"), validators=[Maybe(), Length(max=5_000)])
    second_person = BooleanField(_l("Otra persona aprueba cada pregunta antes de que salga en una prueba"))


class BankForm(Form):
    """A bank that there is not yet."""

    title = StringField(_l("Nombre del banco"), validators=[_NEEDED, Length(max=100)])
    topic = StringField(_l("Primer tema"), validators=[_NEEDED, Length(max=100)])


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""
