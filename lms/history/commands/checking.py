"""Looking at a whole file before anything is written: every fault, and the good rows ready to be written, set aside on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, Any

from sqlalchemy.orm import Session

from lms.history import queries
from lms.history.commands.planning import planned
from lms.history.formats.table import FileLimits, Sheet, Table, check_heads, lacking
from lms.history.rules.book import Book, resolve
from lms.history.rules.cells import as_text
from lms.history.rules.columns import Kind
from lms.history.rules.faults import Fault, FileFaultError, Found, fault
from lms.history.rules.rows import Draft, Limits, Row, keys_of, kind_of, read
from lms.kit.permissions import Actor

PORTION = 500
"""Rows looked up together: with their witnesses, at most twice as many parameters in a statement."""

Rejecter = Callable[[Sheet, Row, Sequence[Fault]], None]


@dataclass(frozen=True)
class Options:
    """What an import is told. `zone` counts for people who were never placed; `faults` is how many are kept to be shown."""

    zone: str
    row: Limits = field(default_factory=Limits)
    file: FileLimits = field(default_factory=FileLimits)
    faults: int = 20_000
    adjustments: bool = False
    skip_faulty: bool = False


@dataclass
class Checked:
    """What was found. `fatal`: the file itself is wrong, and no part of it may be written."""

    errors: list[Found] = field(default_factory=list)
    warnings: list[Found] = field(default_factory=list)
    unshown: int = 0  # faults and warnings beyond the limit
    rows: int = 0
    repeated: int = 0  # rows imported before
    rejected: int = 0
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    fatal: bool = False

    @property
    def good(self) -> int:
        return sum(self.counts.values())

    def as_counts(self) -> dict[str, int]:
        """The figures of a batch and of the report."""
        kinds = {kind.value: count for kind, count in self.counts.items()}
        return {**kinds, "repeated": self.repeated, "rejected": self.rejected}


def check(
    session: Session,
    actor: Actor,
    table: Table,
    *,
    options: Options,
    spool: IO[str],
    rejects: Rejecter | None = None,
    now: datetime,
) -> Checked:
    """Look at every row. What can be written goes into `spool`, a line of JSON each; what cannot goes to `rejects`.

    Memory does not grow with the rows, but for 40 bytes of each row's key and the faults that are kept.
    """
    check_heads(table)
    checker = _Checker(
        session,
        queries.book(session, now=now, importer_id=actor.person_id, adjustments=options.adjustments),
        table=table,
        options=options,
        spool=spool,
        rejects=rejects,
    )
    for found in table.warnings:
        checker.note(checker.done.warnings, found)
    try:
        for sheet in table.sheets:
            for rows in _portions(sheet.rows()):
                checker.portion(sheet, rows)
    except FileFaultError as wrong:
        table.errors.append(wrong.found)
    if not checker.done.rows and not table.errors:
        table.errors.append(Found("", 0, fault("file_empty")))
    checker.done.errors[:0] = table.errors  # what is wrong with the file is read first
    checker.done.fatal = bool(table.errors)
    return checker.done


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while portion := list(islice(waiting, PORTION)):
        yield portion


class _Checker:
    """The state of a check: what was seen so far."""

    def __init__(
        self,
        session: Session,
        book: Book,
        *,
        table: Table,
        options: Options,
        spool: IO[str],
        rejects: Rejecter | None,
    ) -> None:
        self._session, self._book, self._table, self._options = session, book, table, options
        self._spool, self._rejects = spool, rejects
        self._seen: dict[bytes, int] = {}
        self._heads: set[tuple[str, Kind]] = set()
        self.done = Checked()

    def note(self, where: list[Found], found: Found) -> None:
        """Keep a fault or a warning to be shown, as long as there is room."""
        if len(where) < self._options.faults:
            where.append(found)
        else:
            self.done.unshown += 1

    def portion(self, sheet: Sheet, rows: list[Row]) -> None:
        """Look at some rows with the look-ups that they share."""
        self.done.rows += len(rows)
        if self.done.rows > self._options.file.rows:
            raise FileFaultError(fault("too_many_rows", limit=self._options.file.rows), sheet=sheet.name)
        numbers = {
            as_text(row.cells.get(column)).upper() for row in rows for column in ("number", "evaluator", "approver")
        }
        people = queries.people_by_number(self._session, numbers - {""}, self._options.zone)
        good: list[tuple[Draft, dict[str, Any]]] = []
        for row in rows:
            draft = self._draft(sheet, row)
            if draft is None:
                continue
            resolved = resolve(draft, self._book, people)
            if resolved is None:
                self._refuse(sheet, row, draft.faults)
                continue
            key, digest = keys_of(draft, resolved.person.code)
            if (first := self._seen.get(bytes.fromhex(key))) is not None:
                self._refuse(sheet, row, [fault("duplicate", line=first)])
                continue
            self._seen[bytes.fromhex(key)] = row.line
            good.append((draft, planned(resolved, key, digest)))
        self._keep(sheet, good)

    def _draft(self, sheet: Sheet, row: Row) -> Draft | None:
        kind = kind_of(row, sheet.kind)
        if isinstance(kind, Fault):
            self._refuse(sheet, row, [kind])
            return None
        if sheet.kind is None and (sheet.name, kind) not in self._heads:
            self._heads.add((sheet.name, kind))
            lacking(self._table, sheet, kind)
        draft = read(row, kind, self._options.row)
        # A column that is not there was said once, of the head.
        draft.faults = [item for item in draft.faults if item.key == "hours_of_what" or item.column in sheet.columns]
        return draft

    def _refuse(self, sheet: Sheet, row: Row, faults: Sequence[Fault]) -> None:
        self.done.rejected += 1
        for item in faults:
            self.note(self.done.errors, Found(sheet.name, row.line, item))
        if self._rejects is not None:
            self._rejects(sheet, row, faults)

    def _keep(self, sheet: Sheet, good: list[tuple[Draft, dict[str, Any]]]) -> None:
        """Set aside what was never imported; what was, and says the same, is passed over."""
        known = queries.known_keys(self._session, [plan["key"] for _, plan in good])
        for draft, plan in good:
            before = known.get(plan["key"])
            if before is not None and before.digest != plan["digest"]:
                self._refuse(sheet, draft.row, [fault("known_otherwise", "external", batch=before.batch)])
                continue
            for item in draft.warnings:
                self.note(self.done.warnings, Found(sheet.name, draft.row.line, item))
            if before is not None:
                self.done.repeated += 1
                self.note(
                    self.done.warnings, Found(sheet.name, draft.row.line, fault("already_imported", batch=before.batch))
                )
                continue
            self.done.counts[draft.kind] += 1
            self._spool.write(json.dumps(plan, ensure_ascii=False) + "\n")
