"""The base of every form: CSRF, stripped texts, bounds of days and numbers, errors of commands shown at their field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Field, IntegerField
from wtforms.validators import ValidationError

from lms.kit.errors import LmsError
from lms.web.errors import message
from lms.web.translating import FormTexts

YEARS = range(1900, 2200)
"""What a form takes for a day: the calendar of a program ends at both sides, and the day after its last is no day."""
MOST = 2**31 - 1
"""The largest number that a form takes: what a column of a database holds."""


_TEXTS = FormTexts()


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _within_bounds(_form: FlaskForm, field: Field) -> None:
    if isinstance(field, DateField) and field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_("El año tiene que estar entre %(first)s y %(last)s.", first=YEARS[0], last=YEARS[-1]))
    if isinstance(field, IntegerField) and field.data is not None and abs(field.data) > MOST:
        raise ValidationError(_("El número es demasiado grande."))


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form of the product."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        def get_translations(self, _form: Any) -> FormTexts:
            return _TEXTS

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            # Passwords are taken as typed; every other text without the blanks that pasting brings.
            if unbound_field.field_class.__name__ in {"StringField", "EmailField", "TextAreaField", "SearchField"}:
                filters = [_strip, *unbound_field.kwargs.get("filters", [])]
                return unbound_field.bind(form=form, filters=filters, **options)
            return unbound_field.bind(form=form, **options)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Whether every field is well filled in, days and numbers within what can be stored."""
        checks: dict[str, Sequence[Any]] = dict(extra_validators or {})
        for name, field in self._fields.items():
            if isinstance(field, DateField | IntegerField):
                checks[name] = [*checks.get(name, ()), _within_bounds]
        return bool(super().validate(checks))

    def add_error(self, error: LmsError) -> None:
        """Show a command's refusal at the field it names, or over the form; the input stays as typed."""
        text = message(error)
        field: Field | None = self._fields.get(error.field) if error.field else None
        if field is not None:
            field.errors = [*field.errors, text]
        else:
            self.form_errors.append(text)
