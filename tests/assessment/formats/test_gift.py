"""GIFT: what the definition says, what people write, and back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents
from lms.assessment.formats.gift import GIFT
from lms.assessment.formats.gift.reader import parse
from tests.assessment.formats import documents as made

TOPICS = {"norma": "Norma / COPC", "fraude": "Fraude"}
KINDS = st.one_of(
    made.single(),
    made.multiple(),
    made.true_false(),
    made.matching(),
    made.numeric(),
    made.short_text().filter(lambda found: "->" not in str(found)),
    made.open_(),
)


def one(text: str) -> dict[str, Any]:
    """The only question of a file."""
    parsed = parse(text.encode(), "x.gift")
    assert parsed.rejected == []
    (found,) = parsed.questions
    return found.document


def reason(text: str) -> str:
    """Why the only question of a file is not taken."""
    parsed = parse(text.encode(), "x.gift")
    assert parsed.questions == []
    (found,) = parsed.rejected
    return found.reason


@given(made.bank(KINDS))
def test_what_gift_can_hold_comes_back_as_it_went(bank: list[dict[str, Any]]) -> None:
    ordered = sorted(bank, key=lambda each: each["topic"])
    written = GIFT.write(Contents(ordered, topics=TOPICS)) if GIFT.write else None
    assert written is not None
    assert written.losses == ()
    assert written.questions == len(bank)
    parsed = parse(written.data, "x.gift")
    assert parsed.rejected == []
    assert [each.document for each in parsed.questions] == ordered
    assert parsed.topics.items() <= TOPICS.items()
    assert GIFT.sniff(written.data, "x") >= 60
