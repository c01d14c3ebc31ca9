"""The reader of content files: nothing raises, every fault has its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.kit.content import (
    MAX_FILE_BYTES,
    Fault,
    Report,
    parse_yaml,
    read_front_matter,
    read_text,
    read_yaml,
    reader_of,
)


def faults(report: Report) -> list[tuple[int, str]]:
    return [(fault.line, fault.message) for fault in sorted(report.errors)]


def test_values_of_every_kind() -> None:
    report = Report()
    reader = parse_yaml("a: texto\nb: 7\nc: true\nd: [x, y]\ne:\n  - k: 1\nf: rojo", "x.yaml", report)
    assert reader is not None
    assert reader.text("a") == "texto"
    assert reader.integer("b", low=1, high=9) == 7
    assert reader.flag("c") is True
    assert reader.texts("d") == [("x", 4), ("y", 4)]
    assert [entry.integer("k", low=0, high=2) for entry in reader.maps("e")] == [1]
    assert reader.choice("f", ["rojo", "azul"]) == "rojo"
    assert reader.text("g", required=False) == ""
    assert reader.integer("g", low=0, high=9, default=3) == 3
    reader.finish()
    assert report.ok


def test_every_fault_at_once_with_its_line() -> None:
    report = Report()
    reader = parse_yaml(
        "a: [1]\nb: diez\nc: quizá\nd: solo\ne: [x]\nf: rjo\nb: 2\nz: 1\ng: 99\nh:", "x.yaml", report, 10
    )
    assert reader is not None
    reader.text("a")
    reader.integer("b", low=1, high=9)
    reader.flag("c")
    reader.texts("d")
    reader.maps("e")
    reader.choice("f", ["rojo", "azul"])
    reader.integer("g", low=1, high=9)
    reader.text("h")
    reader.text("no-esta")
    reader.finish()
    lines = [line for line, _ in faults(report)]
    assert lines == [11, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]
    assert any("quizás «rojo»" in message for _, message in faults(report))


@pytest.mark.parametrize("text", ["a: [", "- a", "", "a: b: c", "{" * 3000, "a: &x [*x]\n- b"])
def test_bad_yaml_is_a_fault_and_no_crash(text: str) -> None:
    report = Report()
    assert parse_yaml(text, "x.yaml", report) is None
    assert len(report.errors) == 1
    assert report.errors[0].line >= 1


def test_a_text_too_long() -> None:
    report = Report()
    reader = parse_yaml("a: " + "x" * 11, "x.yaml", report)
    assert reader is not None
    reader.text("a", max_length=10)
    assert [line for line, _ in faults(report)] == [1]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("uno\ndos ñ".encode("latin-1"))
    (tmp_path / "big.md").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    report = Report()
    assert read_text(tmp_path / "latin.md", "latin.md", report) is None
    assert read_text(tmp_path / "big.md", "big.md", report) is None
    assert read_yaml(tmp_path / "none.yaml", "none.yaml", report) is None
    assert [(fault.file, fault.line) for fault in report.errors] == [("latin.md", 2), ("big.md", 1), ("none.yaml", 1)]


def test_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("\ufeff---\r\nid: a\r\n---\r\nUno\r\n".encode())
    report = Report()
    found = read_front_matter(path, "a.md", report)
    assert found is not None
    assert (found.head.text("id"), found.body, found.body_line) == ("a", "Uno\n", 4)
    assert found.head.line("id") == 2


@pytest.mark.parametrize("text", ["sin cabecera", "---\nid: a\n", "---\n- a\n---\n", "---\na: [\n---\n"])
def test_broken_front_matter(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    report = Report()
    assert read_front_matter(path, "a.md", report) is None
    assert len(report.errors) == 1


def test_a_report_as_json_is_sorted() -> None:
    report = Report(errors=[Fault("b", 1, "x"), Fault("a", 9, "x"), Fault("a", 2, "x")])
    report.warning("a", 1, "y")
    assert [(item["file"], item["line"]) for item in report.as_dict()["errors"]] == [("a", 2), ("a", 9), ("b", 1)]
    assert not report.ok


def test_a_document_of_another_format_is_read_alike_and_leniently() -> None:
    report = Report()
    options = [{"text": "12", "correct": True}, {"text": "no"}]
    reader = reader_of({"id": "x", "n": 3, "on": False, "options": options, "why": ""}, "f.gift", 7, report)
    assert (reader.text("id"), reader.integer("n", low=0, high=9), reader.flag("on")) == ("x", 3, False)
    inner = reader.maps("options")
    assert [(each.text("text"), each.flag("correct", default=False)) for each in inner] == [("12", True), ("no", False)]
    assert inner[1].advised("feedback") == "" == reader.advised("why")
    reader.finish()
    assert report.ok
    assert report.warnings == [
        Fault("f.gift", 7, "falta la clave «feedback»"),
        Fault("f.gift", 7, "«why» está vacía"),
    ]


def test_what_a_lenient_reader_advises_a_strict_one_wants() -> None:
    report = Report()
    reader = parse_yaml("a: 1", "x.yaml", report)
    assert reader is not None
    assert reader.advised("a") == "1"
    assert reader.advised("b") == ""
    assert faults(report) == [(1, "falta la clave «b»")]
