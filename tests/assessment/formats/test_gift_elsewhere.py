"""An independent reader, npm's gift-pegjs, reads the GIFT that we write, and finds in it what we put there.

It is fetched for the test, where node and npm are at hand (LMS_TEST_GIFT_PEGJS may name a folder that has it already).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lms.assessment.formats.exchange import Contents
from lms.assessment.formats.gift.writer import write
from lms.assessment.types.shares import parse_share
from tests.assessment.formats import documents as made
from tests.assessment.formats.test_gift import SHORT, TOPICS

PACKAGE = "gift-pegjs@1.0.2"
KINDS = {
    "MC": made.single() | made.multiple(),
    "TF": made.true_false(),
    "Matching": made.matching(),
    "Numerical": made.numeric(),
    "Short": SHORT,
    "Essay": made.open_(),
}
OURS = {
    "single": "MC",
    "multiple": "MC",
    "true_false": "TF",
    "matching": "Matching",
    "numeric": "Numerical",
    "open": "Essay",
}
READ = (
    "const {parse} = require('gift-pegjs'); console.log(JSON.stringify(parse(require('fs').readFileSync(0, 'utf8'))))"
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the other reader is installed."""
    named = os.environ.get("LMS_TEST_GIFT_PEGJS", "")
    if named and (Path(named) / "node_modules" / "gift-pegjs").is_dir():
        return Path(named)
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("gift-pegjs: node and npm are not installed")
    folder = tmp_path_factory.mktemp("gift-pegjs")
    command = [
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
        str(folder),
        PACKAGE,
    ]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    if done.returncode or not (folder / "node_modules" / "gift-pegjs").is_dir():
        pytest.skip(f"gift-pegjs: {PACKAGE} cannot be fetched")
    return folder


def read(folder: Path, data: bytes) -> list[dict[str, Any]]:
    done = subprocess.run(["node", "-e", READ], input=data, capture_output=True, cwd=folder, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:] + data.decode()
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def same(theirs: dict[str, Any] | None, ours: str) -> bool:
    """Whether a text is the same but for spaces. It leaves the signs of right sides as it holds them apart, "&&058;"."""
    said = re.sub("&&([0-9]{3});", lambda match: chr(int(match[1])), (theirs or {"text": ""})["text"])
    return "".join(said.split()) == "".join(ours.split())


def by_the_other(document: dict[str, Any]) -> bool:
    """Whether the other reader can take it: an arrow in a first, right option makes it look for pairs for good."""
    return document["type"] != "single" or "->" not in str(document["options"])


@pytest.mark.long
@settings(
    max_examples=150,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bank=made.bank(st.one_of(*KINDS.values()).filter(by_the_other)))
def test_the_gift_that_we_write_is_read_by_an_independent_reader(elsewhere: Path, bank: list[dict[str, Any]]) -> None:
    ordered = sorted(bank, key=lambda each: each["topic"])
    found = [
        each for each in read(elsewhere, write(Contents(ordered, topics=TOPICS)).data) if each["type"] != "Category"
    ]
    # It calls short answers with an equals sign multiple choice, and so does not tell the two apart.
    kinds = Counter(OURS.get(each["type"], "MC") for each in ordered)
    assert Counter("MC" if each["type"] == "Short" else each["type"] for each in found) == kinds
    for theirs, ours in zip(found, ordered, strict=True):
        assert theirs["id"] == ours["id"]
        assert theirs["stem"]["format"] == "markdown"
        assert same(theirs["stem"], ours["stem"])
        assert "".join((theirs["title"] or "").split()) == "".join(ours.get("title", "").split())
        assert same(theirs["globalFeedback"], ours.get("explanation", ""))
        assert set(ours.get("tags", [])) <= set(theirs["tags"] or [])
        check_answers(theirs, ours)


def check_answers(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    if ours["type"] == "true_false":
        assert theirs["isTrue"] is ours["answer"]
    if ours["type"] == "matching":
        pairs = [(each["left"], each["right"]) for each in ours["pairs"]] + [
            ("", text) for text in ours.get("distractors", [])
        ]
        for each, (left, right) in zip(theirs["matchPairs"], pairs, strict=True):
            assert same(each["subquestion"], left)
            assert same({"text": each["subanswer"]}, right)
    if ours["type"] in {"single", "multiple"}:
        for choice, option in zip(theirs["choices"], ours["options"], strict=True):
            assert same(choice["text"], option["text"])
            assert same(choice["feedback"], option.get("feedback", ""))
            if ours.get("scoring") == "weights" and choice["weight"] is not None:
                assert parse_share(f"{choice['weight']}%") == parse_share(option.get("grade", "0"))
