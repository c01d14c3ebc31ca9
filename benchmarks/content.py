"""The content that is measured: a course of 12 pages of 600 words, a bank of 60 questions, a test of 20 drawn ones."""

from __future__ import annotations

from pathlib import Path
from random import Random

COURSE = "medicion"
PAGES, WORDS, BANK, DRAWN = 12, 600, 60, 20
_SECTIONS = 4
_IN_A_FILE = 1000
_TOPICS = ("atencion", "calidad", "registros", "procesos")
_SYLLABLES = (
    "ca",
    "li",
    "dad",
    "pro",
    "ce",
    "so",
    "ta",
    "re",
    "gis",
    "tro",
    "ven",
    "ma",
    "ne",
    "jo",
    "du",
    "per",
    "so",
    "na",
)


def write_content(root: Path, name: str = COURSE, *, questions: int = BANK) -> Path:
    """Write the course `name` and its bank below `root`, always the same; returns `root`, ready for `lms courses publish`."""
    chance = Random(20)
    course, bank = root / "courses" / name, root / "question_banks" / name
    course.mkdir(parents=True)
    bank.mkdir(parents=True)
    (course / "course.md").write_text(_course(name, chance), "utf-8")
    for number in range(1, PAGES + 1):
        (course / f"{number:02d}-pagina-{number}.md").write_text(_page(number, chance), "utf-8")
    (bank / "bank.yaml").write_text(_bank(name), "utf-8")
    (bank / "plan.yaml").write_text(_plan(name), "utf-8")
    width = max(3, len(str(questions - 1)))
    for first in range(0, questions, _IN_A_FILE):
        numbers = range(first, min(first + _IN_A_FILE, questions))
        name = f"preguntas-{first // _IN_A_FILE}.yaml" if first else "preguntas.yaml"
        (bank / name).write_text(_questions(numbers, width, chance), "utf-8")
    return root


def _word(chance: Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(1, 4)))


def _sentence(words: list[str]) -> str:
    return " ".join(words).capitalize() + "."


def _course(name: str, chance: Random) -> str:
    objectives = "\n".join(f"  - {_sentence([_word(chance) for _ in range(9)])}" for _ in range(4))
    return f"""---
id: {name}
title: Curso de medición
summary: Doce páginas de seiscientas palabras y una prueba de veinte preguntas, para medir el sitio.
audience: Quien mide.
objectives:
{objectives}
method:
  - Doce páginas a ritmo propio.
  - Una prueba al final.
training_types: [initial, refresher]
mode: self-paced
valid_months: 12
test: {name}
time_credit: nominal
retrain: none
---

{_sentence([_word(chance) for _ in range(60)])}
"""


def _page(number: int, chance: Random) -> str:
    """A page of exactly `WORDS` words of text under `_SECTIONS` headings, with a list and a table as pages have them."""
    head = f"""---
id: pagina-{number}
title: Página {number}
summary: {_sentence([_word(chance) for _ in range(12)])}
minutes: 10
objectives:
  - {_sentence([_word(chance) for _ in range(8)])}
  - {_sentence([_word(chance) for _ in range(8)])}
---
"""
    parts = [head]
    for section in range(1, _SECTIONS + 1):
        words = [_word(chance) for _ in range(WORDS // _SECTIONS)]
        parts.append(f"## Sección {section} {{#seccion-{section}}}\n")
        parts.append(_sentence(words[:60]) + "\n")
        parts.append(
            "\n".join(f"- **{words[at]}**: {' '.join(words[at + 1 : at + 10])};" for at in (60, 70, 80)) + "\n"
        )
        parts.append(
            "| Dato | Valor |\n|---|---|\n"
            + "\n".join(f"| {words[at]} | {' '.join(words[at + 1 : at + 5])} |" for at in (90, 95, 100, 105))
            + "\n"
        )
        parts.append(_sentence(words[110:]) + "\n")
    return "\n".join(parts)


def _bank(name: str) -> str:
    topics = "\n".join(f"  - {{id: {topic}, title: {topic.capitalize()}}}" for topic in _TOPICS)
    return f"id: {name}\ntitle: Banco de medición\ncourse: {name}\ntopics:\n{topics}\n"


def _plan(name: str) -> str:
    each = DRAWN // len(_TOPICS)
    sections = "\n".join(f"  - {{topic: {topic}, difficulty: any, count: {each}}}" for topic in _TOPICS)
    # No wait between attempts: each journey is one, and no learner has more than three.
    return (
        f"id: {name}\ntitle: Prueba de medición\npass_mark: 80%\nminutes: 120\nattempts: 3\ndelay_hours: 0\n"
        f"sections:\n{sections}\n"
    )


def _questions(numbers: range, width: int, chance: Random) -> str:
    lines = ["questions:"]
    for number in numbers:
        topic = _TOPICS[number % len(_TOPICS)]
        page, section = number % PAGES + 1, number % _SECTIONS + 1
        lines.append(f"  - id: pregunta-{number:0{width}d}")
        lines.append(
            f"    type: single\n    topic: {topic}\n    difficulty: {('easy', 'medium', 'hard')[number % 3]}\n    pool: exam"
        )
        lines.append(f'    stem: "Pregunta {number}: {_sentence([_word(chance) for _ in range(12)])}"\n    options:')
        for option in range(4):
            text = f"Opción {option} de {number}, {' '.join(_word(chance) for _ in range(6))}"
            told = "correct: true" if option == 0 else f'feedback: "{_sentence([_word(chance) for _ in range(10)])}"'
            lines.append(f'      - {{text: "{text}", {told}}}')
        lines.append(f'    explanation: "{_sentence([_word(chance) for _ in range(14)])}"')
        lines.append(f"    review: pagina-{page}#seccion-{section}")
    return "\n".join(lines) + "\n"
