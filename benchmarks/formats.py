"""Ten thousand questions in each format: read, looked at and taken into a bank, in time and in memory.

`python -m benchmarks formats`. Each format is read in a process of its own, so that the most memory it had is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import config
from benchmarks.processes import ROOT
from lms.app import make_bus, make_database
from lms.assessment.commands.importing import import_questions
from lms.assessment.formats.exchange import Contents, Defaults
from lms.assessment.formats.registry import FORMATS, parse
from lms.kit import migrate
from lms.kit.clock import utc_now
from lms.kit.files import make_store
from lms.kit.permissions import SYSTEM

QUESTIONS = 10_000
MUST_SECONDS, MUST_MB = 60, 500
_OPTIONS = 4


@dataclass(frozen=True)
class Taken:
    """What one format gave: seconds to read the file and to look at it and take it, the most memory (MB), its size (MB)."""

    name: str
    title: str
    file_mb: float
    parse: float
    take: float
    peak_mb: float
    questions: int

    @property
    def met(self) -> bool:
        return self.parse + self.take <= MUST_SECONDS and self.peak_mb <= MUST_MB and self.questions == QUESTIONS


def _questions() -> list[dict[str, Any]]:
    """Single choices with feedback, which every format holds; Aiken loses the feedback."""
    return [
        {
            "id": f"q-{number:05d}",
            "type": "single",
            "topic": f"tema-{number % 20}",
            "difficulty": ("easy", "medium", "hard")[number % 3],
            "pool": "exam",
            "stem": f"Pregunta {number}: ¿qué se hace primero cuando llega un reclamo número {number * 7}?",
            "options": [
                {"text": f"La respuesta {number}-{option}", "correct": True}
                if option == 0
                else {
                    "text": f"La respuesta {number}-{option}",
                    "feedback": f"No: eso viene después del paso {option}.",
                }
                for option in range(_OPTIONS)
            ],
            "explanation": f"El paso {number} va primero porque ordena a los demás.",
        }
        for number in range(QUESTIONS)
    ]


def measure(environ: dict[str, str], folder: Path) -> list[Taken]:
    """Write the questions in every format that is written, and take each file into a bank of its own."""
    topics = {f"tema-{number}": f"Tema {number}" for number in range(20)}
    contents = Contents(_questions(), topics=topics)
    settings = config.load(environ)
    database = make_database(settings, make_bus(settings))
    migrate.upgrade(database.engine)
    database.engine.dispose()
    found = []
    for each in FORMATS:
        if each.write is None:
            continue
        path = folder / f"questions{each.suffixes[0]}"
        path.write_bytes(each.write(contents).data)
        command = [sys.executable, "-m", "benchmarks.formats", each.name, str(path)]
        said = subprocess.run(
            command, cwd=ROOT, env=environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
        )
        told = json.loads(said.stdout)
        size = path.stat().st_size / 1e6
        found.append(
            Taken(each.name, each.title, size, told["parse"], told["take"], told["peak_mb"], told["questions"])
        )
    return found


def _child(name: str, path: Path) -> None:
    """Read one file and take it; what it cost goes to the standard output."""
    settings = config.load()
    database = make_database(settings, make_bus(settings))
    begun = time.perf_counter()
    parsed = parse(path.read_bytes(), path.name, name)
    read = time.perf_counter() - begun
    with database.writing() as session:
        taken = import_questions(
            session,
            SYSTEM,
            bank=f"medida-{name}",
            parsed=parsed,
            defaults=Defaults(status="reviewed"),
            partial=False,
            dry_run=False,
            now=utc_now(),
            title=name,
            files=make_store(settings),
        )
    whole = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"parse": read, "take": whole - read, "peak_mb": peak, "questions": taken.report["imported"]}))


def section(found: Sequence[Taken], machine: str) -> str:
    """The part of docs/benchmarks.md."""
    said = (
        f"`python -m benchmarks formats`, {time.strftime('%Y-%m-%d')}: single choices of {_OPTIONS} options with feedback, "
        f"one run, each in a process of its own that reads the file and publishes it as a bank on SQLite. {machine}"
    )
    bent = (
        "Bent files: `tests/assessment/formats/test_fuzz.py` changes seeds of every format at random; the long run "
        "(`make test-long`) does so 10,000 times a format. None crashes, hangs or leaves half an import behind; what takes "
        "longest is bounded by the limits in `docs/exchange-formats.md`."
    )
    lines = [
        "## Ten thousand questions in each format",
        "",
        said,
        "",
        f"| format | file | reading | checking and publishing | most memory | must: {MUST_SECONDS} s, {MUST_MB} MB |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.title} | {each.file_mb:.1f} MB | {each.parse:.1f} s | {each.take:.1f} s | {each.peak_mb:.0f} MB "
        f"| {'met' if each.met else 'NOT met'}{'' if each.questions == QUESTIONS else f' ({each.questions} taken)'} |"
        for each in found
    ]
    lines += ["", bent]
    return "\n".join(lines)


if __name__ == "__main__":
    _child(sys.argv[1], Path(sys.argv[2]))
