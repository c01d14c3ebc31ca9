"""The columns of a history file: their names in Spanish and English, and which of them each kind of record needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from lms.kit.folding import folded


class Kind(StrEnum):
    """What a row brings along."""

    HOURS = "hours"
    CERTIFICATE = "certificate"
    VERIFICATION = "verification"


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "kind": ("tipo", "kind", "tipo de registro"),
    "number": ("legajo", "employee number", "número de legajo", "nro de legajo", "nro legajo", "number"),
    "day": ("fecha", "day", "date", "día", "emitido", "issued on", "observado", "observed on"),
    "until": ("vence", "valid until", "válido hasta", "vencimiento", "expires", "expires on"),
    "minutes": ("minutos", "minutes"),
    "training_type": ("tipo de capacitación", "training type"),
    "mode": ("modalidad", "mode"),
    "hours_kind": ("clase", "hours kind", "clase de horas"),
    "course": ("curso", "course"),
    "detail": ("detalle", "detail", "actividad", "activity"),
    "skill": ("habilidad", "skill"),
    "method": ("método", "method"),
    "score": ("puntaje", "score", "nota"),
    "threshold": ("umbral", "threshold"),
    "evaluator": ("evaluó", "evaluator", "evaluador", "evaluadora", "observó", "observer"),
    "approver": ("aprobó", "approver", "autorizó", "approved by"),
    "evidence": ("evidencia", "evidence", "respaldo"),
    "site": ("sede", "site"),
    "programme": ("campaña", "programme", "program"),
    "job": ("puesto", "job"),
    "external": ("id", "id externo", "external id"),
    "reason": ("motivo", "reason"),  # what a rejects file says of a row; read over when it comes back
}
"""Each column with its names: the first is the Spanish one of the template, the second the English one."""

REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    Kind.HOURS: ("number", "day", "minutes", "training_type", "evidence"),
    Kind.CERTIFICATE: ("number", "course", "day", "approver", "evidence"),
    Kind.VERIFICATION: ("number", "skill", "day", "score", "threshold", "evaluator", "evidence"),
}
OPTIONAL: Mapping[Kind, tuple[str, ...]] = {
    Kind.HOURS: ("course", "detail", "hours_kind", "mode", "evaluator", "site", "programme", "job", "external"),
    Kind.CERTIFICATE: ("until", "training_type", "site", "programme", "job", "external"),
    Kind.VERIFICATION: ("method", "until", "site", "programme", "job", "external"),
}

_KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    Kind.HOURS: ("horas", "hours", "hora", "hour"),
    Kind.CERTIFICATE: ("certificado", "certificate", "certificados", "certificates"),
    Kind.VERIFICATION: ("verificación", "verification", "verificaciones", "verifications"),
}
SHEET_NAMES = {Kind.HOURS: "Horas", Kind.CERTIFICATE: "Certificados", Kind.VERIFICATION: "Verificaciones"}
"""How the template calls the sheet of each kind."""

_TYPE_WORDS = {
    "initial": ("inicial", "initial"),
    "refresher": ("refuerzo", "refresher"),
    "re-entry": ("reingreso", "re entry", "reentry"),
    "transfer": ("traspaso", "transfer"),
}
_MODE_WORDS = {
    "self-paced": ("a ritmo propio", "self paced", "en línea", "e learning", "online"),
    "classroom": ("en sala", "classroom", "presencial"),
    "virtual": ("virtual",),
}
_HOURS_WORDS = {
    "training": ("capacitación", "training", "formación"),
    "ojt": ("práctica", "ojt", "práctica supervisada"),
    "coaching": ("coaching",),
}
_METHOD_WORDS = {
    "test": ("prueba", "test"),
    "observation": ("observación", "observation"),
    "role_play": ("juego de roles", "role play", "simulación"),
    "monitored_contacts": ("contactos monitoreados", "monitored contacts"),
}
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "kind": _KIND_WORDS,
    "training_type": _TYPE_WORDS,
    "mode": _MODE_WORDS,
    "hours_kind": _HOURS_WORDS,
    "method": _METHOD_WORDS,
}
"""Columns that hold one of a few words, and what each word means."""

PRE_OJT_WORDS = frozenset({"previa", "previa a la practica", "pre ojt", "preojt"})
"""What the column of the skill says for the verification before practice."""


def plain(text: str) -> str:
    """A name as names are compared: lower case, no accents, one space for every run of other signs."""
    return re.sub(r"[^a-z0-9]+", " ", folded(text)).strip()


_BY_NAME = {plain(name): column for column, names in COLUMNS.items() for name in names}
_MEANINGS = {
    column: {plain(word): str(value) for value, words in table.items() for word in words}
    for column, table in WORDS.items()
}


def column_of(header: str) -> str | None:
    """The column that a header names; None for one that nobody knows."""
    return _BY_NAME.get(plain(header))


def meaning(column: str, text: str) -> str | None:
    """What a word of a column with few words means; None for another word."""
    return _MEANINGS[column].get(plain(text))


def choices(column: str) -> str:
    """The words that a column takes, the Spanish ones, for a message."""
    return ", ".join(words[0] for words in WORDS[column].values())


def kind_of_sheet(name: str) -> Kind | None:
    """The kind that a sheet's name says; None for any other name."""
    found = meaning("kind", name)
    return Kind(found) if found is not None else None
