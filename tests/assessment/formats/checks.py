"""What tests of formats ask of what was parsed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.assessment.formats.exchange import Defaults, Parsed, complete
from lms.assessment.formats.yaml_question import read_question
from lms.kit.content import Report, reader_of

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
"""Samples of other projects stand beside the checkout; they are no part of it."""


def sample(name: str) -> Path:
    """A file or folder of the samples; the test is skipped, by name, where it is not there."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"no samples at ../shared/samples/{name}")
    return path


def faults_of(parsed: Parsed) -> list[str]:
    """What the reader of questions says of every question that was parsed, with the defaults of an import."""
    complete(parsed, Defaults())
    found = []
    for each in parsed.questions:
        report = Report()
        read_question(reader_of(each.document, each.where, each.line, report), parsed.topics)
        found += [f"{each.where}: {fault.message}" for fault in report.errors]
    return found
