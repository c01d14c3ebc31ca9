"""What the address of a report says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from lms.reports.rules import Outcome, Selection, State
from lms.web.forms import YEARS

_LENGTH = 100
_NAMES = ("curso", "sede", "programa", "puesto")


@dataclass(frozen=True)
class Asked:
    """A selection, the parameters that say it again, and what could not be read, by parameter."""

    selection: Selection
    parameters: Mapping[str, Any]
    faults: Mapping[str, str] = field(default_factory=dict)


def read_question(arguments: Mapping[str, str]) -> Asked:
    """Read an address; what it leaves out is not narrowed. What cannot be read is said, and narrows nothing."""
    faults: dict[str, str] = {}
    keys = {name: arguments.get(name, "")[:_LENGTH] for name in _NAMES}
    first, last = (_day(arguments.get(name, ""), name, faults) for name in ("desde", "hasta"))
    if first is not None and last is not None and first > last:
        faults["hasta"] = _("El último día viene antes del primero.")
        first = last = None
    state, outcome = arguments.get("estado", ""), arguments.get("resultado", "")
    chosen = Selection(
        course=keys["curso"],
        site=keys["sede"],
        programme=keys["programa"],
        job=keys["puesto"],
        state=State(state) if state in set(State) else None,
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        first=first,
        last=last,
    )
    said = {
        **keys,
        "estado": chosen.state or "",
        "resultado": chosen.outcome or "",
        "desde": first.isoformat() if first else "",
        "hasta": last.isoformat() if last else "",
    }
    return Asked(chosen, {name: str(value) for name, value in said.items() if value}, faults)


def _day(text: str, name: str, faults: dict[str, str]) -> date | None:
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        faults[name] = _("Un día se escribe con año, mes y día, como 2026-03-16.")
        return None
    return found
