"""The directory of people and each person's file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext as _p
from wtforms import DateField

from lms.kit.errors import Invalid, LmsError, NotFound
from lms.kit.permissions import Permission
from lms.people import queries
from lms.people.commands import records
from lms.people.commands.placing import Place
from lms.people.commands.records import Details
from lms.people.forms import DetailsForm, HireForm, LeaveForm, PermitForm, RehireForm, TransferForm
from lms.people.forms.access import ROLE_NAMES
from lms.people.forms.records import PlaceForm, options
from lms.people.models import Person
from lms.people.rules import RECENT_DAYS, Movement
from lms.people.views import routes
from lms.web.context import actor, db, now, settings, today
from lms.web.forms import Form

READ, MANAGE = Permission.READ_PEOPLE, Permission.MANAGE_PEOPLE
_STATES = {"activas": True, "cerradas": False, "todas": None}
_MOVEMENTS = {"ingresos": Movement.HIRED, "egresos": Movement.LEFT}


@routes.page("/personas", allow=READ, nav=(_l("Personas"), 60))
def directory() -> ResponseReturnValue:
    """People in scope by name, a page at a time."""
    search, after = request.args.get("buscar", "").strip()[:100], request.args.get("desde", "")
    state = request.args.get("cuentas", "activas")
    movement = _MOVEMENTS.get(request.args.get("movimiento", ""))
    size = settings().page_size
    rows = queries.people_in_scope(
        db(),
        actor(),
        READ,
        today(),
        search=search,
        after=after,
        limit=size + 1,
        active=None if movement else _STATES.get(state, True),
        movement=movement,
        since=today() - timedelta(days=RECENT_DAYS),
    )
    more = len(rows) > size
    here: dict[str, Any] = {
        "buscar": search or None,
        "cuentas": state if state != "activas" else None,
        "movimiento": request.args.get("movimiento") if movement else None,
    }
    return render_template(
        "people/directory.html",
        rows=rows[:size],
        search=search,
        state=state,
        movement=here["movimiento"] or "",
        recent_days=RECENT_DAYS,
        may_hire=actor().can(MANAGE),
        first_url=url_for("people.directory", **here) if after else None,
        next_url=url_for("people.directory", desde=rows[size - 1].key, **here) if more else None,
    )


@routes.page("/persona/<person_code>", allow=(Permission.READ_TEAM, READ))
def person(person_code: str) -> ResponseReturnValue:
    """A person's page: who they are, where they worked, and what every capability adds about them."""
    found = queries.readable_person(db(), actor(), person_code, today())
    reach = {
        name: actor().can(permission) and queries.may_see(db(), actor(), found.id, permission, today())
        for name, permission in (
            ("manage", MANAGE),
            ("access", Permission.MANAGE_ACCESS),
            ("code", Permission.ISSUE_CODE),
        )
    }
    placements = queries.placements_of(db(), found.id)
    current = [
        each for each in placements if each.from_day <= today() and (each.to_day is None or each.to_day >= today())
    ]
    employments = queries.employments_of(db(), found.id)
    return render_template(
        "people/person.html",
        person=found,
        myself=found.id == actor().person_id,
        employments=employments,
        employed=any(each.left_on is None for each in employments),
        placements=placements,
        current=current,
        placement=next((each for each in current if each.is_primary), None),
        grants=queries.grants_of(db(), found.id, now())
        if reach["access"] or actor().can(Permission.READ_AUDIT)
        else [],
        role_names=ROLE_NAMES,
        reach=reach,
    )


def _form_page(
    form: Form, act: Callable[[], Person], *, title: str, action: str, done: str, back: str, lead: str | None = None
) -> ResponseReturnValue:
    """A form on a page of its own: act when it is well filled in, else show what is wrong with the input kept."""
    status = 200 if request.method == "GET" else 400
    if form.validate_on_submit():
        try:
            person_row = act()
        except NotFound:
            raise
        except LmsError as error:
            form.add_error(error)
            status = error.status
        else:
            flash(done, "good")
            return redirect(url_for("people.person", person_code=person_row.code), code=303)
    return render_template("people/form.html", form=form, title=title, action=action, back=back, lead=lead), status


def _with_places(form: PlaceForm) -> None:
    """Offer the places that the actor may put people in; the command refuses the others whatever is sent."""
    scope = actor().scope(MANAGE)
    programme_bound = {programme for _site, programme in scope.places}
    form.site.choices = options(
        _("Elegir…"),
        [
            (site.code, site.name)
            for site in queries.sites(db())
            if scope.everybody or any(bound in (None, site.id) for bound, _programme in scope.places)
        ],
    )
    form.programme.choices = options(
        _("Elegir…"),
        [
            (programme.code, programme.name)
            for programme in queries.programmes(db())
            if scope.everybody or programme_bound & {None, programme.id}
        ],
    )
    form.job.choices = options(_("Elegir…"), [(job.code, job.name) for job in queries.jobs(db())])
    form.supervisor.choices = options(
        _p("supervisor", "Nadie"),
        [(each.code, f"{each.family_name}, {each.given_name}") for each in queries.supervisors(db())],
    )


def _day(field: DateField) -> date:
    """The day of a field that a required validator let pass."""
    if field.data is None:
        raise Invalid("people.dates_wrong", field=field.short_name)
    return field.data


def _place(form: PlaceForm) -> Place:
    return Place(form.site.data, form.programme.data, form.job.data, form.supervisor.data or "")


def _details(form: DetailsForm) -> Details:
    return Details(
        form.employee_number.data or "", form.given_name.data or "", form.family_name.data or "", form.email.data or ""
    )


@routes.page("/personas/nueva", allow=MANAGE, methods=("GET", "POST"))
def hire() -> ResponseReturnValue:
    """A new person with employment and placement."""
    form = HireForm()
    _with_places(form)
    return _form_page(
        form,
        lambda: records.hire(
            db(),
            actor(),
            details=_details(form),
            hired_on=_day(form.hired_on),
            place=_place(form),
            temporary=form.temporary.data,
            now=now(),
        ),
        title=_("Registrar un ingreso"),
        lead=_("La persona, su vínculo y su asignación, en un solo paso."),
        action=_("Registrar"),
        done=_("Ingreso registrado. Con un código de un solo uso ya puede entrar."),
        back=url_for("people.directory"),
    )


def _mine(person_code: str) -> tuple[Person, str]:
    """The person whose file is to be changed, and the address of their page."""
    found = queries.person_for(db(), actor(), person_code, MANAGE, today())
    return found, url_for("people.person", person_code=person_code)


@routes.page("/persona/<person_code>/datos", allow=MANAGE, methods=("GET", "POST"))
def change_details(person_code: str) -> ResponseReturnValue:
    """Correct number, name, e-mail."""
    found, back = _mine(person_code)
    form = DetailsForm(obj=found)
    return _form_page(
        form,
        lambda: records.change_details(db(), actor(), person_code, details=_details(form), now=now()),
        title=_("Corregir los datos de %(name)s", name=found.name),
        action=_("Guardar"),
        done=_("Datos guardados."),
        back=back,
    )


@routes.page("/persona/<person_code>/traspaso", allow=MANAGE, methods=("GET", "POST"))
def transfer(person_code: str) -> ResponseReturnValue:
    """Another site, programme, job or supervisor from a day on."""
    found, back = _mine(person_code)
    current = queries.placement_on(db(), found.id, today())
    start = {}
    if current is not None:
        start = {"site": current.site.code, "programme": current.programme.code, "job": current.job.code}
        start["supervisor"] = current.supervisor.code if current.supervisor else ""
    form = TransferForm(data=start)
    _with_places(form)
    return _form_page(
        form,
        lambda: (
            records.transfer(
                db(), actor(), person_code, place=_place(form), from_day=_day(form.from_day), now=now()
            ).person
        ),
        title=_("Traspaso de %(name)s", name=found.name),
        lead=_("Lo registrado hasta ahora conserva la sede, la campaña y el puesto de su día."),
        action=_("Registrar el traspaso"),
        done=_("Traspaso registrado."),
        back=back,
    )


@routes.page("/persona/<person_code>/campana", allow=MANAGE, methods=("GET", "POST"))
def permit_programme(person_code: str) -> ResponseReturnValue:
    """Permission to work on one more programme."""
    found, back = _mine(person_code)
    form = PermitForm()
    form.programme.choices = options(_("Elegir…"), [(each.code, each.name) for each in queries.programmes(db())])
    return _form_page(
        form,
        lambda: (
            records.permit_programme(
                db(),
                actor(),
                person_code,
                programme=form.programme.data,
                from_day=_day(form.from_day),
                to_day=form.to_day.data,
                now=now(),
            ).person
        ),
        title=_("Otra campaña para %(name)s", name=found.name),
        lead=_("Además de su asignación principal, que no cambia."),
        action=_("Permitir"),
        done=_("Campaña agregada."),
        back=back,
    )


@routes.page("/persona/<person_code>/egreso", allow=MANAGE, methods=("GET", "POST"))
def end_employment(person_code: str) -> ResponseReturnValue:
    """The end of the employment."""
    found, back = _mine(person_code)
    form = LeaveForm()

    def act() -> Person:
        records.end_employment(
            db(),
            actor(),
            person_code,
            last_day=_day(form.last_day),
            reason=form.reason.data or "",
            voluntary=form.voluntary.data == "yes",
            now=now(),
        )
        return found

    return _form_page(
        form,
        act,
        title=_("Egreso de %(name)s", name=found.name),
        lead=_("Sus registros quedan. La cuenta se cierra al día siguiente del último."),
        action=_("Registrar el egreso"),
        done=_("Egreso registrado."),
        back=back,
    )


@routes.page("/persona/<person_code>/reingreso", allow=MANAGE, methods=("GET", "POST"))
def rehire(person_code: str) -> ResponseReturnValue:
    """A second employment for somebody who comes back."""
    found, back = _mine(person_code)
    form = RehireForm()
    _with_places(form)
    return _form_page(
        form,
        lambda: records.rehire(
            db(),
            actor(),
            person_code,
            hired_on=_day(form.hired_on),
            place=_place(form),
            temporary=form.temporary.data,
            now=now(),
        ),
        title=_("Reingreso de %(name)s", name=found.name),
        lead=_("Un segundo vínculo: el anterior queda como fue."),
        action=_("Registrar el reingreso"),
        done=_("Reingreso registrado."),
        back=back,
    )


@routes.page("/persona/<person_code>/cerrar-cuenta", allow=MANAGE, methods=("POST",))
def deactivate(person_code: str) -> ResponseReturnValue:
    """Close the account; the records stay."""
    records.deactivate(db(), actor(), person_code, now=now())
    flash(_("Cuenta cerrada. Sus sesiones terminaron y sus registros quedan."), "good")
    return redirect(url_for("people.person", person_code=person_code), code=303)


@routes.page("/persona/<person_code>/reabrir-cuenta", allow=MANAGE, methods=("POST",))
def reactivate(person_code: str) -> ResponseReturnValue:
    """Open an account that was closed by mistake."""
    records.reactivate(db(), actor(), person_code, now=now())
    flash(_("Cuenta abierta."), "good")
    return redirect(url_for("people.person", person_code=person_code), code=303)
