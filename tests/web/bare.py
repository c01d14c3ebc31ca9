"""A bare application that shows the style guide: the templates and the assets without a database or a capability."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import wtforms
from flask import Flask, render_template, request
from flask_babel import Babel
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from lms.web.app import CONTENT_SECURITY_POLICY
from lms.web.assets import STATIC, Assets
from lms.web.catalogues import NAMES
from lms.web.i18n import out_of_100


class Sample(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One field of every kind."""

    name = wtforms.StringField("Nombre", validators=[DataRequired("Hace falta un nombre.")])
    month = wtforms.SelectField(
        "Mes", choices=[SelectChoice("11", "Noviembre 2026"), SelectChoice("10", "Octubre 2026")]
    )
    day = wtforms.DateField("Día", validators=[DataRequired("Hace falta un día.")])
    minutes = wtforms.IntegerField("Minutos")
    note = wtforms.TextAreaField("Observación", description="Se lee en el legajo.")
    mode = wtforms.RadioField(
        "Modo",
        choices=[SelectChoice("a", "Presencial"), SelectChoice("b", "Virtual")],
        validators=[DataRequired("Hace falta elegir un modo.")],
    )
    skills = wtforms.SelectMultipleField(
        "Habilidades",
        choices=[SelectChoice("a", "Escucha"), SelectChoice("b", "Sistemas")],
        widget=wtforms.widgets.ListWidget(prefix_label=False),
        option_widget=wtforms.widgets.CheckboxInput(),
    )
    agree = wtforms.BooleanField("La persona vio el registro")
    evidence = wtforms.FileField("Evidencia")


def faulty_form() -> Sample:
    """The form as it comes back to somebody who left out what is required."""
    form = Sample(formdata=None)
    form.process(MultiDict({"month": "11", "note": "Escrito", "csrf_token": form.csrf_token.current_token}))
    form.validate()
    return form


def _drawn(template: str, answers: dict[str, Any], **facts: Any) -> Markup:
    """An end of the frame, its holes filled at once."""
    name = answers["user_name"] or ""
    holes = {"name": name, "initial": name[:1], "token": generate_csrf(), "next": request.full_path}
    return Markup(render_template(f"web/{template}", hole=holes.__getitem__, now=answers["theme"], **facts))  # noqa: S704 - of a template


def make_app(**told: Any) -> Flask:
    """The application; `told` overrides the template globals theme, lang, signed_in, user_name and navigation."""
    app = Flask(__name__, template_folder=str(STATIC.parent / "templates"), static_folder=None)
    app.config.update(SECRET_KEY="only for tests", TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, default_locale="es")
    Assets().init_app(app)
    places = [("Mi aprendizaje", True), ("Mi equipo", False), ("Horas", False)]
    answers: dict[str, Any] = {
        "theme": "auto",
        "lang": "es",
        "signed_in": True,
        "user_name": "Ana Prueba",
        "navigation": [SimpleNamespace(label=label, url="/", active=active) for label, active in places],
    } | told
    for name, answer in answers.items():
        app.jinja_env.globals[name] = lambda answer=answer: answer
    app.jinja_env.globals["top_bar"] = lambda: _drawn(
        "_top_bar.html", answers, signed_in=answers["signed_in"], places=answers["navigation"] or [], items=[]
    )
    app.jinja_env.globals["foot"] = lambda: _drawn("_foot.html", answers, stranger=not answers["signed_in"])
    app.jinja_env.globals["csrf_token"] = generate_csrf
    app.jinja_env.filters["out_of_100"] = out_of_100
    app.jinja_env.globals["language_names"] = NAMES
    app.add_url_rule("/buscar", "web.search", lambda: "")
    app.add_url_rule("/tema", "web.set_theme", lambda: "", methods=["POST"])
    app.add_url_rule("/idioma", "web.set_language", lambda: "", methods=["POST"])
    app.add_url_rule("/salir", "people.sign_out", lambda: "", methods=["POST"])
    app.add_url_rule("/cuenta", "people.account", lambda: "")

    @app.get("/")
    def style_guide() -> str:
        return render_template("web/styleguide.html", form=faulty_form(), filters=Sample(formdata=None, prefix="f-"))

    @app.get("/error")
    def error() -> str:
        return render_template("web/error.html", status=503, title="No se pudo", text="Está.", replay=[("nota", "a<b")])

    @app.after_request
    def _policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return app
