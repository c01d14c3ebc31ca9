"""Codes that nobody guesses and everybody can read aloud; secrets of which only the hash is kept."""

from __future__ import annotations

import hashlib
import math
import re

from lms.kit.ids import new_code, new_token, token_hash

CONFUSING = set("0o1liuv")


def test_codes_are_long_enough_not_to_be_guessed() -> None:
    signs = set("".join(new_code(50) for _ in range(200)))
    assert len(signs) * 1.0 >= 29
    assert 12 * math.log2(len(signs)) > 58
    assert len(new_code()) == 12
    assert len(new_code(10)) == 10


def test_codes_can_be_read_aloud_and_typed() -> None:
    written = "".join(new_code(50) for _ in range(200))
    assert re.fullmatch("[0-9a-z]+", written)
    assert not CONFUSING & set(written)


def test_no_code_and_no_token_comes_twice() -> None:
    assert len({new_code() for _ in range(5000)}) == 5000
    assert len({new_token() for _ in range(5000)}) == 5000


def test_a_token_is_kept_as_a_hash_that_does_not_give_it_away() -> None:
    token = new_token()
    assert len(token) >= 43  # 256 bits
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    kept = token_hash(token)
    assert kept == hashlib.sha256(token.encode()).hexdigest()
    assert token not in kept
    assert token_hash(token + "x") != kept
