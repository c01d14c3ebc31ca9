"""What was brought along from elsewhere: batches of imported records, where each record came from, and what was taken back.

An imported record keeps its evidence and says for ever that this site did not make it. `ImportRow.key` is stable for a row of
a file whatever the file is called, so that importing it again writes nothing twice.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kit.db import AppendOnly, Base, code, day, json_doc, moment, pk

HISTORY = "history"
"""How a record of a lower floor names its source where it was imported (`HoursEntry.source_kind`)."""


class ImportBatch(AppendOnly, Base):
    """One import of one file, all or nothing: who, when, which file (its SHA-256) and how many records of each kind."""

    __tablename__ = "import_batch"

    id: Mapped[pk]
    code: Mapped[code]
    at: Mapped[moment]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    file_name: Mapped[str]
    file_hash: Mapped[str]
    counts: Mapped[json_doc]  # {"hours", "certificate", "verification", "repeated", "rejected"}


class ImportRow(AppendOnly, Base):
    """Where one imported record came from. `digest` is of all that the row said, `evidence` what proves it."""

    __tablename__ = "import_row"
    __table_args__ = (CheckConstraint("evidence <> ''", name="evidence"), Index("ix_import_row_batch", "batch_id"))

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    digest: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[str]
    line: Mapped[int]
    kind: Mapped[str]  # hours | certificate | verification
    record_code: Mapped[str] = mapped_column(String(32), unique=True)
    evidence: Mapped[str]
    witness: Mapped[str]  # who evaluated, approved or observed, as the file said it


class ImportWithdrawal(AppendOnly, Base):
    """That an imported record counts no more from a day on, by whom and why. The record stays."""

    __tablename__ = "import_withdrawal"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    row_key: Mapped[str] = mapped_column(ForeignKey("import_row.key"), primary_key=True)
    at: Mapped[moment]
    withdrawn_on: Mapped[day]  # the first day on which it does not count, in the person's site
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    reason: Mapped[str]
