"""The shape of what is typed about imported records."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.web.forms import Form


class WithdrawForm(Form):
    """Why an imported record is taken back."""

    reason = TextAreaField(_l("Motivo"), validators=[DataRequired(), Length(max=500)])
