"""Forms of certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind
from wtforms.validators import InputRequired, Length

from lms.web.forms import Form


class RevokeForm(Form):
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])


class CodeForm(Form):
    class Meta(Form.Meta):
        csrf = False  # a search: it changes nothing

    code = StringField(_l("Código del certificado"), [Length(max=40)])


class DecisionForm(Form):
    decision = RadioField(
        _l("Decisión"),
        [InputRequired(_l("Elegir una."))],
        choices=[
            SelectChoice("keep", _l("El certificado se mantiene")),
            SelectChoice("revoke", _l("El certificado se revoca: hay que hacer el curso otra vez")),
        ],
    )
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])


class ReopenForm(Form):
    reason = TextAreaField(_l("Motivo"), [InputRequired(_l("Falta el motivo.")), Length(max=500)])
