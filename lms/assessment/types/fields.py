"""What an author fills in to write a question, declared: one `Field` for each key of the document of a type.

Every type says its own in `form.py`. What reads a form, draws one and places a fault beside its field works from these
alone, so that a new type brings its editor with it.
"""

from __future__ import annotations

from dataclasses import dataclass

LINE, TEXT, FLAG, TRUTH, CHOICE, LINES, ROWS, NAME = (
    "line",
    "text",
    "flag",
    "truth",
    "choice",
    "lines",
    "rows",
    "name",
)
"""Kinds: one line; Markdown of several; yes or no, left out as it is by default; yes or no that has to be said; one of
`options`, the first left out; a list of texts, one a line; a list of groups of fields; an id, made of `source` where it
is empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a document.

    `when` names a choice of this group or of one around it, and the values of it for which the field exists.
    """

    key: str
    kind: str
    options: tuple[str, ...] = ()
    rows: tuple[Field, ...] = ()
    default: bool = False
    least: int = 0  # groups shown of an empty list
    source: str = ""
    said: bool = False  # a choice that the document always says
    when: tuple[str, tuple[str, ...]] | None = None


def line(key: str, when: tuple[str, tuple[str, ...]] | None = None) -> Field:
    """One line of text, or a number."""
    return Field(key, LINE, when=when)


def text(key: str) -> Field:
    """Markdown."""
    return Field(key, TEXT)


def flag(key: str, *, default: bool = False, when: tuple[str, tuple[str, ...]] | None = None) -> Field:
    """Yes or no."""
    return Field(key, FLAG, default=default, when=when)


def choice(key: str, *options: str, when: tuple[str, tuple[str, ...]] | None = None, said: bool = False) -> Field:
    """One of some words, the first by default."""
    return Field(key, CHOICE, options=options, when=when, said=said)


def rows(key: str, *inner: Field, least: int = 1, when: tuple[str, tuple[str, ...]] | None = None) -> Field:
    """A list of groups of fields."""
    return Field(key, ROWS, rows=inner, least=least, when=when)
