"""The certificate on paper: in the reader's language, with its tag, and without a word that nobody could translate."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

import config
from lms.kit.db import Database
from lms.kit.files import make_store
from lms.web.catalogues import LANGUAGES
from tests.cast import Cast
from tests.i18n.pseudo import Data, Said
from tests.walk import make_provider


def _printed(app: Flask, settings: config.Settings, database: Database, cast: Cast, language: str) -> PdfReader:
    code = make_provider(database, cast, make_store(settings))["certificado:code"]
    client = cast.agent.enter(app.test_client())
    answer = client.get(f"/certificado/{code}.pdf", headers={"Accept-Language": language})
    assert answer.mimetype == "application/pdf"
    return PdfReader(BytesIO(answer.data))


@pytest.mark.parametrize(("language", "heading"), [("es", "Certificado"), ("en", "Certificate"), ("pt", "Certificado")])
def test_the_paper_says_its_language(
    app: Flask, settings: config.Settings, database: Database, cast: Cast, language: str, heading: str
) -> None:
    assert language in LANGUAGES
    paper = _printed(app, settings, database, cast, language)
    assert paper.trailer["/Root"]["/Lang"] == language
    assert heading in paper.pages[0].extract_text()


@pytest.mark.usefixtures("pseudo")
def test_the_paper_has_no_text_that_cannot_be_translated(
    app: Flask, settings: config.Settings, database: Database, cast: Cast
) -> None:
    paper = _printed(app, settings, database, cast, "en")
    data = Data(database.engine)
    text = " ".join(paper.pages[0].extract_text().split())
    # A font may lack the brackets' signs: what counts is that they stand around each text of ours.
    outside = re.sub(r"⟦.*?⟧", " ", text)
    assert text.count("⟦") >= 8
    assert not data.left(Said(outside, in_attribute=False)), outside
