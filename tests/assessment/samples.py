"""One good question of each type, as an author writes it and as it loads."""

from __future__ import annotations

from lms.assessment.types.registry import question_type
from lms.kit.content import Report, parse_yaml


def load(kind: str, text: str) -> tuple[dict, list[tuple[int, str]]]:
    """The body in `text`, and the faults found as (line, message)."""
    report = Report()
    reader = parse_yaml("stem: ¿Qué?\n" + text, "q.yaml", report)
    assert reader is not None
    body = question_type(kind).load(reader)
    reader.finish()
    return body, [(fault.line, fault.message) for fault in sorted(report.errors)]


SOURCES = {
    "single": """options:
  - {text: Uno, correct: true}
  - {text: Dos, feedback: F-dos}
  - {text: Tres, feedback: F-tres}
""",
    "multiple": """options:
  - {text: Uno, correct: true}
  - {text: Dos, feedback: F-dos}
  - {text: Tres, correct: true}
  - {text: Cuatro, feedback: F-cuatro}
""",
    "true_false": "answer: false\nfeedback: F-verdadero\n",
    "matching": """pairs:
  - {left: L0, right: R0, feedback: F-0}
  - {left: L1, right: R1, feedback: F-1}
  - {left: L2, right: R2, feedback: F-2}
distractors: [D0]
""",
    "ordering": "items: [Primero, Segundo, Tercero]\nfeedback: F-orden\n",
    "numeric": """answers:
  - {value: "90", tolerance: "2", feedback: F-bien}
  - {low: "60", high: "120", grade: 1/2, feedback: F-cerca}
units: [{name: s, factor: "1"}, {name: min, factor: "60"}]
feedback: F-lejos
""",
    "short_text": """answers:
  - {text: nivel de servicio}
  - {text: "*servicio*", grade: 50%, feedback: F-parte}
feedback: F-otra
""",
    "gaps": """text: La {{a}} mide la {{b}} en {{c}} segundos.
gaps:
  - {id: a, kind: typed, answers: [{text: encuesta}], feedback: F-a, weight: 2}
  - {id: b, kind: chosen, options: [{text: calidad, correct: true}, {text: cantidad, feedback: F-b}, {text: hora}]}
  - {id: c, kind: numeric, answers: [{value: "20", tolerance: "1"}], feedback: F-c}
""",
    "open": """rubric:
  - id: causa
    title: Nombra la causa
    levels: [{points: 0, text: No}, {points: 1, text: En parte}, {points: 2, text: Sí}]
model: F-modelo
min_words: 3
max_words: 50
""",
}
BODIES = {kind: load(kind, text)[0] for kind, text in SOURCES.items()}
