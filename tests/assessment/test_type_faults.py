"""What an author got wrong in a question is told on its line."""

from __future__ import annotations

import pytest

from .samples import SOURCES, load

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
    ],
)
def test_each_fault_is_told_on_its_line(kind: str, text: str, faults: list[tuple[int, str]]) -> None:
    _, found = load(kind, text)
    assert len(found) == len(faults), found
    for (line, message), (expected_line, part) in zip(sorted(found), sorted(faults), strict=True):
        assert line == expected_line, found
        assert part in " ".join(text for at, text in found if at == line), message
