"""Whole courses from folders: the good one, and a copy with every kind of fault planted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lms.catalog.loader import LoadedCourse, content_hash, load_course, load_courses
from lms.catalog.rules import Mode, Retrain, TrainingType

COVER = """\
---
id: curso
title: Curso
summary: Resumen.
audience: Todos.
objectives: [Uno.]
method: [Dos.]
training_types: [initial, re-entry]
mode: self-paced
valid_months: 12
test: prueba
time_credit: nominal
retrain: refresher
---

Empezar por [el primero](uno#que-es).
"""
MODULE = """\
---
id: {id}
title: Módulo
summary: Resumen.
minutes: 25
objectives: [Uno.]
---

## Qué es {{#que-es}}

Una [[psic]], como en [el otro](dos#que-es) o [aquí](#que-es).

![Un cuadrado](diagrams/cuadro.svg "Cuadro")
"""
GLOSSARY = "terms:\n  - id: psic\n    term: PSIC\n    definition: Un *proveedor*.\n"
SVG = '<svg viewBox="0 0 9 9"><title>t</title><desc>d</desc><rect class="d-card" width="9" height="9"/></svg>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    course = tmp_path / "courses" / "curso"
    (course / "diagrams").mkdir(parents=True)
    (course / "course.md").write_text(COVER, encoding="utf-8")
    (course / "01-uno.md").write_text(MODULE.format(id="uno"), encoding="utf-8")
    (course / "02-dos.md").write_text(MODULE.format(id="dos"), encoding="utf-8")
    (course / "glossary.yaml").write_text(GLOSSARY, encoding="utf-8")
    (course / "diagrams" / "cuadro.svg").write_text(SVG, encoding="utf-8")
    (course / "survey.yaml").write_text("id: de-otro", encoding="utf-8")
    (course / "glossary-a.part.yaml").write_text("terms: []", encoding="utf-8")
    return course


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def good(folder: Path) -> LoadedCourse:
    course, report = load_course(folder, folder.parent)
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert course is not None
    return course


def test_a_good_course(folder: Path) -> None:
    course = good(folder)
    assert (course.id, course.mode, course.retrain, course.valid_months) == (
        "curso", Mode.SELF_PACED, Retrain.REFRESHER, 12,
    )  # fmt: skip
    assert course.training_types == (TrainingType.INITIAL, TrainingType.RE_ENTRY)
    assert [module.id for module in course.modules] == ["uno", "dos"]
    assert course.modules[0].toc == ((2, "que-es", "Qué es"),)
    assert course.modules[0].terms == ("psic",)
    assert course.glossary[0].definition_html == "<p>Un <em>proveedor</em>.</p>"
    assert 'href="curso/uno#que-es"' in course.cover_html
    assert 'href="dos#que-es"' in course.modules[0].html
    assert course.module("dos") is course.modules[1]
    assert course.module("tres") is None


def test_what_is_optional_may_be_left_out(folder: Path) -> None:
    for line in ("valid_months: 12\n", "test: prueba\n", "retrain: refresher\n", "time_credit: nominal\n"):
        edit(folder / "course.md", line, "")
    course = good(folder)
    assert (course.valid_months, course.test, course.retrain) == (None, "", Retrain.NONE)


def test_the_hash_names_everything_served(folder: Path) -> None:
    first = good(folder)
    assert good(folder) == first
    assert content_hash(first) == first.content_hash
    for changed in (
        replace(first, summary="Otro."),
        replace(first, valid_months=24),
        replace(first, modules=first.modules[::-1]),
        replace(first, glossary=()),
    ):
        assert content_hash(changed) != first.content_hash
    edit(folder / "diagrams" / "cuadro.svg", 'width="9"', 'width="8"')
    assert good(folder).content_hash != first.content_hash


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("course.md", "id: curso", "id: otro", 2),
        ("course.md", "mode: self-paced", "mode: remoto", 9),
        ("course.md", "[initial, re-entry]", "[initial, inicial]", 8),
        ("course.md", "valid_months: 12", "valid_months: 0", 10),
        ("course.md", "audience:", "audiance:", 5),
        ("course.md", "uno#que-es", "uno#nada", 16),
        ("course.md", "uno#que-es", "tres", 16),
        ("02-dos.md", "id: dos", "id: uno", 2),
        ("01-uno.md", "minutes: 25", "minutes: 0", 5),
        ("01-uno.md", "minutes: 25", "minutes: 601", 5),
        ("01-uno.md", "minutes: 25", "minutes: 25\ncolour: rojo", 6),
        ("01-uno.md", "(dos#que-es)", "(dos#nada)", 11),
        ("01-uno.md", "(dos#que-es)", "(//example.org/x)", 11),
        ("01-uno.md", "(#que-es)", "(#nada)", 11),
        ("01-uno.md", "[[psic]]", "[[rac]]", 11),
        ("01-uno.md", "cuadro.svg", "nada.svg", 13),
        ("01-uno.md", " {#que-es}", "", 9),
        ("glossary.yaml", "definition", "definicion", 4),
        ("glossary.yaml", "Un *proveedor*.", "Ver [[rac]].", 4),
        ("diagrams/cuadro.svg", "d-card", "rojo", 1),
    ],
)
def test_a_fault_is_named_with_file_and_line(folder: Path, file: str, old: str, new: str, line: int) -> None:
    edit(folder / file, old, new)
    course, report = load_course(folder, folder.parent)
    assert course is None
    assert (f"curso/{file}", line) in {(fault.file, fault.line) for fault in report.errors}


def test_many_planted_faults_come_out_in_one_run(folder: Path) -> None:
    edit(folder / "course.md", "mode: self-paced", "mode: remoto")
    edit(folder / "course.md", "valid_months: 12", "valid_months: doce")
    edit(folder / "course.md", "uno#que-es", "uno#nada")
    edit(folder / "01-uno.md", "minutes: 25", "minutes: 700")
    edit(folder / "01-uno.md", "[[psic]]", "[[rac]]")
    edit(folder / "02-dos.md", "summary: Resumen.", "sumary: Resumen.")
    edit(folder / "02-dos.md", " {#que-es}", "")
    edit(folder / "02-dos.md", "![Un cuadrado]", "![]")
    edit(folder / "glossary.yaml", "term: PSIC", "term:")
    edit(folder / "diagrams" / "cuadro.svg", "viewBox", "viewbox")
    _, report = load_course(folder, folder.parent)
    found = {(fault.file.removeprefix("curso/"), fault.line) for fault in report.errors}
    assert found >= {
        ("course.md", 9), ("course.md", 10), ("course.md", 16), ("01-uno.md", 5), ("01-uno.md", 11),
        ("02-dos.md", 4), ("02-dos.md", 9), ("02-dos.md", 13), ("glossary.yaml", 3), ("diagrams/cuadro.svg", 1),
    }  # fmt: skip


def test_warnings_do_not_stop_a_course(folder: Path) -> None:
    (folder / "notas.txt").write_text("x", encoding="utf-8")
    (folder / "diagrams" / "otro.svg").write_text(SVG, encoding="utf-8")
    (folder / "diagrams" / "foto.png").write_text("x", encoding="utf-8")
    course, report = load_course(folder, folder.parent)
    assert course is not None
    assert {fault.file for fault in report.warnings} == {
        "curso/notas.txt", "curso/diagrams/otro.svg", "curso/diagrams/foto.png",
    }  # fmt: skip


def test_missing_pieces(folder: Path) -> None:
    (folder / "course.md").unlink()
    course, report = load_course(folder, folder.parent)
    assert course is None
    assert [fault.file for fault in report.errors] == ["curso"]


def test_a_course_without_modules(folder: Path) -> None:
    for path in folder.glob("0*.md"):
        path.unlink()
    course, report = load_course(folder, folder.parent)
    assert course is None
    assert any("módulos" in fault.message for fault in report.errors)


def test_two_courses_with_one_id(folder: Path) -> None:
    other = folder.parent / "segundo"
    other.mkdir()
    (other / "course.md").write_text(COVER, encoding="utf-8")
    (other / "01-uno.md").write_text(MODULE.format(id="uno").partition("Una [[")[0] + "Texto.", encoding="utf-8")
    courses, report = load_courses(folder.parent)
    assert [course.id for course in courses] == ["curso"]
    assert {(fault.file, fault.line) for fault in report.errors} == {("segundo/course.md", 2)}
    assert any("ya está en curso/course.md" in fault.message for fault in report.errors)


def test_no_folder_of_courses(tmp_path: Path) -> None:
    courses, report = load_courses(tmp_path / "nada")
    assert courses == ()
    assert not report.ok


def test_our_own_courses_have_no_fault() -> None:
    courses, report = load_courses(Path(__file__).parents[2] / "courses")
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert [course.id for course in courses] == ["certificacion-copc"]
    assert all(module.text_words >= 900 for module in courses[0].modules)
