"""`lms doctor`: whether an installation is fit to be used, check by check, and what to mend.

A check is one entry of `CHECKS`; a capability adds its own with `add`, in `lms/app.py` or in a module named in `_OURS`.
"""

from __future__ import annotations

from lms.admin.doctor.base import Check, Finding, Grade, Patient, Result, examine, fail, ok, warn
from lms.admin.doctor.content import CONTENT
from lms.admin.doctor.keeping import KEEPING
from lms.admin.doctor.running import RUNNING
from lms.admin.doctor.setup import SETUP
from lms.admin.doctor.storage import STORAGE

CHECKS: list[Check] = [*SETUP, *STORAGE, *KEEPING, *RUNNING, *CONTENT]


def add(check: Check) -> None:
    """One more check, after those that are there."""
    CHECKS.append(check)


__all__ = [
    "CHECKS",
    "Check",
    "Finding",
    "Grade",
    "Patient",
    "Result",
    "add",
    "examine",
    "fail",
    "ok",
    "warn",
]
