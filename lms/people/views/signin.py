"""Signing in and out, the one-time code, the account."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kit.errors import Invalid, LmsError
from lms.people import queries, rules
from lms.people.commands import signin as commands
from lms.people.commands.signin import Attempted
from lms.people.forms import CodeForm, EmptyForm, PasswordForm, SignInForm
from lms.people.models import Person
from lms.people.passwords import Passwords
from lms.people.views import routes
from lms.web import i18n, login
from lms.web.catalogues import LANGUAGES
from lms.web.context import actor, current_actor, db, now, services, settings
from lms.web.local import safe_next
from lms.web.routes import PUBLIC, SIGNED_IN


def _passwords() -> Passwords:
    made: Passwords | None = current_app.extensions.get("umbral_passwords")
    if made is None:
        made = Passwords(settings().argon2_memory_kib, settings().argon2_time)
        current_app.extensions["umbral_passwords"] = made
    return made


def _attempted(identifier: str) -> Attempted:
    address = request.remote_addr or ""
    return Attempted(
        rules.normal_identifier(identifier), address, rules.in_ranges(address, settings().site_ranges.split(","))
    )


def limits() -> rules.ThrottleLimits:
    """How many failures are borne, for whatever is guessed at: a password, a code, the pin of a room."""
    chosen = settings()
    return rules.ThrottleLimits(
        chosen.throttle_failures,
        chosen.throttle_address,
        chosen.throttle_site_address,
        timedelta(minutes=chosen.throttle_minutes),
    )


def _enter(person: Person, moment: datetime) -> None:
    """Open a session for somebody whose identity was just proven, in a transaction of its own."""
    with services().database.writing() as session:
        token = commands.start_session(
            session, person, browser=request.user_agent.string, hours=settings().session_hours, now=moment
        )
        entering = queries.actor_for_person(session, person, moment, settings().zone)
    login.sign_in(entering, token)


@routes.page("/ingresar", allow=PUBLIC, methods=("GET", "POST"), transaction=False)
def sign_in() -> ResponseReturnValue:
    """Sign in with employee number or e-mail.

    The password is checked outside any write transaction: hashing takes tens of milliseconds, and answers are
    being saved meanwhile.
    """
    if current_actor() is not None:
        return redirect(safe_next(request.args.get("next"), "/"), code=303)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            person = _check(form.identifier.data or "", form.password.data or "")
            _enter(person, now())
            return redirect(safe_next(request.args.get("next"), "/"), code=303)
        except LmsError as error:
            form.add_error(error)
            return render_template("people/sign_in.html", form=form), error.status
    return render_template("people/sign_in.html", form=form)


def _check(identifier: str, password: str) -> Person:
    """The person behind identifier and password. One hash is computed whoever it is, or is not."""
    attempted, moment = _attempted(identifier), now()
    with services().database.reading() as session:
        commands.refuse_if_throttled(session, attempted, limits=limits(), now=moment)
        person = queries.person_by_identifier(session, attempted.identifier)
    if _passwords().check(person.password_hash if person else None, password) and person is not None:
        return person
    with services().database.writing() as session:
        commands.note_failure(session, attempted, now=moment)
    raise Invalid("people.sign_in_failed")


@routes.page("/ingresar/codigo", allow=PUBLIC, methods=("GET", "POST"), transaction=False)
def use_code() -> ResponseReturnValue:
    """The first password, or a new one for a forgotten one, with a one-time code."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            person = _redeem(form)
            _enter(person, now())
            flash(_("Contraseña guardada. Desde ahora se ingresa con ella."), "good")
            return redirect("/", code=303)
        except LmsError as error:
            form.add_error(error)
            return render_template("people/use_code.html", form=form), error.status
    return render_template("people/use_code.html", form=form)


def _redeem(form: CodeForm) -> Person:
    attempted, moment, chosen = _attempted(form.identifier.data or ""), now(), settings()
    with services().database.reading() as session:
        commands.refuse_if_throttled(session, attempted, limits=limits(), now=moment)
    # Judged by what was typed alone, before anybody is looked up: the answer says nothing of an account.
    fault = rules.password_fault(
        form.password.data or "",
        low=chosen.password_min,
        high=chosen.password_max,
        employee_number=attempted.identifier,
        email=None,
    )
    if fault is not None:
        raise Invalid(fault, field="password", low=chosen.password_min, high=chosen.password_max)
    hashed = _passwords().hash(form.password.data or "")
    try:
        with services().database.writing() as session:
            return commands.use_code(
                session, attempted, typed=form.code.data or "", password_hash=hashed, key=chosen.secret_key, now=moment
            )
    except Invalid:
        with services().database.writing() as session:
            commands.note_failure(session, attempted, now=moment)
        raise


@routes.page("/salir", allow=SIGNED_IN, methods=("POST",))
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser."""
    commands.end_session(db(), actor(), now=now())
    login.sign_out()
    return redirect(url_for("people.sign_in"), code=303)


@routes.page("/cuenta", allow=SIGNED_IN)
def account() -> ResponseReturnValue:
    """One's own account: where one is signed in, and the password."""
    return _account_page(PasswordForm())


def _account_page(form: PasswordForm, status: int = 200) -> ResponseReturnValue:
    with services().database.reading() as session:
        sessions = queries.sessions_of(session, actor().person_id or -1, now())
    page = render_template(
        "people/account.html",
        form=form,
        end_form=EmptyForm(),
        sessions=sessions,
        this_session=actor().session_id,
        chosen_language=actor().locale or "",
    )
    return page, status


@routes.page("/cuenta/idioma", allow=SIGNED_IN, methods=("POST",))
def change_language() -> ResponseReturnValue:
    """Choose the language of one's own account, or leave it to the browser."""
    chosen = request.form.get("language") or None
    commands.choose_language(db(), actor(), locale=chosen, complete=LANGUAGES, now=now())
    with i18n.speaking(chosen or i18n.of_browser()):
        flash(_("Idioma guardado."), "good")
    return redirect(url_for("people.account"), code=303)


@routes.page("/cuenta/contrasena", allow=SIGNED_IN, methods=("POST",), transaction=False)
def change_password() -> ResponseReturnValue:
    """Change one's own password; the other browsers are signed out."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _account_page(form, 400)
    attempted = _attempted(actor().employee_number)
    try:
        person = _change(attempted, form.current.data or "", form.password.data or "")
    except LmsError as error:
        if error.key == "people.password_wrong":
            with services().database.writing() as session:
                commands.note_failure(session, attempted, now=now())
        form.add_error(error)
        return _account_page(form, error.status)
    _enter(person, now())
    flash(_("Contraseña cambiada. Las otras sesiones se cerraron."), "good")
    return redirect(url_for("people.account"), code=303)


def _change(attempted: Attempted, current: str, new: str) -> Person:
    """Check and hash outside the write transaction, then store."""
    chosen = settings()
    with services().database.reading() as session:
        commands.refuse_if_throttled(session, attempted, limits=limits(), now=now())
        person = session.get_one(Person, actor().person_id)
    if not _passwords().check(person.password_hash, current):
        raise Invalid("people.password_wrong", field="current")
    commands.refuse_weak(new, person, low=chosen.password_min, high=chosen.password_max)
    hashed = _passwords().hash(new)
    with services().database.writing() as session:
        return commands.change_password(session, actor(), password_hash=hashed, now=now())


@routes.page("/cuenta/salir-de-todas", allow=SIGNED_IN, methods=("POST",))
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own, this one included."""
    person = db().get_one(Person, actor().person_id)
    commands.end_all_sessions(db(), actor(), person, now=now())
    login.sign_out()
    flash(_("Se cerró la sesión en todos los navegadores."), "good")
    return redirect(url_for("people.sign_in"), code=303)
