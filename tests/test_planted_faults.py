"""The checks of content as an author meets them: every fault planted in a copy of our own content is told, and no other.

Each fault is a text put in the place of another in a file that was right. The line expected is the one where the mark of
the planted text stands at the end, so that no number is written down here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import config

NAME = "certificacion-copc"


@dataclass(frozen=True)
class Plant:
    """In `file` the first `old` becomes `new` (a file without `old` is made); `mark` is on the line that must be told."""

    file: str
    old: str
    new: str
    mark: str
    says: str

    def put(self, folder: Path) -> None:
        path = folder / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert self.old in text, f"{self.file} no longer holds {self.old!r}: plant another fault"
        path.write_text(text.replace(self.old, self.new, 1), encoding="utf-8")

    def line(self, folder: Path) -> int:
        lines = (folder / self.file).read_text(encoding="utf-8").split("\n")
        return next(number for number, line in enumerate(lines, 1) if self.mark in line)


OTHER_MODULE = "---\nid: roles\ntitle: T\nsummary: S.\nminutes: 5\nobjectives: [O.]\n---\n\nTexto.\n"
COURSE_FAULTS = (
    Plant("course.md", "audience:", "colour: azul\naudience:", "colour: azul", "«colour» no existe"),
    Plant("course.md", "mode: self-paced", "mode: por-correo", "mode: por-correo", "«mode: por-correo» no existe"),
    Plant("01-auditorias.md", "minutes: 25", "minutes: 601", "minutes: 601", "fuera de 1 a 600"),
    Plant("01-auditorias.md", "No se queda", "Ver [esto](norma#no-hay). No", "norma#no-hay", "ningún apartado"),
    Plant("02-norma.md", " {#cinco-beneficios}", "", "### Cinco beneficios vistos", "no tiene ancla"),
    Plant(
        "02-norma.md", "## De dónde", "![Nada](diagrams/no-esta.svg)\n\n## De dónde", "no-esta", "no existe el dibujo"
    ),
    Plant("03-roles.md", "## Para qué", "Un [[termino-de-nadie]].\n\n## Para qué", "[[termino", "glossary.yaml"),
    Plant("diagrams/roles-desvio.svg", "  <rect", "  <script>1</script>\n  <rect", "<script>", "<script> no se admite"),
    Plant("survey.yaml", "    low: Muy", "\tlow: Muy", "\tlow", "YAML mal escrito"),
    Plant("04-otra.md", "", OTHER_MODULE, "id: roles", "03-roles.md"),
)

RIGHT = '    options:\n      - {text: "Customer Operations Performance Center", correct: true}'
NONE_RIGHT = '    options: # ninguna\n      - {text: "Customer Operations Performance Center", feedback: "No."}'
CLIENT = ', feedback: "Esa organización es el cliente. El PSIC es quien atiende."'
HARD = "topic: auditorias, difficulty: hard, count: "
BANK_FAULTS = (
    Plant("auditorias.yaml", "id: aud-002", "id: aud-001 # otra", "# otra", "«id: aud-001» ya está en"),
    Plant("auditorias.yaml", "review: auditorias#muestra", "review: auditorias#no-hay", "#no-hay", "«#no-hay»"),
    Plant("norma.yaml", CLIENT, "", "Toda organización que contrata", "falta «feedback»"),
    Plant("norma.yaml", RIGHT, NONE_RIGHT, "# ninguna", "hay 0 opciones con «correct: true»"),
    Plant(
        "norma.yaml", "topic: norma\n    difficulty: medium", "topic: nada\n    difficulty: medium", "nada", "«topic:"
    ),
    Plant("norma.yaml", '{text: "Ingresos",', '{text: "EXPERIENCIA ",', "EXPERIENCIA", "la opción «EXPERIENCIA»"),
    Plant("roles.yaml", "difficulty: easy", "difficulty: facilisima", "facilisima", "«difficulty: facilisima»"),
    Plant("roles.yaml", "pool: exam", "pool: exam\n    colour: azul", "colour: azul", "«colour» no existe"),
    Plant("roles.yaml", 'left: "Calidad"', 'left: "FORMACIÓN "', '"FORMACIÓN "', "el lado izquierdo"),
    Plant("plan.yaml", f"{HARD}1", f"{HARD}100", "count: 100", "pide 100 y hay"),
)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of all our content."""
    for folder in ("courses", "question_banks"):
        shutil.copytree(config.ROOT / folder, tmp_path / folder)
    return tmp_path


def lms(*words: str | Path, where: Path = config.ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command as an author does: a process of its own."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LMS_")}
    environ |= {"PYTHONPATH": str(config.ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "lms.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=where, env=environ, check=False, timeout=120)


def check(kind: str, path: Path) -> tuple[int, dict[str, Any]]:
    """The exit status and the JSON of `lms courses check` or `lms banks check`."""
    done = lms(kind, "check", path, "--json")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def plant(folder: Path, faults: Sequence[Plant]) -> list[tuple[str, int, str]]:
    """Put the faults in; what must be told of each: file (within the course or bank), line, words."""
    for fault in faults:
        fault.put(folder)
    return sorted((fault.file, fault.line(folder), fault.says) for fault in faults)


def assert_told(found: Sequence[dict[str, Any]], prefix: str, expected: Sequence[tuple[str, int, str]]) -> None:
    """Every fault expected is among those found, at its place and in its words, and nothing else is."""
    places = sorted((each["file"].removeprefix(prefix), each["line"]) for each in found)
    assert places == [(file, line) for file, line, _says in expected]
    for each, (_file, _line, says) in zip(
        sorted(found, key=lambda one: (one["file"], one["line"])), expected, strict=True
    ):
        assert says in each["message"]


def test_ten_faults_planted_in_the_course_are_told_and_nothing_else(content: Path) -> None:
    expected = plant(content / "courses" / NAME, COURSE_FAULTS)
    assert len({each.says for each in COURSE_FAULTS}) == len(expected) == 10
    for path in (content, content / "courses", content / "courses" / NAME):
        status, found = check("courses", path)
        assert status == 1
        assert_told(found["errors"], f"{NAME}/", expected)
        assert found["warnings"] == []
    told = lms("courses", "check", content / "courses")
    assert told.returncode == 1
    for file, line, _says in expected:
        assert f"{NAME}/{file}:{line}: " in told.stdout
    assert "10 errores" in told.stdout


def test_ten_faults_planted_in_the_bank_are_told_and_nothing_else(content: Path) -> None:
    expected = plant(content / "question_banks" / NAME, BANK_FAULTS)
    assert len(expected) == 10
    prefix = f"question_banks/{NAME}/"
    for path in (content / "question_banks", content / "question_banks" / NAME):
        status, found = check("banks", path)
        assert status == 1
        assert_told(found["errors"], prefix, expected)
        assert found["warnings"] == []
    told = lms("banks", "check", content / "question_banks")
    assert told.returncode == 1
    for file, line, _says in expected:
        assert f"{prefix}{file}:{line}: " in told.stdout
    assert "10 errores" in told.stdout


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("courses", {"courses": 1, "modules": 3, "surveys": 1}),
        ("banks", {"banks": 1, "plans": 1}),
    ],
)
def test_our_own_content_has_nothing_to_tell(kind: str, counted: dict[str, int]) -> None:
    folder = config.ROOT / ("courses" if kind == "courses" else "question_banks")
    status, found = check(kind, folder)
    assert (status, found["errors"], found["warnings"]) == (0, [], [])
    assert counted.items() <= found.items()
    told = lms(kind, "check")
    assert told.returncode == 0
    assert len(told.stdout.splitlines()) == 1
    assert "0 errores, 0 avisos" in told.stdout


@pytest.mark.parametrize("kind", ["courses", "banks"])
def test_a_path_that_does_not_exist_is_wrong_use(kind: str, tmp_path: Path) -> None:
    done = lms(kind, "check", tmp_path / "nada", "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nada" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_folder_one_stands_in_can_be_checked(content: Path) -> None:
    assert lms("courses", "check", ".", where=content).returncode == 0
    assert lms("courses", "check", ".", where=content / "courses" / NAME).returncode == 0
    assert lms("banks", "check", ".", where=content / "question_banks" / NAME).returncode == 0


ALONE = [
    ("courses", Plant("glossary.yaml", "terms:", "terms: [", "- id: copc", "YAML mal escrito")),
    ("courses", Plant("02-norma.md", "title: La", "title: [La", "summary:", "YAML mal escrito")),
    ("courses", Plant("diagrams/roles-puerta.svg", "<desc>", "<desc", "<desc", "SVG mal escrito")),
    ("courses", Plant("survey.yaml", "type: choice", "type: opciones", "opciones", "«type: opciones» no existe")),
    ("courses", Plant("course.md", f"test: {NAME}", "test: otra", "test: otra", "no hay un banco con ese id")),
    ("banks", Plant("norma.yaml", "questions:", "questions: [", "- id: nor-001", "YAML mal escrito")),
    ("banks", Plant("bank.yaml", "topics:", "topics: [", "topics: [", "YAML mal escrito")),
    ("banks", Plant("plan.yaml", "sections:", "sections: [", "sections: [", "YAML mal escrito")),
    ("banks", Plant("norma.yaml", "type: ordering", "type: orden", "type: orden", "«type: orden» no existe")),
]


@pytest.mark.parametrize(("kind", "fault"), ALONE, ids=[f"{fault.file}-{fault.new}" for _kind, fault in ALONE])
def test_one_mistake_is_not_told_twice(content: Path, kind: str, fault: Plant) -> None:
    """A file that cannot be read must not make everything that leans on it look wrong."""
    folder = content / ("courses" if kind == "courses" else "question_banks")
    expected = plant(folder / NAME, [fault])
    status, found = check(kind, folder)
    assert status == 1
    prefix = f"{NAME}/" if kind == "courses" else f"question_banks/{NAME}/"
    assert [each["file"] for each in found["errors"]] == [f"{prefix}{fault.file}"]
    assert fault.says in found["errors"][0]["message"]
    # A YAML parser says where it stopped understanding: on the line of the mistake or below it.
    line = found["errors"][0]["line"]
    assert line >= expected[0][1] if "mal escrito" in fault.says else line == expected[0][1]


def test_a_broken_file_does_not_hide_the_faults_of_the_others(content: Path) -> None:
    bank = content / "question_banks" / NAME
    Plant("bank.yaml", "topics:", "topics: [", "", "").put(bank)
    fault = next(each for each in BANK_FAULTS if "feedback" in each.says)
    fault.put(bank)
    _status, found = check("banks", content / "question_banks")
    assert [(each["file"].rsplit("/", 1)[-1]) for each in found["errors"]] == ["bank.yaml", "norma.yaml"]
    assert found["errors"][1]["line"] == fault.line(bank)


def test_a_review_is_checked_in_a_question_with_another_fault_too(content: Path) -> None:
    bank = content / "question_banks" / NAME
    faults = [
        Plant("norma.yaml", CLIENT, "", "Toda organización que contrata", "falta «feedback»"),
        Plant("norma.yaml", "review: norma#quien-es-quien", "review: norma#nadie", "norma#nadie", "«#nadie»"),
    ]
    expected = plant(bank, faults)
    _status, found = check("banks", content / "question_banks")
    assert_told(found["errors"], f"question_banks/{NAME}/", expected)
