"""What can be wrong with a history file. The words of each key stand in `lms/history/messages.py`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing to mend: a message key, the column it is about ("" for the whole row) and what fills the message."""

    key: str
    column: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


def fault(key: str, column: str = "", **params: object) -> Fault:
    """A fault by its key."""
    return Fault(key, column, params)


@dataclass(frozen=True)
class Found:
    """A fault with its place: `line` from 1 as a spreadsheet counts, 0 for the file itself."""

    sheet: str
    line: int
    fault: Fault


class FileFaultError(Exception):
    """The file cannot be read any further."""

    def __init__(self, found: Fault, *, sheet: str = "", line: int = 0) -> None:
        super().__init__(found.key)
        self.found = Found(sheet, line, found)
