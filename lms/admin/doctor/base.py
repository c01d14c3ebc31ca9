"""What a check is. A check looks, changes nothing, and never stops the others: what it raises is its finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from config import Settings
from lms.kit.db import Database


class Grade(StrEnum):
    """`FAIL` has to be mended before people use it, `WARN` soon after."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What was seen, and what to do about it ("": nothing)."""

    grade: Grade
    seen: str
    advice: str = ""


def ok(seen: str) -> Finding:
    return Finding(Grade.OK, seen)


def warn(seen: str, advice: str) -> Finding:
    return Finding(Grade.WARN, seen, advice)


def fail(seen: str, advice: str) -> Finding:
    return Finding(Grade.FAIL, seen, advice)


def worst(findings: Sequence[Finding]) -> Finding | None:
    """Several findings of one check as one: the worst grade, the worst first; None where there is none."""
    if not findings:
        return None
    ordered = sorted(findings, key=lambda finding: list(Grade).index(finding.grade), reverse=True)
    return Finding(
        ordered[0].grade,
        "; ".join(finding.seen for finding in ordered),
        "; ".join(dict.fromkeys(finding.advice for finding in ordered)),
    )


@dataclass(frozen=True)
class Patient:
    """The installation that is looked at, and the moment."""

    settings: Settings
    database: Database
    now: datetime


@dataclass(frozen=True)
class Check:
    """A check by its name; `migrated`: it needs a database that fits the code, and is left out where that is not so."""

    name: str
    look: Callable[[Patient], Finding]
    migrated: bool = False


@dataclass(frozen=True)
class Result:
    """A check and what it found."""

    name: str
    finding: Finding

    def as_dict(self) -> dict[str, str]:
        found = self.finding
        return {"check": self.name, "grade": found.grade.value, "seen": found.seen, "advice": found.advice}


def examine(patient: Patient, checks: Iterable[Check]) -> list[Result]:
    """Every check's finding, in order. Those that need the tables are left out where the database is not up to date."""
    found: list[Result] = []
    for check in checks:
        if check.migrated and any(item.finding.grade is Grade.FAIL for item in found if item.name in _FIRST):
            continue
        found.append(Result(check.name, _look(check, patient)))
    return found


_FIRST = ("database", "migrations")
"""Where these fail, nothing can be read."""


def _look(check: Check, patient: Patient) -> Finding:
    try:
        return check.look(patient)
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, and the others go on
        text = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return fail(_("la comprobación no pudo terminar: %(error)s", error=text), _("mirar el registro del servidor"))
