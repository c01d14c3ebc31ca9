"""The catalogue's words as people read them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.catalog.rules import DueState, PartState

TYPES = {
    "initial": _l("Inicial"),
    "refresher": _l("Refuerzo"),
    "re-entry": _l("Reingreso"),
    "transfer": _l("Traspaso"),
}
MODES = {
    "self-paced": _l("A ritmo propio"),
    "blended": _l("Combinado"),
    "classroom": _l("En sala"),
    "virtual": _l("Virtual"),
}
STATES = {
    PartState.NOT_STARTED: ("not_started", _l("Sin empezar")),
    PartState.IN_PROGRESS: ("in_progress", _l("En curso")),
    PartState.DONE: ("passed", _l("Hecho")),
    PartState.FAILED: ("failed", _l("No alcanzó")),
}
"""The kind that draws a state, and the words."""

DUE = {
    DueState.SOON: ("expires", _l("Vence pronto")),
    DueState.OVERDUE: ("warning", _l("Vencido")),
    DueState.DONE_LATE: ("passed", _l("Completo, fuera de fecha")),
    DueState.DONE: ("passed", _l("Completo")),
}
