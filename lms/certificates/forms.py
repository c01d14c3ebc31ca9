"""Forms of certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.web.forms import Form


class RevokeForm(Form):
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])


class CodeForm(Form):
    class Meta(Form.Meta):
        csrf = False  # a search: it changes nothing

    code = StringField(_l("Código del certificado"), [Length(max=40)])
