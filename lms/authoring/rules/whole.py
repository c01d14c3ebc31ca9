"""Every field of a question or of a scenario, in the order in which it is written."""

from __future__ import annotations

from lms.assessment.types.base import REMARKS
from lms.assessment.types.fields import CHOICE, LINES, Field, flag, line, text
from lms.assessment.types.registry import TYPES

_PLACED = (
    Field("topic", CHOICE),
    Field("difficulty", CHOICE),
    Field("pool", CHOICE),
    Field("status", CHOICE, options=("reviewed", "draft", "retired")),
)
_NAMED = (line("title"), line("exclusive"))
_TOLD = (Field("tags", LINES), line("review"))


def question_fields(kind: str, *, inside: bool = False) -> dict[str, tuple[Field, ...]]:
    """The fields of a question of the type `kind`, by the part of the page where they stand: "said", "told" and "placed".

    A question `inside` a scenario is placed with it. Raises: KeyError for a type that there is not.
    """
    own = TYPES[kind]
    said = (text("stem"), *own.fields, *((flag("shuffle", default=True),) if own.shuffles else ()))
    told = (text("explanation"), *(text(key) for key in REMARKS))
    placed = _TOLD if inside else (*_PLACED, *_TOLD, *_NAMED)
    return {"said": said, "told": told, "placed": placed}


def scenario_fields() -> dict[str, tuple[Field, ...]]:
    """The fields that the questions of a scenario share."""
    return {"said": (text("stem"),), "told": (), "placed": (*_PLACED, *_NAMED)}


def all_of(parts: dict[str, tuple[Field, ...]]) -> tuple[Field, ...]:
    """The fields of every part."""
    return tuple(field for fields in parts.values() for field in fields)
