"""`banks check`: exit codes, the lines and the JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lms.assessment.cli import banks

ROOT = Path(__file__).parents[2]


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "question_banks", tmp_path / "question_banks")
    shutil.copytree(ROOT / "courses", tmp_path / "courses")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(banks, ["check", *map(str, arguments)])


def test_a_sound_bank_leaves_with_zero(content):
    found = run(content / "question_banks", "--json")
    assert found.exit_code == 0
    document = json.loads(found.output)
    assert document["errors"] == []
    assert document["banks"] == 1
    assert document["questions"] > 50


def test_faults_come_with_file_and_line_and_leave_with_one(content):
    path = content / "question_banks" / "certificacion-copc" / "norma.yaml"
    path.write_text(path.read_text("utf-8").replace("difficulty: easy", "difficulty: facilisima", 1), "utf-8")
    line = next(n for n, text in enumerate(path.read_text("utf-8").split("\n"), 1) if "facilisima" in text)
    found = run(content / "question_banks" / "certificacion-copc")
    assert found.exit_code == 1
    assert f"certificacion-copc/norma.yaml:{line}:" in found.output
    document = json.loads(run(content / "question_banks", "--json").output)
    assert any(each["line"] == line for each in document["errors"])


def test_a_review_that_leads_nowhere_is_a_fault(content):
    path = content / "question_banks" / "certificacion-copc" / "norma.yaml"
    text = path.read_text("utf-8")
    start = text.index("review: ")
    end = text.index("\n", start)
    path.write_text(text[:start] + "review: norma#no-existe" + text[end:], "utf-8")
    found = run(content / "question_banks")
    assert found.exit_code == 1
    assert "no-existe" in found.output


def test_a_path_that_does_not_exist_leaves_with_two(tmp_path):
    assert run(tmp_path / "nada").exit_code == 2
