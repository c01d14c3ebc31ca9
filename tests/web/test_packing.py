"""Compressed pages: the same bytes after unpacking, only for browsers that ask, of a length that tells little."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.web.packing import MOST_NOISE, packed
from tests.cast import Cast


@given(st.binary(max_size=5000))
def test_what_was_packed_comes_out_again(body: bytes) -> None:
    assert gzip.decompress(packed(body)) == body


def test_the_length_of_a_page_differs_from_answer_to_answer() -> None:
    lengths = {len(packed(b"the same page " * 400)) for _ in range(200)}
    assert len(lengths) > 10
    assert max(lengths) - min(lengths) <= MOST_NOISE


def test_a_page_is_packed_for_whom_asks(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    plain = client.get("/personas")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    answer = client.get("/personas", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain.data) / 2
    unpacked = gzip.decompress(answer.data).decode()
    assert unpacked.startswith("<!doctype html>")
    assert "</html>" in unpacked


@pytest.mark.parametrize("accepts", ["identity", "gzip;q=0", "br", ""])
def test_nobody_gets_what_they_did_not_ask_for(app: Flask, cast: Cast, accepts: str) -> None:
    answer = cast.hr.enter(app.test_client()).get("/personas", headers={"Accept-Encoding": accepts})
    assert "Content-Encoding" not in answer.headers
    assert "<!doctype html>" in answer.text


def test_files_and_short_answers_stay_as_they_are(app: Flask, cast: Cast) -> None:
    client = cast.hr.enter(app.test_client())
    for path in ("/horas.csv", "/informes/avance.csv", "/salud"):
        assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip"}).headers
