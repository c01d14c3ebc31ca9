"""Forms of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from lms.web.forms import Form

_NEEDED = InputRequired(_l("Falta completar este campo."))


class SignInForm(Form):
    identifier = StringField(_l("Legajo o correo"), [_NEEDED, Length(max=254)])
    password = PasswordField(_l("Contraseña"), [_NEEDED, Length(max=1024)])


class CodeForm(Form):
    identifier = StringField(_l("Legajo o correo"), [_NEEDED, Length(max=254)])
    code = StringField(_l("Código de un solo uso"), [_NEEDED, Length(max=64)])
    password = PasswordField(_l("Contraseña nueva"), [_NEEDED, Length(max=1024)])
    repeated = PasswordField(
        _l("Repetir la contraseña nueva"), [_NEEDED, EqualTo("password", _l("Las dos contraseñas son distintas."))]
    )


class PasswordForm(Form):
    current = PasswordField(_l("Contraseña actual"), [_NEEDED, Length(max=1024)])
    password = PasswordField(_l("Contraseña nueva"), [_NEEDED, Length(max=1024)])
    repeated = PasswordField(
        _l("Repetir la contraseña nueva"), [_NEEDED, EqualTo("password", _l("Las dos contraseñas son distintas."))]
    )


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""
