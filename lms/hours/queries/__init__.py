"""Reading the ledger of hours: entry by entry (`ledger`) and added up (`pivots`), on shared conditions (`selection`)."""

from lms.hours.queries.ledger import (
    EntryRow,
    corrections_of,
    entries,
    entries_stream,
    entry_for,
    entry_of_source,
    entry_page,
    last_step,
    lock_entry,
    lock_ledger,
    month_sum,
    month_total_at_close,
    person_hours,
    sources_posted,
    steps,
    zones,
)
from lms.hours.queries.pivots import choices, month_totals, pivot, selection_total

__all__ = [
    "EntryRow",
    "choices",
    "corrections_of",
    "entries",
    "entries_stream",
    "entry_for",
    "entry_of_source",
    "entry_page",
    "last_step",
    "lock_entry",
    "lock_ledger",
    "month_sum",
    "month_total_at_close",
    "month_totals",
    "person_hours",
    "pivot",
    "selection_total",
    "sources_posted",
    "steps",
    "zones",
]
