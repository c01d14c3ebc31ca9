"""Refusals: a status that fits, a key that every message list knows, parameters that fill the message."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask

from lms.kit import errors
from lms.kit.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound, TooMany
from lms.web.errors import MESSAGES, message

ROOT = Path(errors.__file__).parents[1]
KINDS = {kind.__name__: kind for kind in (NotFound, NotAllowed, Conflict, Invalid, TooMany)}


@pytest.mark.parametrize(
    ("kind", "status"), [(NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 400), (TooMany, 429)]
)
def test_each_refusal_has_its_status(kind: type[LmsError], status: int) -> None:
    refused = kind("some.key", field="day", minutes=3)
    assert (refused.status, refused.key, refused.field, refused.params) == (status, "some.key", "day", {"minutes": 3})
    assert str(refused) == "some.key"


def raised_keys() -> set[str]:
    """The key of every refusal that the code raises with a literal text."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_key_that_is_raised_has_its_text(app: Flask) -> None:
    known = set(app.extensions["umbral_messages"]) | set(MESSAGES)
    keys = raised_keys()
    assert len(keys) > 50
    assert keys - known == set()


def test_a_text_is_filled_with_its_parameters(app: Flask) -> None:
    with app.test_request_context():
        assert "3" in message(TooMany("people.throttled", minutes=3))
        unknown = message(Invalid("nobody.knows"))
    assert "Quedó anotado" in unknown
