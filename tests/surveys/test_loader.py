"""Survey files: the good one, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

from lms.surveys.loader import load_survey
from lms.surveys.rules import QuestionKind

GOOD = """\
id: satisfaccion
title: Encuesta
intro: Es **anónima**.
anonymous: true
satisfaction: claridad
questions:
  - id: claridad
    type: scale
    text: ¿Claro?
    low: Nada
    high: Mucho
    required: true
  - id: ritmo
    type: choice
    text: ¿Ritmo?
    options: [lento, bien]
    required: false
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "survey.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_survey(tmp_path: Path) -> None:
    survey, report = load_survey(write(tmp_path, GOOD), tmp_path)
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert survey is not None
    assert [question.kind for question in survey.questions] == [QuestionKind.SCALE, QuestionKind.CHOICE]
    assert survey.intro_html == "<p>Es <strong>anónima</strong>.</p>"
    assert survey.questions[1].options == ("lento", "bien")
    assert len(survey.content_hash) == 64


def test_the_hash_follows_the_content_only(tmp_path: Path) -> None:
    first, _ = load_survey(write(tmp_path, GOOD), tmp_path)
    same, _ = load_survey(write(tmp_path, "# una nota\n" + GOOD), tmp_path)
    other, _ = load_survey(write(tmp_path, GOOD.replace("Mucho", "Muchísimo")), tmp_path)
    assert first is not None
    assert same is not None
    assert other is not None
    assert first.content_hash == same.content_hash != other.content_hash


def test_all_faults_at_once(tmp_path: Path) -> None:
    bad = """\
id: Satisfacción
title: Encuesta
anonymous: quizás
satisfaction: ritmo
colour: rojo
questions:
  - id: ritmo
    type: choice
    text: ¿Ritmo?
    options: [bien, Bien]
    low: Nada
    required: true
  - id: ritmo
    type: stars
    text: ¿Otra?
    low: a
    high: b
    required: true
  - id: ultima
    type: choice
    text: ¿Y?
    options: [una sola]
    required: true
"""
    survey, report = load_survey(write(tmp_path, bad), tmp_path)
    assert survey is None
    found = {(fault.line, fault.message.split("»")[0].lstrip("«")) for fault in report.errors}
    assert {fault.file for fault in report.errors} == {"survey.yaml"}
    assert {line for line, _ in found} == {1, 3, 4, 5, 10, 11, 13, 14, 22}


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    survey, report = load_survey(tmp_path / "survey.yaml", tmp_path)
    assert survey is None
    assert len(report.errors) == 1
