"""A verification or a day of OJT as recorded: what it says, who signed, what took its place; signing it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.skills import commands, queries
from lms.skills.forms import ReasonForm, SignForm
from lms.skills.models import OjtRecord, Verification
from lms.skills.queries import RecordRow
from lms.skills.rules.signing import ROLE_PERMISSION
from lms.skills.views import routes
from lms.skills.views.road import may_reach
from lms.skills.views.texts import WORDS
from lms.web.context import actor, db, now, today
from lms.web.files import size_text

READERS = queries.READERS
SIGNERS = (Permission.VERIFY, Permission.SIGN_WITNESS, Permission.SIGN_MANAGER)


def _readable(code: str, *, ojt: bool) -> Verification | OjtRecord:
    """The record, where the reader's team or own scope reaches it."""
    return queries.readable_record(db(), actor(), code, ojt=ojt, on=today())


def _role_open(row: RecordRow) -> str | None:
    """The role in which whoever looks may sign now, if any."""
    role, record, who = queries.next_role(row), row.record, actor()
    evaluator = record.observer_id if isinstance(record, OjtRecord) else record.evaluator_id
    taken = {item.signer_id for item in row.signatures} | {record.person_id, evaluator}
    if role is None or who.person_id in taken or not who.can(ROLE_PERMISSION[role]):
        return None
    return role if may_reach(record.person_id, ROLE_PERMISSION[role]) else None


def _page(row: RecordRow, form: SignForm | None = None, reason: ReasonForm | None = None) -> str:
    record = row.record
    role = _role_open(row)
    if form is None:
        form = SignForm(formdata=None, role=role or "")
    may_correct = (
        row.counts
        and record.person_id != actor().person_id
        and actor().can(Permission.VERIFY)
        and may_reach(record.person_id, Permission.VERIFY)
    )
    return render_template(
        "skills/record.html",
        row=row,
        record=record,
        role=role,
        form=form,
        reason=reason or ReasonForm(formdata=None),
        may_correct=may_correct,
        plan=None if row.is_ojt else queries.plan_of(db(), record.id),
        files=[(file, size_text(file.size)) for file in queries.evidence_of(db(), record)],
        replaced_by=queries.replacement_of(db(), record),
        own=record.person_id == actor().person_id,
        words=WORDS,
    )


@routes.page("/verificacion/<code>", allow=READERS)
def verification(code: str) -> ResponseReturnValue:
    """A verification, with its signatures."""
    return _page(queries.record_row(db(), _readable(code, ojt=False)))


@routes.page("/practica/<code>", allow=READERS)
def ojt_record(code: str) -> ResponseReturnValue:
    """A day of OJT, with its signatures."""
    return _page(queries.record_row(db(), _readable(code, ojt=True)))


@routes.page("/verificacion/<code>/firmar", allow=SIGNERS, methods=("POST",))
def sign_verification(code: str) -> ResponseReturnValue:
    """Sign a verification."""
    return _sign(code, ojt=False)


@routes.page("/practica/<code>/firmar", allow=SIGNERS, methods=("POST",))
def sign_ojt(code: str) -> ResponseReturnValue:
    """Sign a day of OJT."""
    return _sign(code, ojt=True)


def _sign(code: str, *, ojt: bool) -> ResponseReturnValue:
    record = _readable(code, ojt=ojt)
    form = SignForm()
    if not form.validate_on_submit():
        return _page(queries.record_row(db(), record), form), 400
    try:
        commands.sign_off(db(), actor(), code=code, ojt=ojt, role=form.role.data or "", now=now())
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return _page(queries.record_row(db(), record), form), error.status
    flash(_("Firma registrada."), "good")
    return redirect(url_for("skills.ojt_record" if ojt else "skills.verification", code=code), code=303)


@routes.page("/verificacion/<code>/retirar", allow=Permission.VERIFY, methods=("POST",))
def withdraw_verification(code: str) -> ResponseReturnValue:
    """Take a verification back, with a reason."""
    return _withdraw(code, ojt=False)


@routes.page("/practica/<code>/retirar", allow=Permission.VERIFY, methods=("POST",))
def withdraw_ojt(code: str) -> ResponseReturnValue:
    """Take a day of OJT back, and its hours."""
    return _withdraw(code, ojt=True)


def _withdraw(code: str, *, ojt: bool) -> ResponseReturnValue:
    record = _readable(code, ojt=ojt)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(queries.record_row(db(), record), reason=form), 400
    take_back = commands.withdraw_ojt if ojt else commands.withdraw_verification
    try:
        take_back(db(), actor(), code=code, reason=form.reason.data or "", now=now())
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return _page(queries.record_row(db(), record), reason=form), error.status
    flash(_("Registro retirado. Queda a la vista, y ya no cuenta."), "good")
    return redirect(url_for("skills.ojt_record" if ojt else "skills.verification", code=code), code=303)
