"""A text with gaps as its author fills it in."""

from __future__ import annotations

from lms.assessment.types.fields import choice, flag, line, rows, text

_TYPED, _CHOSEN, _NUMBER = (("kind", (kind,)) for kind in ("typed", "chosen", "numeric"))
_ENTERED = ("kind", ("typed", "numeric"))
FIELDS = (
    text("text"),
    rows(
        "gaps",
        line("id"),
        choice("kind", "typed", "chosen", "numeric", said=True),
        line("weight"),
        rows(
            "answers",
            line("text", when=_TYPED),
            line("value", when=_NUMBER),
            line("tolerance", when=_NUMBER),
            line("low", when=_NUMBER),
            line("high", when=_NUMBER),
            line("grade"),
            text("feedback"),
            when=_ENTERED,
        ),
        flag("case", when=_TYPED),
        flag("accents", when=_TYPED),
        rows("options", line("text"), flag("correct"), line("grade"), text("feedback"), least=2, when=_CHOSEN),
        rows("units", line("name"), line("factor"), least=0, when=_NUMBER),
        choice("unit", "optional", "required", when=_NUMBER),
        text("feedback"),
    ),
)
