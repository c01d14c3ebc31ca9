"""Content, and what certificates are printed with."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from lms.admin.doctor.base import Check, Finding, Patient, fail, ok, warn
from lms.admin.publishing import read_content
from lms.catalog.models import Course, SearchEntry
from lms.certificates import pdf


def _published(patient: Patient) -> Finding:
    """Whether what is served is what stands in the files."""
    content = read_content(patient.settings.content.resolve())
    if not content.report.ok:
        return fail(
            _("los archivos de contenido tienen %(count)s errores", count=len(content.report.errors)),
            _("verlos con lms courses check"),
        )
    with patient.database.reading() as session:
        courses = session.scalars(select(Course).options(joinedload(Course.current_version))).all()
    served = {row.slug: row.current_version.content_hash for row in courses if row.current_version is not None}
    on_disk = {course.id: course.content_hash for course in content.courses}
    differ = sorted(slug for slug, value in on_disk.items() if served.get(slug) != value)
    if differ:
        return warn(
            _("los archivos difieren de lo publicado: %(names)s", names=", ".join(differ)),
            _("publicar con lms courses publish"),
        )
    gone = sorted(served.keys() - on_disk.keys())
    if gone:
        return warn(
            _("se publicó antes y ya no está en los archivos: %(names)s", names=", ".join(gone)),
            _("si el curso sigue vigente, recuperar sus archivos de una copia"),
        )
    return ok(_("cursos publicados: %(names)s", names=", ".join(sorted(served)) or "—"))


def _search(patient: Patient) -> Finding:
    """Whether the texts that are served can be searched: what was published before there was a search is not."""
    with patient.database.reading() as session:
        lacking = session.scalars(
            select(Course.slug)
            .where(
                Course.current_version_id.is_not(None),
                ~exists().where(SearchEntry.version_id == Course.current_version_id),
            )
            .order_by(Course.slug)
        ).all()
    if lacking:
        return warn(
            _("los textos de estos cursos no se encuentran al buscar: %(names)s", names=", ".join(lacking)),
            _("publicar otra vez con lms courses publish: no hace otra versión"),
        )
    return ok(_("los textos publicados se pueden buscar"))


def _certificate(patient: Patient) -> Finding:
    """A certificate is made, as for a learner, with every letter of our languages in it."""
    made = pdf.render(
        pdf.Printed(
            lang="es",
            heading="Certificado",
            statement="Ñandú",
            name="Áéíóúüñ Çãõâêô",
            achieved="—",
            course="—",
            facts=(("—", "—"),),
            note="—",
            verify="—",
            url="https://example.invalid/verificar/abc",
            company=patient.settings.company,
            issued_timestamp=int(patient.now.timestamp()),
        )
    )
    if not made.startswith(b"%PDF"):
        return fail(_("no salió un PDF"), _("instalar de nuevo con las dependencias del archivo de requisitos"))
    return ok(_("PDF de %(count)s KiB", count=len(made) // 1024))


CONTENT = (
    Check("content", _published, migrated=True),
    Check("search", _search, migrated=True),
    Check("certificate-pdf", _certificate),
)
