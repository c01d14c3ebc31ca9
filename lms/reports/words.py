"""The words of reports as people read them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.reports.rules import Outcome, State

STATES = {
    State.NOT_STARTED: ("not_started", _l("Sin empezar")),
    State.IN_PROGRESS: ("in_progress", _l("En curso")),
    State.OVERDUE: ("warning", _l("Fuera de fecha")),
    State.COMPLETE: ("passed", _l("Completo")),
    State.EXPIRED: ("expires", _l("Completo y vencido")),
    State.REVOKED: ("failed", _l("Anulado")),
    State.WITHDRAWN: ("closed", _l("Retirado")),
}
"""The kind that draws a state, and the words."""

OUTCOMES = {
    Outcome.PASSED: ("passed", _l("Aprobada")),
    Outcome.FAILED: ("failed", _l("No alcanzó")),
    Outcome.NONE: ("not_started", _l("Sin intento")),
}
