"""Texts of templates: as Babel has them, escaped as Jinja has them, and never of another language than the request's."""

from __future__ import annotations

import flask_babel
import pytest
from babel.support import NullTranslations
from flask import Flask, render_template_string
from wtforms import IntegerField

from lms.web import translating
from lms.web.forms import Form


class Shouting(NullTranslations):
    """A catalogue that can be told from the source texts."""

    def ugettext(self, message: str) -> str:
        return message.upper().replace("%(NAME)S", "%(name)s")


@pytest.fixture
def request_of(app: Flask):
    with app.test_request_context("/"):
        yield


@pytest.mark.usefixtures("request_of")
def test_values_are_escaped_and_texts_are_not() -> None:
    page = render_template_string("{{ _('<b>%(name)s</b> 100%%', name=name) }}", name="<i>")
    assert page == "<b>&lt;i&gt;</b> 100%"
    assert render_template_string("{{ _('Igual') }}{{ gettext('Igual') }}") == "IgualIgual"


def test_a_text_is_html_of_ours_and_plain_in_a_plain_template(app: Flask) -> None:
    app.jinja_env.globals["kind"] = lambda text: type(text).__name__
    with app.test_request_context("/"):
        assert render_template_string("{{ kind(_('Continuar')) }}") == "Markup"
        plain = app.jinja_env.overlay(autoescape=False)
        assert plain.from_string("{{ kind(_('Continuar')) }} {{ _('%(a)s', a='<') }}").render() == "str <"


def test_each_catalogue_keeps_its_own_texts() -> None:
    plain, loud = NullTranslations(), Shouting()
    for _ in range(2):
        assert translating._safe(plain, "hola %(name)s") % {"name": "<x>"} == "hola &lt;x&gt;"
        assert translating._safe(loud, "hola %(name)s") % {"name": "<x>"} == "HOLA &lt;x&gt;"


def test_a_forced_locale_is_another_catalogue(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    by_locale = {"es": NullTranslations(), "en": Shouting()}
    monkeypatch.setattr(flask_babel, "get_translations", lambda: by_locale[str(flask_babel.get_locale())])
    with app.test_request_context("/"):
        assert render_template_string("{{ _('hola') }}") == "hola"
        with flask_babel.force_locale("en"):
            assert render_template_string("{{ _('hola') }}") == "HOLA"
        assert render_template_string("{{ _('hola') }}") == "hola"


@pytest.mark.usefixtures("request_of")
def test_the_forms_library_speaks_the_language_of_the_request(app: Flask) -> None:
    class Counting(Form):
        many = IntegerField()

    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST", data={"many": "x"}):
        form = Counting()
        assert not form.validate()
        assert form.many.errors == ["Falta un número entero."]
