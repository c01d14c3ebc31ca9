"""The certificate on paper: in the reader's language, with its tag, and without a word that nobody could translate."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from lms.kit.db import Database
from tests.cast import Cast
from tests.i18n.pseudo import Data, Said
from tests.walk import Provider


def _printed(app: Flask, cast: Cast, code: str, language: str) -> PdfReader:
    client = cast.agent.enter(app.test_client())
    answer = client.get(f"/certificado/{code}.pdf", headers={"Accept-Language": language})
    assert answer.mimetype == "application/pdf"
    return PdfReader(BytesIO(answer.data))


def test_the_paper_says_its_language(app: Flask, cast: Cast, provider: Provider) -> None:
    headings = {"es": "Certificado", "en": "Certificate", "pt": "Certificado"}
    for language, heading in headings.items():
        paper = _printed(app, cast, provider["certificado:code"], language)
        assert paper.trailer["/Root"]["/Lang"] == language
        assert heading in paper.pages[0].extract_text()


@pytest.mark.usefixtures("pseudo")
def test_no_text_of_the_paper_cannot_be_translated(
    app: Flask, database: Database, cast: Cast, provider: Provider
) -> None:
    paper = _printed(app, cast, provider["certificado:code"], "en")
    text = " ".join(paper.pages[0].extract_text().split())
    outside = re.sub(r"⟦.*?⟧", " ", text)
    assert text.count("⟦") >= 8
    assert not Data(database.engine).left(Said(outside, in_attribute=False)), outside
