"""`lms banks import` and `lms banks convert`, our YAML among the formats, and guessing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.bank import LoadedBank
from lms.assessment.formats.document import document_of, scenario_document
from lms.assessment.formats.exchange import Contents, Unreadable
from lms.assessment.formats.registry import FORMATS, format_of
from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.formats.yaml_exchange import parse, write
from lms.cli import main
from tests.assessment.formats import documents as made
from tests.assessment.formats.test_moodle import KINDS

ROOT = Path(__file__).parents[3]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["banks", *map(str, arguments)], catch_exceptions=False)


@given(made.bank(KINDS), st.booleans())
def test_yaml_holds_everything_and_is_the_same_bytes_again(bank: list[dict[str, Any]], case: bool) -> None:
    topics = {"norma": "Norma", "fraude": "Fraude"}
    scenarios = (
        [{"id": "s", "topic": "norma", "stem": "Un\n\ncaso ", "questions": bank[1:]}] if case and bank[1:] else []
    )
    contents = Contents(bank[:1] if scenarios else bank, scenarios, topics)
    written = write(contents)
    parsed = parse(written.data, "x.yaml")
    assert (written.losses, parsed.rejected, parsed.warnings) == ((), [], [])
    assert [each.document for each in parsed.questions] == contents.questions
    assert [each.document for each in parsed.scenarios] == scenarios
    assert parsed.topics == topics
    assert write(parsed.contents()).data == written.data


def flagship() -> LoadedBank:
    bank, report = load_bank(ROOT / "question_banks" / "certificacion-copc", ROOT)
    assert bank is not None
    assert report.ok
    return bank


def test_our_own_bank_goes_through_yaml_unchanged(tmp_path: Path) -> None:
    bank = flagship()
    alone = [document_of(each) for each in bank.questions if not each.scenario]
    cases = {each.scenario for each in bank.questions if each.scenario}
    told = [scenario_document(each for each in bank.questions if each.scenario == case) for case in sorted(cases)]
    contents = Contents(alone, told, {topic.id: topic.title for topic in bank.topics})
    (tmp_path / "a.yaml").write_bytes(write(contents).data)
    found = run("convert", tmp_path / "a.yaml", tmp_path / "b.yaml", "--json")
    assert found.exit_code == 0, found.output
    assert (tmp_path / "a.yaml").read_bytes() == (tmp_path / "b.yaml").read_bytes()
    for ending in ("xml", "gift", "aiken"):
        found = run("convert", tmp_path / "a.yaml", tmp_path / f"b.{ending}", "--json")
        report = json.loads(found.output)
        assert report["found"] == len(bank.questions)
        assert report["losses"]
        again = json.loads(run("import", tmp_path / f"b.{ending}", "--dry-run", "--json").output)
        assert (again["found"], again["rejected"]) == (report["written"], [])


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("A{=x ~y}", "a.txt", "gift"),
        ("::T::A{}", "a", "gift"),
        ("P\nA) x\nB) y\nANSWER: A", "a.txt", "aiken"),
        ("<?xml version='1.0'?><quiz></quiz>", "a.txt", "moodle-xml"),
        ("questions:\n- id: a\n  stem: 'A{=x ~y}'", "a.yaml", "yaml"),
        ("scenarios:\n- id: a", "a.yml", "yaml"),
    ],
)
def test_the_format_is_guessed_from_what_is_inside(text: str, name: str, expected: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert format_of(text.encode(encoding), name).name == expected


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(Unreadable, match="no se reconoce"):
        format_of(b"hola", "a.txt")
    with pytest.raises(Unreadable, match="no hay un formato"):
        format_of(b"hola", "a.txt", "word")
    assert len({each.name for each in FORMATS}) == len(FORMATS)


def test_a_dry_run_needs_no_database(tmp_path: Path) -> None:
    file = tmp_path / "Mis preguntas.gift"
    file.write_text("::Uno::A{T}\n\n\nB{~x ~y}\n\n// nota\n", encoding="utf-8")
    found = run("import", file, "--dry-run", "--json")
    report = json.loads(found.output)
    assert found.exit_code == 1
    assert (report["format"], report["found"], report["imported"], report["by_type"]) == (
        "gift",
        2,
        1,
        {"true_false": 1},
    )
    assert report["rejected"] == [
        {"where": "línea 4", "name": "B_____", "reason": "ninguna opción está marcada como correcta"}
    ]
    assert all(isinstance(each, str) for each in report["warnings"])
    plain = run("import", file, "--dry-run")
    assert "línea 4: «B_____» ninguna opción" in plain.output
    assert "gift: 2 preguntas, 1 tomadas (true_false 1)" in plain.output


def test_files_that_cannot_be_read_leave_with_two_and_say_why(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text("<quiz>\n<question>", encoding="utf-8")
    found = run("import", file, "--dry-run", "--json")
    report = json.loads(found.output)
    assert (found.exit_code, report["found"], report["rejected"][0]["where"]) == (2, 0, "línea 2")
    file.write_bytes(b"")
    assert "vacío" in run("import", file, "--dry-run").output
    assert run("convert", file, tmp_path / "b.docx").exit_code == 2
    assert run("convert", file, file).exit_code == 2
    assert run("import", tmp_path / "nada", "--dry-run").exit_code == 2


def test_files_are_imported_and_the_second_time_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    monkeypatch.setenv("LMS_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("LMS_SECRET_KEY", "x" * 40)
    file = tmp_path / "norma.gift"
    file.write_text("::Uno::A{T}\n\n::Dos::B{=x ~y}\n", encoding="utf-8")
    assert run("import", file).exit_code == 2  # no database yet
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    first = run("import", file)
    assert first.exit_code == 0, first.output
    assert "banco «norma»: 2 nuevas, 0 cambiadas, 0 iguales" in first.output
    assert "banco «norma»: 0 nuevas, 0 cambiadas, 2 iguales" in run("import", file).output
    file.write_text("::Uno::A{T}\n\n::Dos::B{=x ~y}\n\nC{~x ~y}\n", encoding="utf-8")
    bad = run("import", file, "--json")
    assert (bad.exit_code, json.loads(bad.output)["imported"]) == (1, 0)
    part = run("import", file, "--partial", "--json", "--bank", "otro")
    assert (part.exit_code, json.loads(part.output)["imported"]) == (1, 2)
