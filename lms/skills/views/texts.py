"""Words for what the rules say by key, and errors of commands with what lacks written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from lms.kit.errors import LmsError
from lms.kit.files import kinds_text
from lms.kit.filetypes import KINDS as FILE_KINDS
from lms.skills.commands.evidence import PURPOSE
from lms.skills.messages import CELLS, GATE, GATE_SHORT, METHODS, MISSING, ROLES, STEPS
from lms.skills.queries import CellState, Road, SkillCell
from lms.skills.rules import Gate, Missing, StepState
from lms.web.context import services
from lms.web.files import size_text
from lms.web.i18n import day as day_text

_MARKS = {
    CellState.MISSING: "not_started",
    CellState.WAITING: "in_progress",
    CellState.FAILED: "failed",
    CellState.VERIFIED: "passed",
    CellState.SOON: "expires",
    CellState.EXPIRED: "closed",
}
WORDS = {"gate": GATE, "gate_short": GATE_SHORT, "roles": ROLES, "methods": METHODS}
"""For templates: the words by what the records store."""


@dataclass(frozen=True)
class RoadView:
    """A road as `ui.gate_road` draws it, with the sentence that says when it changes next."""

    road: Road
    steps: list[tuple[str, str, str]]
    state: str
    text: str
    missing: list[str]
    next_change: str


def missing_text(item: Missing, courses: Mapping[str, str], skills: Mapping[int, str]) -> str:
    """What lacks, in words."""
    course = str(item.course_id or "")
    return str(MISSING[item.key]) % {
        "course": courses.get(course, course),
        "skill": skills.get(item.skill_id or 0, _("una habilidad")),
        "have": item.have,
        "need": item.need,
    }


def road_view(road: Road) -> RoadView:
    """The words and drawing of a road."""
    steps = []
    for step in road.gate.steps:
        lacking = [missing_text(item, road.courses, road.skills) for item in step.missing]
        detail = "; ".join(lacking) if step.state is not StepState.TODO else ""
        steps.append((str(STEPS[step.kind.value]), detail, step.state.value))
    missing = [missing_text(item, road.courses, road.skills) for item in road.gate.missing]
    return RoadView(road, steps, road.gate.state.value, str(GATE[road.gate.state.value]), missing, _change(road.gate))


def _change(gate: Gate) -> str:
    if gate.next_change_on is None:
        return ""
    return str(_("Sin novedades, cambia el %(day)s.", day=day_text(gate.next_change_on)))


def evidence_field() -> dict[str, str]:
    """What the field of evidence says of itself, and the endings that it offers to choose."""
    limits = services().files.purposes[PURPOSE]
    help_text = _(
        "Hasta %(files)s archivos de hasta %(size)s cada uno: %(kinds)s. Los lee quien puede leer el registro.",
        files=limits.max_files,
        size=size_text(limits.max_bytes),
        kinds=kinds_text(limits.kinds),
    )
    endings = ",".join(f".{ending}" for key in limits.kinds for ending in FILE_KINDS[key].endings)
    return {"help": help_text, "accept": endings}


def cell_mark(cell: SkillCell | None) -> tuple[str, str]:
    """The kind and the words of a cell of the matrix."""
    if cell is None:
        return "not_started", _("no se pide")
    words = str(CELLS[cell.state.value])
    if cell.until is not None:
        words = _("%(state)s, hasta el %(day)s", state=words, day=day_text(cell.until))
    return _MARKS[cell.state], words


def worded(error: LmsError, road: Road | None) -> LmsError:
    """The same error, with the things that lack and the days in words."""
    missing = error.params.get("missing")
    if isinstance(missing, tuple):
        courses, skills = (road.courses, road.skills) if road is not None else ({}, {})
        error.params["missing"] = "; ".join(missing_text(item, courses, skills) for item in missing)
    if isinstance(error.params.get("day"), date):
        error.params["day"] = day_text(error.params["day"])  # type: ignore[arg-type]  # just looked at
    return error
