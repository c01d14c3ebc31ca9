"""What a reader of documents finds wrong, beside the field that has it."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from typing import cast

import yaml

from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.formats.media import Shelf
from lms.assessment.formats.yaml_question import read_question, read_scenario
from lms.assessment.types.base import Document
from lms.authoring.rules.sheets import Path
from lms.kit.content import Reader, Report

_KEY = re.compile(r"«([a-z_]+)[»:]")
_FILE = "borrador"


class Reading:
    """What was read of a draft: `questions` (none where something is wrong), `faults` and `warnings` by their place."""

    def __init__(self) -> None:
        self.questions: list[LoadedQuestion] = []
        self.faults: dict[Path, list[str]] = {}
        self.warnings: list[str] = []

    @property
    def ok(self) -> bool:
        return bool(self.questions) and not self.faults

    @property
    def texts(self) -> list[str]:
        """Every fault once, in the order of the document."""
        return list(dict.fromkeys(text for texts in self.faults.values() for text in texts))


def read_draft(document: Document, topics: Collection[str], shelf: Shelf | None = None) -> Reading:
    """Read the document of a question, or of a scenario where it has `questions`, as a file of the bank is read.

    What a strict bank would insist on is a warning here, as it is for what comes from other programs.
    """
    reading, report = Reading(), Report()
    reader, places = _traced(document, report)
    if "questions" in document:
        found = [loaded for _, loaded in read_scenario(reader, topics, shelf)[1]]
    else:
        found = [read_question(reader, topics, shelf)[1]]
    for fault in report.errors:
        path = _place(places, fault.line, fault.message)
        reading.faults.setdefault(path, []).append(fault.message)
    reading.warnings = list(dict.fromkeys(fault.message for fault in report.warnings))
    if not report.errors:
        reading.questions = [each for each in found if each is not None]
    return reading


def _traced(document: Document, report: Report) -> tuple[Reader, list[Path]]:
    """A reader in which every node has a line of its own, and what stands at each line."""
    node = cast(yaml.MappingNode, yaml.SafeDumper(io.StringIO()).represent_data(dict(document)))
    places: list[Path] = []
    waiting: list[tuple[yaml.Node, Path]] = [(node, ())]
    while waiting:
        each, path = waiting.pop()
        mark = yaml.Mark(_FILE, 0, len(places), 0, None, 0)
        each.start_mark = each.end_mark = mark
        places.append(path)
        if isinstance(each, yaml.MappingNode):
            for key, value in each.value:
                inner = (*path, str(key.value))
                key.start_mark = key.end_mark = yaml.Mark(_FILE, 0, len(places), 0, None, 0)
                places.append(inner)
                waiting.append((value, inner))
        elif isinstance(each, yaml.SequenceNode):
            waiting += [(value, (*path, at)) for at, value in enumerate(each.value)]
    return Reader(node, _FILE, report, strict=False), places


def _place(places: list[Path], line: int, message: str) -> Path:
    """The path of a fault: what stands at its line, or the key that a message about a whole group names."""
    path = places[line - 1] if 0 < line <= len(places) else ()
    named = _KEY.search(message)
    is_group = not path or isinstance(path[-1], int)
    return (*path, named[1]) if is_group and named else path
