"""An open answer as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import NAME, Field, choice, line, rows, text

FIELDS = (
    rows(
        "rubric",
        Field("id", NAME, source="title"),
        line("title"),
        rows("levels", line("points"), text("text"), least=2),
    ),
    text("model"),
    line("min_words"),
    line("max_words"),
    choice("reviewers", "1", "2"),
)
