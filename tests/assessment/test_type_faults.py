"""What an author got wrong in a question is told on its line."""

from __future__ import annotations

import pytest

from .samples import SOURCES, load

WEIGHTS = "scoring: weights\noptions:\n"
OPTION = "  - {{text: {}, feedback: f}}\n"


@pytest.mark.parametrize(
    ("kind", "text", "faults"),
    [
        ("single", "options: []\n", [(2, "vacía")]),
        ("single", "otra: 1\n", [(1, "falta la clave «options»"), (2, "«otra» no existe")]),
        ("single", "options:\n  - {text: Uno, correct: true}\n", [(2, "hay 1 opciones")]),
        ("single", "options:\n" + OPTION.format("a") + OPTION.format("b"), [(2, "hay 0 opciones con")]),
        (
            "single",
            "options:\n  - {text: a, correct: true}\n  - {text: b, correct: true}\n",
            [(2, "hay 2 opciones con")],
        ),
        ("single", "options:\n  - {text: a, correct: true}\n  - {text: b}\n", [(4, "falta «feedback»")]),
        (
            "single",
            "options:\n  - {text: Un Caso, correct: true}\n  - {text: un  caso, feedback: f}\n",
            [(4, "línea 3")],
        ),
        (
            "single",
            "options:\n  - {text: a, correct: sí}\n  - {text: b, correct: true}\n",
            [(3, "true o false"), (3, "feedback")],
        ),
        (
            "single",
            "options:\n  - {text: a, correct: true}\n  - {text: b, feedbak: f}\n",
            [(4, "falta «feedback»"), (4, "«feedback»?")],
        ),
        (
            "single",
            "options:\n  - {text: a, correct: true}\n  - {text: Todas las anteriores, feedback: f}\n",
            [(4, "se mezclan")],
        ),
        (
            "single",
            "options:\n  - {text: a, correct: true}\n" + "".join(OPTION.format(n) for n in range(20)),
            [(2, "hay 21 opciones")],
        ),
        (
            "multiple",
            "options:\n  - {text: a, correct: true}\n" + OPTION.format("b") + OPTION.format("c"),
            [(2, "dos o más")],
        ),
        (
            "multiple",
            "options:\n" + "".join(f"  - {{text: {n}, correct: true}}\n" for n in "abc"),
            [(2, "una opción incorrecta")],
        ),
        ("multiple", SOURCES["multiple"] + "scoring: half\n", [(7, "«scoring: half» no existe")]),
        ("true_false", "answer: quizás\nfeedback: f\n", [(2, "true o false")]),
        ("true_false", "answer: true\n", [(1, "falta la clave «feedback»")]),
        (
            "matching",
            "pairs:\n  - {left: a, right: b, feedback: f}\n",
            [(2, "hay 1 pares")],
        ),
        ("matching", SOURCES["matching"].replace("R2", "r1"), [(5, "el lado derecho «r1» ya está en la línea 4")]),
        ("matching", SOURCES["matching"].replace("D0", "R1"), [(6, "el lado derecho «R1» ya está en la línea 4")]),
        ("matching", SOURCES["matching"].replace("L2", "L0"), [(5, "el lado izquierdo «L0» ya está en la línea 3")]),
        ("matching", SOURCES["matching"].replace(", feedback: F-1", ""), [(4, "falta la clave «feedback»")]),
        (
            "matching",
            SOURCES["matching"].replace("[D0]", str([f"x{n}" for n in range(21)])),
            [(6, "hay 21 distractores")],
        ),
        ("ordering", "items: [a]\nfeedback: f\n", [(2, "hay 1 elementos")]),
        ("ordering", f"items: {[f'x{n}' for n in range(21)]}\nfeedback: f\n", [(2, "hay 21 elementos")]),
        ("ordering", "items:\n  - a\n  - b\n  - A\nfeedback: f\n", [(5, "el elemento «A» ya está en la línea 3")]),
        ("ordering", "items: [a, b, c]\n", [(1, "falta la clave «feedback»")]),
        # --- weights
        (
            "single",
            "scoring: weights\noptions:\n  - {text: a, grade: 1/2, feedback: f}\n  - {text: b, feedback: f}\n",
            [(3, "ninguna opción vale 1")],
        ),
        (
            "single",
            "scoring: weights\noptions:\n  - {text: a, grade: 2}\n  - {text: b, grade: x, feedback: f}\n",
            [
                (3, "ninguna opción vale 1"),
                (4, "fuera de -1 a 1"),
                (4, "falta «feedback»"),
                (5, "tiene que ser una parte"),
            ],
        ),
        (
            "single",
            SOURCES["single"].replace("feedback: F-dos", "grade: 1/2, feedback: F"),
            [(4, "«grade» no existe aquí")],
        ),
        (
            "multiple",
            WEIGHTS + "  - {text: a, grade: 1/2}\n  - {text: b, grade: 1/4}\n  - {text: c, grade: -1, feedback: f}\n",
            [(3, "dan 3/4 en total")],
        ),
        (
            "multiple",
            "scoring: weights\noptions:\n  - {text: a, grade: 1}\n  - {text: b, grade: 1}\n  - {text: c, feedback: f}\n",
            [(3, "por encima de 1 no cuenta")],
        ),
        ("single", SOURCES["single"] + "shuffle: quizás\n", [(6, "true o false")]),
        ("true_false", SOURCES["true_false"] + "shuffle: false\n", [(4, "«shuffle» no existe aquí")]),
        # --- matching and ordering
        ("ordering", SOURCES["ordering"] + "scoring: half\n", [(4, "«scoring: half» no existe")]),
        # --- numbers
        ("numeric", "answers: []\nfeedback: f\n", [(2, "vacía")]),
        ("numeric", "answers: [{value: x}]\nfeedback: f\n", [(2, "no es un número")]),
        ("numeric", 'answers: [{value: "1", tolerance: "-1"}]\nfeedback: f\n', [(2, "tolerance")]),
        ("numeric", 'answers: [{low: "2", high: "1"}]\nfeedback: f\n', [(2, "es mayor que «high: 1»")]),
        ("numeric", 'answers: [{low: "2"}]\nfeedback: f\n', [(2, "falta la clave «high»")]),
        ("numeric", 'answers: [{low: "1", high: "2", value: "1"}]\nfeedback: f\n', [(2, "«value» no existe aquí")]),
        ("numeric", 'answers: [{value: "1", grade: 1/2}]\nfeedback: f\n', [(2, "ninguna respuesta vale 1")]),
        ("numeric", 'answers: [{value: "1"}]\n', [(1, "falta la clave «feedback»")]),
        ("numeric", 'answers: [{value: "1"}]\nunit: required\nfeedback: f\n', [(3, "no hay ninguna unidad")]),
        (
            "numeric",
            'answers: [{value: "1"}]\nunits:\n  - {name: h, factor: "60"}\n  - {name: 2x, factor: "0"}\nfeedback: f\n',
            [(3, "falta la unidad de «factor: 1»"), (5, "mayor que cero"), (5, "no empieza como un número")],
        ),
        (
            "numeric",
            'answers: [{value: "1"}]\nunits:\n  - {name: s, factor: "1"}\n  - {name: s, factor: "2"}\nfeedback: f\n',
            [(3, "está dos veces")],
        ),
        # --- short texts
        ("short_text", "answers: [{text: a, grade: 1/2}]\nfeedback: f\n", [(2, "ninguna respuesta vale 1")]),
        ("short_text", 'answers: [{text: "**"}]\nfeedback: f\n', [(2, "acepta cualquier respuesta")]),
        (
            "short_text",
            "answers:\n  - {text: Atención}\n  - {text: atencion, grade: 0}\nfeedback: f\n",
            [(4, "ya está en la línea 3")],
        ),
        # --- gaps
        ("gaps", SOURCES["gaps"].replace("{{c}}", "20"), [(6, "el texto no tiene el hueco «{{c}}»")]),
        ("gaps", SOURCES["gaps"].replace("en {{c}}", "en {{c}} {{d}}"), [(2, "falta en «gaps» el hueco «d»")]),
        ("gaps", SOURCES["gaps"].replace("en {{c}}", "en {{c}} {{c}}"), [(2, "dos veces en el texto")]),
        ("gaps", SOURCES["gaps"].replace("id: b", "id: a"), [(2, "hueco «b»"), (5, "«a» está dos veces")]),
        (
            "gaps",
            SOURCES["gaps"].replace("en {{c}}", "en [x](http://e.org/{{c}})"),
            [(2, "dentro de un enlace")],
        ),
        ("gaps", SOURCES["gaps"].replace("kind: typed", "kind: typd"), [(4, "«kind: typd» no existe")]),
        ("gaps", SOURCES["gaps"].replace("weight: 2", "weight: 0"), [(4, "fuera de 1 a 100")]),
        ("gaps", SOURCES["gaps"].replace(", correct: true", ""), [(5, "ninguna opción vale 1")]),
        ("gaps", SOURCES["gaps"].replace("text: hora", "text: Calidad"), [(5, "ya está en la línea 5")]),
        # --- open
        ("open", "model: m\n", [(1, "falta la clave «rubric»")]),
        ("open", SOURCES["open"].replace("points: 2", "points: 1"), [(5, "los mismos puntos")]),
        (
            "open",
            SOURCES["open"].replace("points: 1", "points: 0").replace("points: 2", "points: 0"),
            [(5, "los mismos"), (5, "ningún nivel da puntos")],
        ),
        ("open", SOURCES["open"].replace("min_words: 3", "min_words: 60"), [(7, "es mayor que «max_words: 50»")]),
        ("open", SOURCES["open"] + "reviewers: 3\n", [(9, "fuera de 1 a 2")]),
        ("open", SOURCES["open"].replace("id: causa", "id: La Causa"), [(3, "solo minúsculas")]),
    ],
)
def test_each_fault_is_told_on_its_line(kind: str, text: str, faults: list[tuple[int, str]]) -> None:
    _, found = load(kind, text)
    assert len(found) == len(faults), found
    for (line, message), (expected_line, part) in zip(sorted(found), sorted(faults), strict=True):
        assert line == expected_line, found
        assert part in " ".join(text for at, text in found if at == line), message
