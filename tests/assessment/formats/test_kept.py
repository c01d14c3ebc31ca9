"""What is kept of a file of questions, and what becomes of a question that was mended by itself."""

from __future__ import annotations

import pytest

from lms.assessment.formats.checking import check
from lms.assessment.formats.exchange import MAX_SOURCE, Defaults, Parsed, complete
from lms.assessment.formats.kept import MAX_MENDED, Kept, pack, parse_kept, unpack

GIFT = """$CATEGORY: $course$/top/Norma/Fraude

::Buena::A{T}

// [id:mala-1] [tag:difficulty:hard]
::Mala::B \\= x{~x ~y}

// una nota
::Otra::C{T}
"""
AIKEN = "P\nA) x\nB) y\nANSWER: A\n\nQ\nA) x\nB) y\nANSWER: D\n"


def kept(text: str, wanted: str = "gift") -> Kept:
    return Kept("preguntas", text.encode(), "demo", "Demo", Defaults(topic="t", topic_title="Té"), wanted)


def rejected(parsed: Parsed) -> list[tuple[str, str]]:
    complete(parsed, Defaults())
    check(parsed)
    return [(each.where, each.source) for each in parsed.rejected]


def test_what_is_packed_comes_back() -> None:
    whole = kept("<script>alert(1)</script>").mend("línea 1", "x{T}")
    assert unpack(pack(whole)) == whole
    assert b"<script>" not in pack(whole)


def test_the_source_of_a_gift_question_can_be_read_by_itself() -> None:
    whole = kept(GIFT)
    ((where, source),) = rejected(parse_kept(whole))
    assert where == "línea 6"
    assert "una nota" not in source
    assert "\\=" in source
    mended = whole.mend(where, source.replace("~x ~y", "=x ~y"))
    parsed = parse_kept(mended)
    assert rejected(parsed) == []
    assert parsed.found == 3
    found = parsed.questions[-1].document
    assert (found["id"], found["topic"], found["difficulty"]) == ("mala-1", "norma-fraude", "hard")
    assert parsed.topics["norma-fraude"] == "Norma / Fraude"


def test_an_aiken_question_is_mended_too() -> None:
    whole = kept(AIKEN, "aiken")
    ((where, source),) = rejected(parse_kept(whole))
    assert source == "Q\nA) x\nB) y\nANSWER: D"
    assert rejected(parse_kept(whole.mend(where, source.replace("D", "B")))) == []


def test_what_is_still_wrong_is_told_at_its_place_with_what_was_written() -> None:
    whole = kept(GIFT).mend("línea 6", "::Mala::B{~x ~z}")
    assert rejected(parse_kept(whole)) == [("línea 6", "::Mala::B{~x ~z}")]
    assert rejected(parse_kept(whole.mend("línea 6", "solo un texto"))) == [("línea 6", "solo un texto")]


def test_a_fault_that_only_the_reader_of_questions_finds_can_be_mended() -> None:
    whole = kept("::Larga::A{=" + "x" * 1_500 + " ~y}")
    ((where, source),) = rejected(parse_kept(whole))
    assert source.startswith("::Larga::")
    parsed = parse_kept(whole.mend(where, "::Larga::A{=x ~y}"))
    assert (rejected(parsed), parsed.found) == ([], 1)


def test_a_question_that_is_left_out_and_one_that_becomes_two() -> None:
    parsed = parse_kept(kept(GIFT).mend("línea 6", "  "))
    assert (rejected(parsed), parsed.found) == ([], 2)
    parsed = parse_kept(kept(GIFT).mend("línea 6", "::Buena::D{T}\n\n::Nueva::E{T}"))
    assert (rejected(parsed), parsed.found) == ([], 4)
    assert len({each.document["id"] for each in parsed.questions}) == 4


def test_what_is_kept_is_bounded() -> None:
    ((_, source),) = rejected(parse_kept(kept("::M::B{~" + "x" * MAX_SOURCE + " ~y}")))
    assert source == ""
    whole = kept(GIFT)
    for at in range(MAX_MENDED):
        whole = whole.mend(f"línea {at}", "x{T}")
    whole = whole.mend("línea 1", "y{T}")
    with pytest.raises(ValueError, match="too many"):
        whole.mend("otra", "x{T}")
