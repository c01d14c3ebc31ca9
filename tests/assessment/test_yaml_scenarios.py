"""Banks with scenarios, with questions that are not ready, and with questions of other programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lms.assessment.formats.yaml_bank import check_reviews, load_bank
from lms.kit.content import Report

from .test_yaml_bank import BANK, GOOD, faults, questions, single


@pytest.fixture
def put(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes the good bank of `test_yaml_bank.py` with these files in it, and gives its folder."""

    def _put(changes: dict[str, str]) -> Path:
        folder = tmp_path / "question_banks" / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (GOOD | changes).items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return _put


SCENARIO = """scenarios:
  - id: caso
    topic: uno
    difficulty: easy
    pool: exam
    status: reviewed
    exclusive: llamada
    title: La llamada
    stem: Alguien llama
    questions:
      - id: caso-a
        type: true_false
        stem: Uno
        answer: true
        feedback: F
        explanation: E
        review: modulo#seccion
      - id: caso-b
        type: true_false
        tags: [fraude]
        stem: Dos
        answer: true
        feedback: F
        explanation: E
        review: modulo#otra
"""


def test_a_scenario_gives_its_questions_what_they_share(put) -> None:
    folder = put({"c.yaml": SCENARIO})
    bank, report = load_bank(folder, folder.parent)
    assert report.as_dict() == {"errors": [], "warnings": []}
    found = [each for each in bank.questions if each.scenario]
    assert [(each.key, each.scenario_place, each.tags) for each in found] == [
        ("caso-a", 1, ()),
        ("caso-b", 2, ("fraude",)),
    ]
    for each in found:
        assert (each.scenario, each.scenario_stem, each.title) == ("caso", "Alguien llama", "La llamada")
        assert (each.topic, each.difficulty, each.pool, each.exclusive) == ("uno", "easy", "exam", "llamada")
    report = Report()
    check_reviews(bank, {"modulo": {"seccion"}}, report)
    assert [fault.file for fault in report.errors] == ["demo/c.yaml"]


def test_a_changed_stem_changes_all_of_a_scenario(put, tmp_path: Path) -> None:
    folder = put({"c.yaml": SCENARIO})

    def hashes() -> dict[str, str]:
        bank, _ = load_bank(folder, tmp_path)
        return {each.key: each.content_hash for each in bank.questions}

    before = hashes()
    (folder / "c.yaml").write_text(SCENARIO.replace("Alguien llama", "Nadie llama"), encoding="utf-8")
    after = hashes()
    assert {key for key in before if before[key] != after[key]} == {"caso-a", "caso-b"}


@pytest.mark.parametrize(
    ("change", "line", "part"),
    [
        (("id: caso\n", "id: El Caso\n"), 2, "solo minúsculas"),
        (("id: caso\n", "id: a-1\n"), 2, "«id: a-1» ya está en demo/a.yaml:2"),
        (("id: caso-b", "id: caso-a"), 18, "«id: caso-a» ya está en demo/c.yaml:11"),
        (("topic: uno", "topic: tres"), 3, "«topic: tres» no existe"),
        (("stem: Alguien llama", "stem: ''"), 9, "«stem» está vacía"),
        (("        stem: Uno", "        topic: uno\n        stem: Uno"), 13, "«topic» no existe aquí"),
        (
            ("        answer: true\n        feedback: F\n        explanation: E\n        review: modulo#otra", ""),
            18,
            "falta la clave «answer»",
        ),
        (("status: reviewed", "status: listo"), 6, "«status: listo» no existe"),
        (("tags: [fraude]", f"tags: [{'x' * 61}]"), 20, "la etiqueta pasa de 60"),
    ],
)
def test_each_fault_of_a_scenario(put, change: tuple[str, str], line: int, part: str) -> None:
    found = faults(put({"c.yaml": SCENARIO.replace(*change, 1)}))
    assert any((name, at) == ("demo/c.yaml", line) and part in message for name, at, message in found), found


def test_a_scenario_without_questions_or_with_too_many(put) -> None:
    head, _ = SCENARIO.split("    questions:\n")
    assert any("falta la clave «questions»" in message for _, _, message in faults(put({"c.yaml": head})))
    many = "".join(
        f"      - {{id: n-{n}, type: true_false, stem: s{n}, answer: true, feedback: F, explanation: E, review: m#s}}\n"
        for n in range(21)
    )
    found = faults(put({"c.yaml": head + "    questions:\n" + many}))
    assert [message for _, _, message in found] == ["hay 21 preguntas; el máximo de un caso es 20"]


def test_only_reviewed_questions_by_themselves_fill_a_plan(put) -> None:
    def of(status: str) -> str:
        return single("a-2").replace("    stem:", f"    status: {status}\n    stem:")

    assert faults(put({"a.yaml": questions(single("a-1"), of("reviewed"))})) == []
    for status in ("draft", "retired"):
        ((file, line, message),) = faults(put({"a.yaml": questions(single("a-1"), of(status))}))
        assert (file, line) == ("demo/plan.yaml", 8)
        assert "pide 2 y hay 1" in message
    # The two questions of a scenario do not come one by one.
    ((file, _, message),) = faults(put({"a.yaml": questions(single("a-1")), "c.yaml": SCENARIO}))
    assert file == "demo/plan.yaml"
    assert "pide 2 y hay 1" in message


def test_a_lenient_bank_warns_of_what_is_missing(put) -> None:
    bare = (
        "questions:\n  - id: x-1\n    type: single\n    topic: uno\n    difficulty: easy\n    pool: exam\n"
        '    stem: Importada\n    options:\n      - {text: "Sí", correct: true}\n      - {text: "No"}\n'
    )
    strict = faults(put({"c.yaml": bare}))
    assert [line for _, line, _ in strict] == [2, 2, 10]
    folder = put({"bank.yaml": BANK + "strict: false\n", "c.yaml": bare})
    bank, report = load_bank(folder, folder.parent)
    assert report.ok
    assert [fault.line for fault in report.warnings] == [2, 2, 10]
    (question,) = [each for each in bank.questions if each.key == "x-1"]
    assert (question.explanation, question.review) == ("", "")
    assert [review.question for review in bank.reviews] == ["a-1", "a-2", "a-3", "b-1"]
    again = put({"bank.yaml": BANK + "strict: quizás\n"})
    assert any("true o false" in message for _, _, message in faults(again))
