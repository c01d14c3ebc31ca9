"""The base of every form: what is typed comes clean, what a command refuses stands at its field, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import wtforms
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms.validators import InputRequired

from lms.kit.errors import Conflict, Invalid
from lms.web import forms
from lms.web.forms import Form, PartForm


class Sample(Form):
    name = wtforms.StringField("Nombre", [InputRequired()])
    note = wtforms.TextAreaField("Nota", filters=[lambda value: value.upper() if value else value])
    password = wtforms.PasswordField("Contraseña")
    day = wtforms.DateField("Día", [wtforms.validators.Optional()])
    minutes = wtforms.IntegerField("Minutos", [wtforms.validators.Optional()])


@pytest.fixture
def request_(app: Flask) -> Iterator[None]:
    with app.test_request_context(method="POST"):
        yield


def filled(**values: str) -> Sample:
    return Sample(MultiDict({"name": "Ana", **values}))


@pytest.mark.usefixtures("request_")
def test_texts_lose_the_blanks_around_them_and_passwords_do_not() -> None:
    form = filled(name=" \tAna  María\n", note=" dos\nlíneas ", password="  a phrase ")
    assert form.name.data == "Ana  María"
    assert form.note.data == "DOS\nLÍNEAS"  # after the field's own filters
    assert form.password.data == "  a phrase "


@pytest.mark.usefixtures("request_")
def test_a_field_that_did_not_come_stays_empty() -> None:
    form = Sample(MultiDict({"note": "x"}))
    assert form.name.data in (None, "")
    assert not form.validate()
    assert list(form.errors) == ["name"]


@pytest.mark.usefixtures("request_")
def test_a_refusal_stands_at_the_field_it_names_and_what_was_typed_stays() -> None:
    form = filled(minutes="5")
    assert form.validate()
    form.add_error(Invalid("people.number_taken", field="name", number="L1"))
    form.add_error(Invalid("people.name_missing", field="name"))
    assert form.name.errors == ["Ya hay una persona con el legajo L1.", "Faltan el nombre o el apellido."]
    assert form.form_errors == []
    assert (form.name.data, form.minutes.data) == ("Ana", 5)


@pytest.mark.usefixtures("request_")
@pytest.mark.parametrize("field", [None, "nothing_here"])
def test_a_refusal_without_a_field_of_this_form_stands_over_it(field: str | None) -> None:
    form = filled()
    form.add_error(Conflict("people.name_missing", field=field))
    assert form.form_errors == ["Faltan el nombre o el apellido."]
    assert all(not each.errors for each in form)


@pytest.mark.usefixtures("request_")
@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("day", "2026-03-16", True),
        ("day", "1900-01-01", True),
        ("day", "2199-12-31", True),
        ("day", "1899-12-31", False),
        ("day", "2200-01-01", False),
        ("day", "9999-12-31", False),
        ("day", "2026-02-30", False),
        ("minutes", "2147483647", True),
        ("minutes", "2147483648", False),
        ("minutes", "-99999999999999999999", False),
        ("minutes", "1e3", False),
    ],
)
def test_days_and_numbers_are_what_can_be_stored(field: str, value: str, good: bool) -> None:
    form = filled(**{field: value})
    assert form.validate() == good
    assert (field in form.errors) != good
    assert date(forms.YEARS[0], 1, 1) < date(forms.YEARS[-1], 12, 31)


def test_every_form_of_the_product_is_ours_and_protected(app: Flask) -> None:
    """A form of another base would take requests that a stranger's page sends."""
    assert app.config.get("WTF_CSRF_CHECK_DEFAULT", True)
    found = [kind for kind in _below(wtforms.Form) if kind.__module__.startswith("lms.")]
    assert len(found) >= 10
    # Parts of a form, which carries the token.
    rows = [
        kind for kind in found if kind is PartForm or (kind.__name__.endswith("Row") and issubclass(kind, PartForm))
    ]
    assert [kind for kind in found if not issubclass(kind, Form) and kind not in rows] == []
    with app.test_request_context(method="POST"):
        app.config["WTF_CSRF_ENABLED"] = True
        assert "csrf_token" in Sample()._fields


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
