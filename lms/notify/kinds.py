"""Kinds of notices: each capability describes its own, `lms/app.py` registers them. A new kind is one entry.

The words are made when a notice is read, in the language of who reads it; what is stored are its parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, current_app
from flask_babel import LazyString

_KEY = "umbral_notices"
Words = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Kind:
    """`label` names the kind where people choose their e-mails; `title` is a line, `text` a sentence or two, `link` a path."""

    name: str
    label: LazyString
    title: Words
    text: Words
    link: Callable[[Mapping[str, Any]], str]


def register(app: Flask, *kinds: Kind) -> None:
    """Add kinds. Raises: ValueError for a name that is taken."""
    known: dict[str, Kind] = app.extensions.setdefault(_KEY, {})
    for kind in kinds:
        if kind.name in known:
            raise ValueError(f"the notice {kind.name} is registered twice")
        known[kind.name] = kind


def known() -> Mapping[str, Kind]:
    """The kinds of this application, by name."""
    found: Mapping[str, Kind] = current_app.extensions.get(_KEY, {})
    return found


def day_of(params: Mapping[str, Any], name: str) -> date | None:
    """A day among the parameters of a notice: they are what JSON can hold."""
    value = params.get(name)
    return None if value is None else date.fromisoformat(value)
