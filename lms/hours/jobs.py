"""Exports of hours that are prepared in the background: the same entries, in the same words, as the page sends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.hours import exports, queries
from lms.hours.queries import EntryRow
from lms.hours.rules import Dimension, Selection
from lms.hours.words import entry_heads, entry_words
from lms.kit.clock import local_day
from lms.kit.errors import NotAllowed
from lms.kit.files import FileStore
from lms.kit.jobs import Finish, Run, Work
from lms.kit.permissions import Actor, Permission
from lms.web.context import actor

RECORDS = "hours.records"
_STEP = 5000
"""Entries between two reports of how far it is."""


def params_of(selection: Selection, separator: str) -> dict[str, Any]:
    """What the job is asked for, as JSON can hold it."""
    return {
        "first": selection.first.isoformat(),
        "last": selection.last.isoformat(),
        "keys": {str(dimension): key for dimension, key in selection.keys.items()},
        "after_close": selection.after_close,
        "separator": separator,
        "detail": f"{selection.first.isoformat()[:7]} – {selection.last.isoformat()[:7]}",
    }


def _selection(params: Mapping[str, Any]) -> Selection:
    return Selection(
        date.fromisoformat(params["first"]),
        date.fromisoformat(params["last"]),
        {Dimension(name): key for name, key in params["keys"].items()},
        params["after_close"],
    )


def records_export(files: FileStore) -> Work:
    """The job that writes the entries of a selection into a file of the tray. It reads as its person may when it runs.

    Raises (when it runs): NotAllowed where the person may not read hours any more.
    """

    def work(run: Run) -> Finish:
        who = actor()
        if not who.can(Permission.READ_HOURS):
            raise NotAllowed("web.not_allowed")
        selection, separator = _selection(run.params), run.params["separator"]
        made = tempfile.TemporaryFile()  # noqa: SIM115 - it lives until its bytes are in the store
        try:
            _write(made, run, who, selection, separator)
        except BaseException:
            made.close()
            raise
        name = f"registros-de-horas_{selection.first.isoformat()[:7]}_{selection.last.isoformat()[:7]}.csv"

        def finish(session: Session) -> Mapping[str, Any]:
            with made:
                made.seek(0)
                stored = files.put(session, made, name=name, purpose="result", actor=who, now=run.now)
            return {"file": stored.code, "name": stored.name, "size": stored.size}

        return finish

    return work


def _write(made: BinaryIO, run: Run, who: Actor, selection: Selection, separator: str) -> None:
    on = local_day(run.now, who.zone)
    with run.database.reading() as session:
        total = queries.selection_total(session, who, selection, on=on).entries
        rows = _counted(queries.entries_stream(session, who, selection, on=on), run, total)
        listed = exports.entry_rows(rows, entry_heads(), entry_words(), separator, _("sí"))
        made.writelines(line.encode() for line in exports.lines(listed, separator))


def _counted(rows: Iterator[EntryRow], run: Run, total: int) -> Iterator[EntryRow]:
    for number, row in enumerate(rows):
        if number % _STEP == 0:
            run.progress(number, total)
        yield row
