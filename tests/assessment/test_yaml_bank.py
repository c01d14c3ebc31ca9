"""Reading banks: good ones whole, bad ones with every fault at once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from lms.assessment.formats.yaml_bank import check_reviews, load_bank, load_banks
from lms.assessment.rules.draw import draw
from lms.assessment.rules.plan import Candidate, Section
from lms.assessment.types.registry import TYPES
from lms.kit.content import Report

BANK = """id: demo
title: Banco de muestra
course: curso
topics:
  - {id: uno, title: Uno}
  - {id: dos, title: Dos}
"""
PLAN = """id: demo
title: Prueba
pass_mark: 80%
minutes: 30
attempts: 1
delay_hours: 24
sections:
  - {topic: uno, difficulty: easy, count: 2}
  - {topic: dos, difficulty: any, count: 1, points: 2}
"""
HEAD = """  - id: {id}
    type: {type}
    topic: {topic}
    difficulty: {difficulty}
    pool: exam
    stem: ¿Qué dice {id}?
    explanation: Porque sí.
    review: modulo#seccion
"""
SINGLE = (
    HEAD
    + """    options:
      - {{text: "Sí", correct: true}}
      - {{text: "No", feedback: No es eso.}}
"""
)


def single(key: str, topic: str = "uno", difficulty: str = "easy", kind: str = "single") -> str:
    return SINGLE.format(id=key, type=kind, topic=topic, difficulty=difficulty)


def questions(*texts: str) -> str:
    return "questions:\n" + "".join(texts)


GOOD = {
    "bank.yaml": BANK,
    "plan.yaml": PLAN,
    "a.yaml": questions(single("a-1"), single("a-2"), single("a-3", difficulty="hard")),
    "b.yaml": questions(single("b-1", "dos", "medium")),
}


@pytest.fixture
def write(tmp_path: Path):
    """Writes a bank (the good one, with some files replaced, added or, where None, left out) and gives its folder."""

    def _write(changes: dict[str, str | None] | None = None, name: str = "demo") -> Path:
        folder = tmp_path / "question_banks" / name
        for file, text in {**GOOD, **(changes or {})}.items():
            if text is not None:
                path = folder / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return folder

    return _write


def faults(folder: Path) -> list[tuple[str, int, str]]:
    _, report = load_bank(folder, folder.parent)
    return [(fault.file, fault.line, fault.message) for fault in sorted(report.errors)]


def test_a_good_bank_loads_whole(write) -> None:
    folder = write()
    bank, report = load_bank(folder, folder.parent.parent)
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert (bank.id, bank.title, bank.course) == ("demo", "Banco de muestra", "curso")
    assert [topic.id for topic in bank.topics] == ["uno", "dos"]
    assert [question.key for question in bank.questions] == ["a-1", "a-2", "a-3", "b-1"]
    first = bank.questions[0]
    assert (first.file, first.line) == ("question_banks/demo/a.yaml", 2)
    assert (first.stem, first.review, first.exclusive) == ("¿Qué dice a-1?", "modulo#seccion", None)
    assert first.body["stem"] == first.stem
    assert bank.plan.pass_mark == Fraction(4, 5)
    assert bank.plan.sections == (Section("uno", "easy", 2), Section("dos", "any", 1, 2))


def test_a_loaded_bank_can_be_drawn(write) -> None:
    folder = write()
    bank, _ = load_bank(folder, folder)
    candidates = [
        Candidate(
            n, n, each.topic, each.difficulty, each.exclusive, TYPES[each.type].shuffle_size(each.body), each.pool
        )
        for n, each in enumerate(bank.questions)
    ]
    form = draw(bank.plan, candidates, {}, bytes(32))
    assert {drawn.question_id for drawn in form} == {0, 1, 3}
    assert all(sorted(drawn.option_order) == [0, 1] for drawn in form)


def test_the_hash_is_of_the_content_not_of_the_files(write, tmp_path: Path) -> None:
    bank, _ = load_bank(write(), tmp_path)
    moved = {
        "a.yaml": None,
        "b.yaml": None,
        "z.yaml": questions(
            *(single(f"a-{n}") for n in (2, 1)), single("b-1", "dos", "medium"), single("a-3", difficulty="hard")
        ),
    }
    other = tmp_path / "other" / "demo"
    other.mkdir(parents=True)
    for name, text in {**GOOD, **moved}.items():
        if text is not None:
            (other / name).write_text(text.replace("\n", "\r\n"), encoding="utf-8")
    same, report = load_bank(other, tmp_path)
    assert report.ok
    assert same.content_hash == bank.content_hash
    (other / "plan.yaml").write_text(PLAN.replace("80%", "81%"), encoding="utf-8")
    assert load_bank(other, tmp_path)[0].content_hash != bank.content_hash
    (other / "plan.yaml").write_text(PLAN, encoding="utf-8")
    text = (other / "z.yaml").read_text(encoding="utf-8")
    (other / "z.yaml").write_text(text.replace("No es eso.", "No es esto.", 1), encoding="utf-8")
    assert load_bank(other, tmp_path)[0].content_hash != bank.content_hash


def test_ten_planted_faults_are_all_told_with_file_and_line(write) -> None:
    folder = write(
        {
            "bank.yaml": BANK.replace("id: demo", "id: otro") + "extra: 1\n",
            "a.yaml": questions(
                single("a-1"),
                single("a-1"),
                single("a-2", topic="unos"),
                single("a-3", difficulty="facil"),
                single("a-4", kind="simple"),
                single("a-5").replace(", feedback: No es eso.", ""),
                single("a-6").replace("correct: true", "correct: false"),
                single("a-7").replace("modulo#seccion", "modulo"),
                single("a-8").replace("pool: exam", "pol: exam"),
            ),
            "b.yaml": questions(single("a-5", "dos", "medium"), single("b-1", "dos", "medium")),
            "c.yaml": "questions: [\n",
            "plan.yaml": PLAN.replace("80%", "80").replace("count: 2", "count: 30"),
        }
    )
    found = faults(folder)
    expected = [
        ("demo/a.yaml", 13, "«id: a-1» ya está en demo/a.yaml:2"),
        ("demo/a.yaml", 26, "«topic: unos» no existe; puede ser: uno, dos"),
        ("demo/a.yaml", 38, "«difficulty: facil» no existe"),
        ("demo/a.yaml", 47, "«type: simple» no existe"),
        ("demo/a.yaml", 67, "falta «feedback»"),
        ("demo/a.yaml", 76, "hay 0 opciones con «correct: true»"),
        ("demo/a.yaml", 77, "falta «feedback»"),
        ("demo/a.yaml", 86, "tiene que ser «módulo#sección»"),
        ("demo/a.yaml", 90, "falta la clave «pool»"),
        ("demo/a.yaml", 94, "la clave «pol» no existe aquí"),
        ("demo/b.yaml", 2, "«id: a-5» ya está en demo/a.yaml:57"),
        ("demo/bank.yaml", 1, "«id: otro» no es igual al nombre de la carpeta, «demo»"),
        ("demo/bank.yaml", 7, "la clave «extra» no existe aquí"),
        ("demo/c.yaml", 2, "YAML mal escrito"),
        ("demo/plan.yaml", 3, "«pass_mark: 80» tiene que ser un porcentaje"),
        ("demo/plan.yaml", 8, "pide 30 y hay 5; faltan 25"),
    ]
    missing = [want for want in expected if not any(got[:2] == want[:2] and want[2] in got[2] for got in found)]
    assert missing == [], found
    assert len(found) == len(expected), found


@pytest.mark.parametrize(
    ("changes", "file", "line", "part"),
    [
        ({"a.yaml": None, "b.yaml": None}, "demo/bank.yaml", 4, "no tiene ninguna pregunta"),
        ({"a.yaml": "questions: []\n", "b.yaml": None}, "demo/bank.yaml", 4, "no tiene ninguna pregunta"),
        ({"bank.yaml": None}, "demo/bank.yaml", 1, "no se puede leer"),
        ({"bank.yaml": "- id: demo\n"}, "demo/bank.yaml", 1, "grupo de claves"),
        ({"bank.yaml": BANK + "  - {id: uno, title: Otra vez}\n"}, "demo/bank.yaml", 7, "«uno» está dos veces"),
        ({"bank.yaml": BANK.replace("course: curso", "course: El Curso")}, "demo/bank.yaml", 3, "minúsculas"),
        ({"c.yml": "questions: []\n"}, "demo/c.yml", 1, "terminan en «.yaml»"),
        ({"sub/c.yaml": "questions: []\n"}, "demo/sub/c.yaml", 1, "en la carpeta del banco"),
        ({"c.yaml": "preguntas: []\n"}, "demo/c.yaml", 1, "«preguntas» no existe aquí"),
        ({"plan.yaml": PLAN.replace("topic: dos", "topic: tres")}, "demo/plan.yaml", 9, "«topic: tres» no existe"),
        ({"plan.yaml": PLAN.replace("minutes: 30", "minutes: 0")}, "demo/plan.yaml", 4, "fuera de 1 a 600"),
        ({"plan.yaml": PLAN.replace("count: 2", "count: 0")}, "demo/plan.yaml", 8, "fuera de 1"),
        ({"plan.yaml": PLAN.replace("minutes:", "minuts:")}, "demo/plan.yaml", 4, "¿quizás «minutes»?"),
        ({"plan.yaml": PLAN + "  - {topic: dos, difficulty: easy, count: 1}\n"}, "demo/plan.yaml", 10, "se superponen"),
        (
            {"plan.yaml": PLAN + "  - {topic: dos, difficulty: any, count: 1, points: 2}\n"},
            "demo/plan.yaml",
            10,
            "línea 9",
        ),
        ({"plan.yaml": PLAN.replace("count: 1", "count: 2")}, "demo/plan.yaml", 9, "pide 2 y hay 1; faltan 1"),
        ({"plan.yaml": PLAN.split("sections", maxsplit=1)[0] + "sections: []\n"}, "demo/plan.yaml", 7, "vacía"),
    ],
)
def test_each_fault_of_bank_and_plan(write, changes: dict[str, str | None], file: str, line: int, part: str) -> None:
    found = faults(write(changes))
    assert any((name, at) == (file, line) and part in message for name, at, message in found), found


def test_a_plan_whose_sections_claim_the_same_exclusive_questions_is_refused(write) -> None:
    def only(key: str, topic: str) -> str:
        return single(key, topic).replace("    stem:", "    exclusive: pareja\n    stem:")

    folder = write(
        {
            "a.yaml": questions(only("a-1", "uno")),
            "b.yaml": questions(only("b-1", "dos")),
            "plan.yaml": PLAN.replace("count: 2", "count: 1"),
        }
    )
    ((file, line, message),) = faults(folder)
    assert (file, line) == ("demo/plan.yaml", 9)
    assert "excluyentes" in message
    assert "pide 2 y hay 1" in message


def test_a_question_with_a_fault_in_its_options_does_not_make_the_plan_look_short(write) -> None:
    folder = write({"a.yaml": GOOD["a.yaml"].replace(", feedback: No es eso.", "", 1)})
    ((file, line, message),) = faults(folder)
    assert (file, line) == ("demo/a.yaml", 12)
    assert "feedback" in message


def test_what_may_be_meant_is_a_warning(write) -> None:
    folder = write(
        {
            "plan.yaml": PLAN.replace("attempts: 1", "attempts: 3"),
            "b.yaml": questions(single("b-1", "dos", "medium").replace("dice b-1", "dice a-1")),
        }
    )
    _, report = load_bank(folder, folder.parent)
    assert report.ok
    assert [(fault.file, fault.line) for fault in report.warnings] == [("demo/b.yaml", 7), ("demo/plan.yaml", 5)]
    assert "demo/a.yaml:7" in report.warnings[0].message
    assert "para 1 intentos" in report.warnings[1].message


def test_reviews_are_checked_against_the_sections_of_the_course(write) -> None:
    folder = write({"b.yaml": questions(single("b-1", "dos", "medium").replace("modulo#seccion", "otro#seccion"))})
    bank, _ = load_bank(folder, folder.parent)
    report = Report()
    check_reviews(bank, {"modulo": {"seccion"}, "otro": {"inicio"}}, report)
    ((fault),) = report.errors
    text = (folder / "b.yaml").read_text(encoding="utf-8").split("\n")
    assert (fault.file, text[fault.line - 1].strip()) == ("demo/b.yaml", "review: otro#seccion")
    assert "«otro» no tiene la sección «#seccion»" in fault.message
    report = Report()
    check_reviews(bank, {"otro": {"seccion"}}, report)
    assert len(report.errors) == 3
    assert "el módulo «modulo» de «review» no existe en el curso «curso»" in report.errors[0].message
    report = Report()
    check_reviews(bank, {"modulo": {"seccion"}, "otro": {"seccion"}}, report)
    assert report.ok


def test_all_banks_of_a_folder_with_one_report(write, tmp_path: Path) -> None:
    write()
    write({"bank.yaml": BANK.replace("id: demo", "id: second"), "plan.yaml": None}, name="second")
    write({"bank.yaml": None}, name="third")
    banks, report = load_banks(tmp_path / "question_banks", tmp_path)
    assert [bank.id for bank in banks] == ["demo", "second"]
    assert banks[1].plan is None
    assert [fault.file for fault in report.errors] == ["question_banks/third/bank.yaml"]
    assert load_banks(tmp_path / "nothing", tmp_path)[1].errors[0].file == "nothing"


@pytest.mark.parametrize(
    "junk",
    [b"\xff\xfe\x00", b"questions: &a [*a]\n", b"{" * 3000, b"questions: !!python/object:os.system {}\n", b"\x00"],
)
def test_hostile_files_are_faults_not_crashes(write, junk: bytes) -> None:
    folder = write()
    (folder / "c.yaml").write_bytes(junk)
    found = faults(folder)
    assert found
    assert all(file == "demo/c.yaml" for file, _, _ in found)
