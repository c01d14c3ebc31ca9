"""Texts of the errors of authoring, and the words of the fields of questions."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "authoring.changed_meanwhile": _l("%(by)s guardó otra versión de este borrador mientras tanto."),
    "authoring.draft_gone": _l("Ese borrador ya no está: se publicó o se descartó."),
    "authoring.too_large": _l("El borrador pasa de %(most)s KiB: partirlo en varias preguntas."),
    "authoring.own_draft": _l("Lo escrito por la propia cuenta lo aprueba otra persona."),
    "authoring.not_ready": _l("Falta corregir algo antes: %(keys)s."),
    "authoring.nothing_chosen": _l("Falta elegir qué publicar."),
    "authoring.needs_second": _l("El banco pide que otra persona lo apruebe antes: %(keys)s."),
    "authoring.published_meanwhile": _l(
        "Se publicó otra versión desde que se empezó el borrador: %(keys)s. Abrirlo, compararlas y decidir cuál queda."
    ),
    "authoring.key_taken": _l("Ese identificador ya es de otra pregunta del banco: %(keys)s."),
    "authoring.due_at": _l("La hora de publicar tiene que estar en el futuro, a un año como mucho."),
    "authoring.release_gone": _l("No hay una publicación programada con ese código."),
    "authoring.release_over": _l("Esa publicación ya se hizo o se retiró."),
    "authoring.asker_gone": _l("La cuenta que programó la publicación ya no está activa."),
    "authoring.bank_unnamed": _l("Al banco le falta un nombre, o a su primer tema: con letras o cifras."),
    "authoring.bank_taken": _l("Ya hay un banco que se llama así (%(name)s)."),
    "authoring.topics": _l(
        "Un tema necesita letras o cifras y hasta 200 caracteres; un banco tiene %(most)s como mucho."
    ),
    "authoring.type_unknown": _l("No hay un tipo de pregunta con ese nombre."),
}
