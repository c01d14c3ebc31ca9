"""From one format to another: read, looked at as every question is, written; with what was not taken and what was lost."""

from __future__ import annotations

from dataclasses import dataclass

from lms.assessment.formats.checking import Checked, check
from lms.assessment.formats.exchange import Defaults, Format, Parsed, Unreadable, Written, complete
from lms.assessment.formats.registry import FORMATS, parse


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written, and the report of what was read."""

    written: Written
    parsed: Parsed


def target_of(name: str, wanted: str = "") -> Format:
    """The format to write: the one called `wanted`, or the first whose ending `name` has. Raises: Unreadable."""
    able = [each for each in FORMATS if each.write is not None]
    for each in able:
        if each.name == wanted or (not wanted and name.lower().endswith(each.suffixes)):
            return each
    known = ", ".join(each.name for each in able)
    raise Unreadable(f"no se sabe en qué formato escribir «{wanted or name}»; puede ser: {known}")


def read(data: bytes, name: str, wanted: str, defaults: Defaults) -> Checked:
    """The questions of a file that hold. Raises: Unreadable."""
    parsed = parse(data, name, wanted)
    complete(parsed, defaults)
    return check(parsed)


def convert(data: bytes, name: str, wanted: str, target: Format, defaults: Defaults) -> Converted:
    """Write as `target` what `data` holds. Raises: Unreadable where it cannot be read, or `target` cannot be written."""
    checked = read(data, name, wanted, defaults)
    if target.write is None:
        raise Unreadable(f"el formato «{target.name}» no se escribe")
    return Converted(target.write(checked.contents()), checked.parsed)
