"""Every notice and its e-mail, in each language; none has a text that nobody could translate, and plain text is plain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g, render_template
from flask_babel import force_locale

from lms.kit.clock import utc_now
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from lms.notify.kinds import known
from lms.web.catalogues import LANGUAGES
from tests.cast import Cast
from tests.i18n.pseudo import Data, Said

NAME = "D'Anna & Hijos"
"""As people are called: no sign of it may come out as an entity."""


class _Params(dict[str, Any]):
    """What any notice may ask for: a day where it is a day, a number where it counts, else a name."""

    def __missing__(self, key: str) -> Any:
        return 3 if key == "attempts" else NAME

    def get(self, key: str, _default: Any = None) -> Any:
        return "2026-11-30" if key.endswith(("_on", "day", "until")) else self[key]


@pytest.fixture
def telling(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        g.actor, g.now = SYSTEM, utc_now()
        yield


def _letters() -> Iterator[tuple[str, str, str]]:
    """Name, plain text and HTML of the letter of every kind there is."""
    for kind in known().values():
        words = {
            "title": kind.title(_Params()),
            "text": kind.text(_Params()),
            "link": "https://umbral.example/avisos",
            "settings_link": "https://umbral.example/cuenta",
            "name": NAME,
            "company": NAME,
        }
        plain = render_template("notify/letter.txt", **words)
        yield kind.name, f"{words['title']}\n{kind.label}\n{plain}", render_template("notify/letter.html", **words)


@pytest.mark.usefixtures("pseudo", "telling", "cast")
def test_no_mail_has_a_text_that_cannot_be_translated(database: Database) -> None:
    data, wrong = Data(database.engine), []
    with force_locale("en"):
        for name, plain, html in _letters():
            lines = [
                line for line in plain.replace(NAME, "1").splitlines() if data.left(Said(line, in_attribute=False))
            ]
            wrong += [(name, line) for line in lines + data.untranslated(html.replace("D&#39;Anna &amp; Hijos", "1"))]
    assert known()
    assert wrong == []


@pytest.mark.usefixtures("telling")
@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_text_is_plain(cast: Cast, language: str) -> None:
    with force_locale(language):
        for name, plain, html in _letters():
            assert NAME in plain, name
            assert "&amp;" not in plain, name
            assert "D&#39;Anna &amp; Hijos" in html, name
            assert f'<html lang="{language}">' in html
