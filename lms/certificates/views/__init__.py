"""Pages of certificates: one's own, the PDF, and what anybody may verify."""

from __future__ import annotations

from fractions import Fraction

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.catalog.models import Enrolment
from lms.certificates import commands, pdf, queries
from lms.certificates.forms import CodeForm, RevokeForm
from lms.certificates.messages import MESSAGES
from lms.certificates.queries import CertificateRow
from lms.certificates.rules import Standing, normal_code
from lms.kit.errors import Conflict, NotFound
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.web import i18n
from lms.web.context import actor, db, now, settings, today
from lms.web.routes import PUBLIC, Routes
from lms.web.search import Asked, Hit

routes = Routes("certificates", "lms.certificates", MESSAGES)
SHORTEST_CODE = 8
"""Signs of what may be a certificate's code."""
_READERS = (Permission.LEARN, Permission.READ_TEAM)


def _readable(code: str) -> CertificateRow:
    """A certificate of one's own, or of somebody in scope."""
    for permission in _READERS:
        if actor().can(permission):
            try:
                return queries.certificate_for(db(), actor(), code, permission, today())
            except NotFound:
                continue
    raise NotFound("certificates.not_found")


def _public_url(code: str) -> str:
    base = settings().public_url or request.url_root
    return base.rstrip("/") + url_for("certificates.verify", code=code)


@routes.page("/certificado/<code>", allow=_READERS)
def show(code: str) -> ResponseReturnValue:
    """The certificate as it stands, with its PDF and the address that verifies it."""
    return _show(code, RevokeForm(), 200)


def _show(code: str, form: RevokeForm, status: int) -> ResponseReturnValue:
    row = _readable(code)
    may_revoke = (
        actor().can(Permission.REVOKE)
        and row.standing is not Standing.REVOKED
        and row.certificate.person_id != actor().person_id
    )
    page = render_template(
        "certificates/show.html",
        row=row,
        url=_public_url(code),
        form=form if may_revoke else None,
        score_text=_score(row),
    )
    return page, status


def _score(row: CertificateRow) -> str:
    return "" if row.score is None else i18n.score(row.score)


@routes.page("/certificado/<code>.pdf", allow=_READERS)
def download(code: str) -> ResponseReturnValue:
    """The certificate as PDF/UA."""
    row = _readable(code)
    if row.standing is Standing.REVOKED:
        raise Conflict("certificates.revoked_pdf")  # the paper would say what no longer holds
    certificate = row.certificate
    facts = [(_("Fecha"), i18n.day(certificate.issued_on, "long"))]
    if certificate.expires_on is not None:
        facts.append((_("Vale hasta el"), i18n.day(certificate.expires_on, "long")))
    if row.score is not None:
        mark = i18n.percent(Fraction(certificate.facts["pass_mark"]))
        facts.append((_("Resultado"), _("%(score)s (mínimo %(mark)s)", score=_score(row), mark=mark)))
    facts.append((_("Código"), row.printed_code))
    printed = pdf.Printed(
        lang=i18n.language(),
        heading=_("Certificado"),
        statement=_("%(company)s certifica que", company=certificate.company),
        name=certificate.person_name,
        achieved=_("completó y aprobó el curso"),
        course=certificate.course_title,
        facts=tuple(facts),
        note=_("Certificación interna de la empresa a una persona. No la emite COPC."),
        verify=_("Se verifica en"),
        url=_public_url(code),
        company=certificate.company,
        issued_timestamp=int(certificate.issued_at.timestamp()),
    )
    response = Response(pdf.render(printed), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="certificado-{certificate.code}.pdf"'
    return response


@routes.page("/certificado/<code>/revocar", allow=Permission.REVOKE, methods=("POST",))
def revoke(code: str) -> ResponseReturnValue:
    """Take a certificate back, with a reason."""
    form = RevokeForm()
    if not form.validate_on_submit():
        return _show(code, form, 400)
    commands.revoke(db(), actor(), code, reason=form.reason.data or "", today=today(), now=now())
    flash(_("Certificado revocado. Sigue en el registro, con el motivo."), "good")
    return redirect(url_for("certificates.show", code=code), code=303)


@routes.page("/verificar", allow=PUBLIC)
def verify_form() -> ResponseReturnValue:
    """Where somebody types the code of a certificate that they hold on paper."""
    form = CodeForm(request.args)
    if form.code.data:
        return redirect(url_for("certificates.verify", code=normal_code(form.code.data) or "-"), code=303)
    return render_template("certificates/verify.html", form=form, row=None, asked=False)


@routes.page("/verificar/<code>", allow=PUBLIC)
def verify(code: str) -> ResponseReturnValue:
    """Whether a certificate stands: valid, expired or revoked, and no more than is printed on it."""
    row = queries.public(db(), normal_code(code), today())
    page = render_template("certificates/verify.html", form=CodeForm(), row=row, asked=True)
    return page, 200 if row is not None else 404, {"X-Robots-Tag": "noindex"}


def find_certificates(asked: Asked) -> list[Hit]:
    """The certificate whose code was typed, one's own or of somebody in scope. Two queries at most."""
    code = normal_code(asked.text)
    if len(code) < SHORTEST_CODE or not any(actor().can(permission) for permission in _READERS):
        return []
    try:
        row = _readable(code)
    except NotFound:
        return []
    certificate = row.certificate
    url = url_for("certificates.show", code=certificate.code)
    return [Hit(certificate.course_title, url, f"{certificate.person_name} · {row.printed_code}")]


def course_card(enrolment: Enrolment, **_context: object) -> str | None:
    """Fills `course.after_modules` and `result.next`: the certificate, once there is one."""
    if enrolment.ended_at is None:
        return None
    row = queries.of_enrolment(db(), enrolment.id, today())
    return None if row is None else render_template("certificates/_card.html", row=row)


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`."""
    may_open = any(actor().can(permission) for permission in _READERS)
    return render_template(
        "certificates/_panel.html", rows=queries.of_person(db(), person.id, today()), may_open=may_open
    )


from lms.certificates.views import staking  # noqa: E402, F401 - it adds its pages to `routes`
