"""Forms of any content: read, checked, written and read again, without a crash and without losing what was typed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.formats.plan_check import check_document
from lms.assessment.formats.yaml_plan_writer import write_document
from lms.assessment.rules.canonical import canonical_json
from lms.assessment.rules.plan_document import changed, from_form, tidy
from tests.assessment.planning.test_plan_rules import BANK, FORM, TOPICS

ZONE = ZoneInfo("America/Bogota")
odd = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("", "0", "-1", "1e9", "99999999999999999999", "1/0", "0%", "101%", "²", "٣", "\u2028", "\ud7ff"),
            *("null", "~", "true", "{", "[1, 2]", "&a *a", "!!python/x", "9999-12-31T23:59", "0000-00-00T00:00"),
            *("a", "b", "s", "any", "hard", "a-1", "::/0", "10.0.0.0/8"),
        ]
    ),
)
rows = st.dictionaries(
    st.builds(
        "sections-{}-{}".format,
        st.integers(0, 30),
        st.sampled_from(["topic", "difficulty", "count", "points", "pass_mark", "scenarios", "otra"]),
    ),
    odd,
    max_size=20,
)
forms = st.builds(
    lambda usual, some, more: (FORM if usual else {}) | some | more,
    st.booleans(),
    st.dictionaries(st.sampled_from([*FORM, "review-during-marks", "review-closed-nada"]), odd, max_size=12),
    rows,
)


@settings(max_examples=300, deadline=None)
@given(forms, st.one_of(st.sampled_from(["add", "drop-0", "up-1", "down-0", "check"]), st.text(max_size=12)))
def test_any_form_is_read_checked_and_written(sent: dict[str, str], operation: str) -> None:
    document = changed(from_form(sent, "demo", ZONE), operation)
    checked = check_document(document, TOPICS, BANK)
    assert len(checked.found) == len(document["sections"])
    assert all(message for messages in checked.faults.values() for message in messages)
    canonical_json(checked.plan.as_dict())
    kept = tidy(document)
    assert tidy(kept) == kept
    assert canonical_json(yaml.safe_load(write_document(kept))) == canonical_json(_as_read(kept))
    if checked.ok:
        assert checked.plan.sections


def _as_read(document: dict[str, object]) -> object:
    """What YAML makes of the document: lists and texts as they are."""
    return yaml.safe_load(yaml.safe_dump(document, allow_unicode=True))
