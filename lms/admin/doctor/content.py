"""Content, and what certificates are printed with."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.admin.doctor.base import Check, Finding, Patient, fail, ok, warn
from lms.admin.publishing import read_content
from lms.catalog.models import Course
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
    Check("certificate-pdf", _certificate),
)
