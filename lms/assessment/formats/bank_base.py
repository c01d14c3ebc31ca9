"""`bank.lock`: from which published version the files of a bank were taken, so that what others changed since is seen."""

from __future__ import annotations

import re
from pathlib import Path

from lms.assessment.formats.bank import Base
from lms.kit.content import Report, read_text

BASE_FILE = "bank.lock"
_ABOUT = "# De qué versión publicada se tomaron estos archivos. Lo escribe «lms banks export»: no se edita.\n"
_LINE = re.compile(r"(version|plan): ([0-9a-f]{64})")


def write_base(base: Base) -> bytes:
    """The file; the same bytes for the same base."""
    plan = f"plan: {base.plan}\n" if base.plan else ""
    return f"{_ABOUT}version: {base.version}\n{plan}".encode()


def read_base(path: Path, name: str, report: Report) -> Base | None:
    """What the file says; None where there is none, or where it is spoilt, which is reported as `name`."""
    if not path.is_file():
        return None
    text = read_text(path, name, report)
    if text is None:
        return None
    said: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or match[1] in said:
            report.error(name, number, "no se entiende: exportar el banco otra vez con «lms banks export», o borrarlo")
            return None
        said[match[1]] = match[2]
    if "version" not in said:
        report.error(name, 1, "no dice de qué versión se tomaron los archivos: exportar el banco otra vez, o borrarlo")
        return None
    return Base(said["version"], said.get("plan", ""))
