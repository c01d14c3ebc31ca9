"""The ledger's words as people read them."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.hours.rules import Dimension, Key

KINDS = {"training": _l("Capacitación"), "ojt": _l("Práctica en el puesto"), "coaching": _l("Coaching")}
TYPES = {
    "initial": _l("Inicial"),
    "refresher": _l("Refuerzo"),
    "re-entry": _l("Reingreso"),
    "transfer": _l("Traspaso"),
}
MODES = {
    "self-paced": _l("A ritmo propio"),
    "classroom": _l("En sala"),
    "virtual": _l("Virtual"),
    "ojt": _l("En el puesto"),
    "coaching": _l("Coaching"),
}
BASES = {
    "nominal": _l("Minutos que indica el curso"),
    "attended": _l("Asistencia tomada"),
    "observed": _l("Tiempo observado"),
}
DIMENSIONS = {
    Dimension.MONTH: _l("Mes"),
    Dimension.SITE: _l("Sede"),
    Dimension.PROGRAMME: _l("Campaña"),
    Dimension.JOB: _l("Puesto"),
    Dimension.TYPE: _l("Tipo"),
    Dimension.MODE: _l("Modalidad"),
    Dimension.KIND: _l("Clase"),
    Dimension.COURSE: _l("Curso"),
    Dimension.PERSON: _l("Persona"),
}
NONE = {
    Dimension.SITE: _l("Sin sede"),
    Dimension.PROGRAMME: _l("Sin campaña"),
    Dimension.JOB: _l("Sin puesto"),
    Dimension.COURSE: _l("Sin curso"),
}
_VALUES: dict[Dimension, dict[str, LazyString]] = {
    Dimension.TYPE: TYPES,
    Dimension.MODE: MODES,
    Dimension.KIND: KINDS,
}


def name_of(dimension: Dimension, key: Key) -> str:
    """A value of a dimension in words; months stay as addresses write them, a page says them its own way."""
    if not key.label:
        return str(NONE.get(dimension, key.key))
    return str(_VALUES.get(dimension, {}).get(key.key, key.label))


def entry_words() -> dict[str, str]:
    """The words of an export of entries, each under "<kind of word>.<value>": looked up before it is streamed."""
    tables = {"kind": KINDS, "type": TYPES, "mode": MODES, "basis": BASES}
    return {f"{name}.{value}": str(text) for name, table in tables.items() for value, text in table.items()}


def entry_heads() -> list[str]:
    """The heads of an export of entries, in the reader's language."""
    return [
        _("Registro"),
        _("Día"),
        _("Legajo"),
        _("Persona"),
        _("Minutos"),
        _("Horas"),
        _("Clase"),
        _("Tipo"),
        _("Modalidad"),
        _("Base"),
        _("Curso (código)"),
        _("Curso"),
        _("Versión del curso"),
        _("Detalle"),
        _("Sede"),
        _("Campaña"),
        _("Puesto"),
        _("Registrado (UTC)"),
        _("Ajuste en mes cerrado"),
        _("Corrección"),
        _("Motivo"),
    ]
