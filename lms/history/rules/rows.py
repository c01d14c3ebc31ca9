"""A row by itself: which kind it is, what its cells mean, what lacks. Nothing is looked up yet. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from lms.history.rules.cells import Cell, DateOrder, Formula, as_text, day, minutes, share, text
from lms.history.rules.columns import COLUMNS, OPTIONAL, PRE_OJT_WORDS, REQUIRED, Kind, choices, meaning, plain
from lms.history.rules.faults import Fault, fault

DAYS = ("day", "until")
SHARES = ("score", "threshold")


@dataclass(frozen=True)
class Limits:
    """How long a text may be and how days with strokes are meant."""

    text: int = 500
    dates: DateOrder = DateOrder.ASK


@dataclass(frozen=True)
class Row:
    """A line of a file: `cells` by column, `values` as they stood, for the file of rejects."""

    sheet: str
    line: int
    cells: Mapping[str, Cell]
    values: Sequence[Cell] = ()


@dataclass
class Draft:
    """What a row says, each cell read; a text that is not there is "", another value None."""

    kind: Kind
    row: Row
    texts: dict[str, str] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    shares: dict[str, Fraction] = field(default_factory=dict)
    minutes: int | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def text(self, column: str) -> str:
        return self.texts.get(column, "")

    @property
    def pre_ojt(self) -> bool:
        return plain(self.text("skill")) in PRE_OJT_WORDS

    def refuse(self, key: str, column: str = "", **params: object) -> None:
        self.faults.append(fault(key, column, **params))

    def warn(self, key: str, column: str = "", **params: object) -> None:
        self.warnings.append(fault(key, column, **params))


def kind_of(row: Row, of_sheet: Kind | None) -> Kind | Fault:
    """The kind of a row: what its own column says, else its sheet's."""
    written = as_text(row.cells.get("kind"))
    if not written:
        return of_sheet if of_sheet is not None else fault("kind_missing", "kind", choices=choices("kind"))
    found = meaning("kind", written)
    if found is None:
        return fault("kind_unknown", "kind", value=written[:40], choices=choices("kind"))
    return Kind(found)


def read(row: Row, kind: Kind, limits: Limits) -> Draft:
    """Every cell of the row that its kind knows, with every fault there is."""
    draft = Draft(kind, row)
    for column in (*REQUIRED[kind], *OPTIONAL[kind]):
        cell = row.cells.get(column)
        if isinstance(cell, Formula):
            draft.refuse("formula", column)
        elif as_text(cell) == "":
            if column in REQUIRED[kind]:
                draft.refuse(_EMPTY.get(column, "empty"), column)
        else:
            _take(draft, column, cell, limits)
    if kind is Kind.HOURS and not draft.text("course") and not draft.text("detail"):
        draft.refuse("hours_of_what", "course")
    if draft.text("hours_kind") == "ojt" and not draft.text("evaluator"):
        draft.refuse("empty", "evaluator")
    _check_order(draft)
    return draft


_EMPTY = {"evidence": "no_evidence", "threshold": "no_threshold"}


def _take(draft: Draft, column: str, cell: Cell, limits: Limits) -> None:
    found: str | int | date | Fraction | Fault
    if column in DAYS:
        found = day(cell, column, limits.dates)
    elif column in SHARES:
        found = share(cell, column)
    elif column == "minutes":
        found = minutes(cell, column)
    elif column in {"training_type", "mode", "hours_kind", "method"}:
        found = meaning(column, as_text(cell)) or fault(
            "word_unknown", column, value=as_text(cell)[:40], choices=choices(column)
        )
    else:
        found = text(cell, column, limits.text)
    if isinstance(found, Fault):
        draft.faults.append(found)
    elif isinstance(found, date):
        draft.days[column] = found
    elif isinstance(found, Fraction):
        draft.shares[column] = found
    elif isinstance(found, int):
        draft.minutes = found
    else:
        draft.texts[column] = found


def _check_order(draft: Draft) -> None:
    issued, until = draft.days.get("day"), draft.days.get("until")
    # A certificate that ends on its own day proves nothing; a verification may be good for a day.
    if issued and until and (until < issued or (until == issued and draft.kind is Kind.CERTIFICATE)):
        draft.refuse("until_before", "until", day=issued.isoformat())
    if draft.shares.get("threshold") == 0:
        draft.refuse("threshold_zero", "threshold")


def keys_of(draft: Draft, person_code: str) -> tuple[str, str]:
    """(what makes the row the same row, the digest of all it says), both SHA-256 in hex.

    A row with an identifier of its own (`id`) is that identifier's; another is what it says, so that a file with the rows in
    another order, or under another name, brings nothing twice.
    """
    said: list[str] = [draft.kind.value, person_code]
    for column in COLUMNS:
        if column in {"number", "kind", "reason"}:
            continue
        value = draft.texts.get(column) or draft.days.get(column) or draft.shares.get(column) or ""
        said.append(f"{column}={draft.minutes if column == 'minutes' else value}")
    digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()
    external = draft.text("external")
    if not external:
        return digest, digest
    return hashlib.sha256(f"id\x1f{draft.kind.value}\x1f{external}".encode()).hexdigest(), digest
