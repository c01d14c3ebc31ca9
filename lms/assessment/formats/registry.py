"""The formats of questions of other programs. A new one is a module that makes a `Format`, and a line here."""

from __future__ import annotations

from lms.assessment.formats.aiken import AIKEN
from lms.assessment.formats.exchange import MAX_BYTES, Format, Parsed, Unreadable, guess
from lms.assessment.formats.gift import GIFT
from lms.assessment.formats.moodle import MOODLE_XML
from lms.assessment.formats.qti import QTI, QTI2, QTI3
from lms.assessment.formats.sheet import CSV, XLSX
from lms.assessment.formats.yaml_exchange import YAML

FORMATS: tuple[Format, ...] = (YAML, MOODLE_XML, GIFT, AIKEN, QTI2, QTI3, QTI, XLSX, CSV)


def format_of(data: bytes, name: str, wanted: str = "") -> Format:
    """The format called `wanted`, or the one that `data` (a file called `name`) looks like.

    Raises: Unreadable where there is none.
    """
    if wanted:
        known = {each.name: each for each in FORMATS}
        if wanted not in known:
            raise Unreadable(f"no hay un formato «{wanted}»; puede ser: {', '.join(sorted(known))}")
        return known[wanted]
    found = guess(FORMATS, data, name)
    if found is None:
        titles = ", ".join(each.title for each in FORMATS)
        raise Unreadable(f"no se reconoce el formato del archivo; se leen: {titles}")
    return found


def parse(data: bytes, name: str, wanted: str = "") -> Parsed:
    """Everything that a file holds. Raises: Unreadable where it cannot be read at all."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"el archivo pasa de {MAX_BYTES // (1024 * 1024)} MB")
    if not data.strip():
        raise Unreadable("el archivo está vacío")
    return format_of(data, name, wanted).parse(data, name)
