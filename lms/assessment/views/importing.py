"""Importing questions in the browser: a file is brought, looked at, mended where it can be, and taken by choice."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from lms.assessment.commands import bringing as commands
from lms.assessment.commands.bringing import CHECK, MOST_SHOWN, PURPOSE, TAKE, Report
from lms.assessment.formats.exchange import Defaults, Unreadable
from lms.assessment.formats.identity import slug as spelt
from lms.assessment.formats.kept import MAX_MENDED, Kept, parse_kept, unpack
from lms.assessment.formats.registry import FORMATS, format_of
from lms.assessment.formats.sheet.template import csv_template, xlsx_template
from lms.assessment.formats.sheet.words import LANGUAGES
from lms.assessment.import_forms import ImportForm, MendForm, NewBankForm
from lms.assessment.messages import TYPES
from lms.assessment.queries import bringing as reading
from lms.assessment.queries import content
from lms.assessment.views import routes
from lms.kit import jobs
from lms.kit.errors import Conflict, Invalid, LmsError
from lms.kit.files import StoredFile, clean_name
from lms.kit.permissions import Permission
from lms.web.context import actor, db, now, services, settings
from lms.web.files import disposition, size_text

MEND_IN_BROWSER = ("gift", "aiken")
"""Formats whose questions are texts that can be mended by themselves."""


@routes.page("/contenido/bancos", allow=Permission.READ_CONTENT)
def banks() -> ResponseReturnValue:
    """The published banks."""
    size = settings().page_size
    rows = reading.banks(db(), after=request.args.get("desde", ""), limit=size + 1)
    more = len(rows) > size
    return render_template(
        "assessment/banks.html",
        rows=rows[:size],
        may_import=actor().can(Permission.PUBLISH),
        next_url=url_for("assessment.banks", desde=rows[size - 1][0].slug) if more else None,
    )


@routes.page("/contenido/bancos/importar", allow=Permission.PUBLISH, methods=("GET", "POST"), uploads=PURPOSE)
def import_bank() -> ResponseReturnValue:
    """A file of questions becomes a bank."""
    return _bring(NewBankForm(), "", "")


@routes.page("/contenido/banco/<slug>/importar", allow=Permission.PUBLISH, methods=("GET", "POST"), uploads=PURPOSE)
def import_questions(slug: str) -> ResponseReturnValue:
    """A file of questions for a bank. Raises: NotFound("assessment.bank_not_found")."""
    bank, _version = content.bank_page(db(), slug)
    return _bring(ImportForm(), bank.slug, bank.title)


def _bring(form: ImportForm, bank: str, title: str) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _form_page(form, bank, title), 400 if form.is_submitted() else 200
    try:
        stored, kept = _keep(form, bank, title)
    except LmsError as refused:
        if refused.status in {403, 404}:
            raise
        form.add_error(refused)
        return _form_page(form, bank, title), refused.status
    return _to_report(stored, kept)


def _keep(form: ImportForm, bank: str, title: str) -> tuple[StoredFile, Kept]:
    """Raises: Invalid for a file that is too large or of no format that we read; nothing is kept then."""
    sent, most = form.file.data, services().files.purposes[PURPOSE].max_bytes
    name, data = clean_name(sent.filename or ""), sent.stream.read(most + 1)
    if len(data) > most:
        raise Invalid("files.too_large", field="file", name=name, limit=most // 1024)
    topic = " ".join((form.topic.data or "").split())
    defaults = Defaults(
        topic=_topic_id(bank, topic),
        topic_title=topic,
        difficulty=form.difficulty.data,
        pool=form.pool.data,
        status=form.status.data,
    )
    if isinstance(form, NewBankForm):
        bank, title = form.bank.data or "", form.title.data or ""
        if reading.is_taken(db(), bank):
            raise Invalid("assessment.bank_taken", field="bank")
    try:
        if not data.strip():
            raise Invalid("files.empty", field="file", name=name)
        wanted = format_of(data, name, form.wanted.data or "").name
    except Unreadable as fault:
        raise Invalid("assessment.import_unreadable", field="file", detail=fault.reason) from None
    kept = Kept(name, data, bank, title, defaults, wanted)
    return commands.keep(db(), actor(), services().files, kept, now=now()), kept


def _topic_id(bank: str, title: str) -> str:
    """The topic of the bank that is called so, or the id of a new one."""
    known = {each.title.casefold(): each.id for each in reading.topics_of(db(), bank)}
    return known.get(title.casefold()) or spelt(title, 80) or "general"


def _to_report(stored: StoredFile, kept: Kept) -> ResponseReturnValue:
    """To the report; a large file is looked at in the background first."""
    if commands.is_large(kept):
        jobs.ask(db(), actor(), name=CHECK, params={"file": stored.code, "detail": kept.name}, now=now())
    return redirect(url_for("assessment.import_report", code=stored.code), code=303)


def _form_page(form: ImportForm, bank: str, title: str) -> str:
    form.ask_again()
    return render_template(
        "assessment/import.html",
        form=form,
        bank=bank,
        title=title,
        limit=size_text(services().files.purposes[PURPOSE].max_bytes),
        formats=", ".join(each.title for each in FORMATS),
    )


def _kept(code: str) -> tuple[StoredFile, Kept]:
    """What was brought under this code, for who brought it. Raises: NotFound."""
    stored = reading.kept_file(db(), actor(), PURPOSE, code)
    with services().files.open(stored) as opened:
        return stored, unpack(opened.read())


@routes.page("/importacion/<code>", allow=Permission.PUBLISH)
def import_report(code: str) -> ResponseReturnValue:
    """What a file holds and what would change; nothing is written."""
    stored, kept = _kept(code)
    job = reading.job_of(db(), actor(), CHECK, code) if commands.is_large(kept) else None
    taking = reading.job_of(db(), actor(), TAKE, code)
    report, fault, busy = None, "", False
    if job is None:
        report, fault = _look(kept)
    elif job.state == jobs.DONE:
        report = Report(**(job.result or {})["report"])
    else:
        busy = job.state != jobs.FAILED
        fault = "" if busy else _("No se pudo leer en segundo plano. Traer el archivo otra vez, o partirlo.")
    taking_busy = taking is not None and taking.state in {jobs.WAITING, jobs.RUNNING}
    return render_template(
        "assessment/import_report.html",
        stored=stored,
        kept=kept,
        report=report,
        fault=fault,
        busy=busy or taking_busy,
        facts=_facts(report) if report else [],
        mendable=report is not None and report.summary["format"] in MEND_IN_BROWSER,
        more=max(0, report.refused - MOST_SHOWN) if report else 0,
        words=TYPES,
        titles={each.name: each.title for each in FORMATS},
    )


def _look(kept: Kept) -> tuple[Report | None, str]:
    """The report of a file, or why it cannot be read at all."""
    try:
        parsed = parse_kept(kept)
    except Unreadable as fault:
        return None, str(fault)
    media_bytes = settings().media_kib * 1024
    return commands.look(db(), actor(), kept, parsed, now=now(), media_bytes=media_bytes), ""


def _facts(report: Report) -> list[tuple[str, Any]]:
    return [
        (_("Preguntas en el archivo"), report.summary["found"]),
        (_("Nuevas"), report.new),
        (_("Cambiadas"), report.changed),
        (_("Iguales a las del banco"), report.same),
        (_("No se pueden tomar"), report.refused),
    ]


@routes.page("/importacion/<code>/corregir", allow=Permission.PUBLISH, methods=("POST",))
def mend_question(code: str) -> ResponseReturnValue:
    """One question of the file says something else from now on; the file is kept anew, so that two tabs lose nothing."""
    _stored, kept = _kept(code)
    form = MendForm()
    if not form.validate():
        raise Invalid("assessment.import_place")
    try:
        mended = kept.mend(form.where.data or "", (form.text.data or "").replace("\r\n", "\n"))
    except ValueError:
        raise Conflict("assessment.import_mended", limit=MAX_MENDED) from None
    stored = commands.keep(db(), actor(), services().files, mended, now=now())
    flash(_("Leído otra vez con el texto corregido."), "information")
    return _to_report(stored, mended)


@routes.page("/importacion/<code>/tomar", allow=Permission.PUBLISH, methods=("POST",))
def take_questions(code: str) -> ResponseReturnValue:
    """Take all of the questions, or by choice the good ones, in one transaction."""
    _stored, kept = _kept(code)
    partial = request.form.get("how") == "good"
    if commands.is_large(kept):
        params = {"file": code, "partial": partial, "detail": kept.name}
        jobs.ask(db(), actor(), name=TAKE, params=params, now=now())
        flash(_("Se importa en segundo plano; el resultado llega a la bandeja."), "information")
        return redirect(url_for("assessment.import_report", code=code), code=303)
    try:
        parsed = parse_kept(kept)
    except Unreadable as fault:
        raise Invalid("assessment.import_unreadable", detail=fault.reason) from None
    found = commands.take(
        db(),
        actor(),
        kept,
        parsed,
        partial=partial,
        now=now(),
        files=services().files,
        media_bytes=settings().media_kib * 1024,
    )
    written = found.new + found.changed
    if written:
        flash(ngettext("%(num)s pregunta importada.", "%(num)s preguntas importadas.", written), "good")
    else:
        flash(_("El banco ya tenía todo lo del archivo: no cambió nada."), "information")
    return redirect(url_for("assessment.bank", slug=kept.bank), code=303)


@routes.page("/contenido/bancos/plantilla.xlsx", allow=Permission.PUBLISH)
def template_xlsx() -> ResponseReturnValue:
    """The table to begin with, as a workbook in the reader's language."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(xlsx_template(_language()), "plantilla-preguntas.xlsx", kind)


@routes.page("/contenido/bancos/plantilla.csv", allow=Permission.PUBLISH)
def template_csv() -> ResponseReturnValue:
    """The same as CSV."""
    return _download(csv_template(_language()), "plantilla-preguntas.csv", "text/csv; charset=utf-8")


def _language() -> str:
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else LANGUAGES[0]


def _download(data: bytes, name: str, kind: str) -> Response:
    return Response(data, content_type=kind, headers={"Content-Disposition": disposition(name)})


def content_actions(**_context: object) -> str:
    """Fills `content.actions`: the ways to banks and tests, for everybody who reads content."""
    return render_template("assessment/_content_actions.html")
