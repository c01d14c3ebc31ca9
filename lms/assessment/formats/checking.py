"""What was read of a file, looked at as every question is: by the reader of documents, which is lenient here."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.formats.document import document_of, scenario_document
from lms.assessment.formats.exchange import Contents, Found, Parsed, Rejected, in_scenario, listed
from lms.assessment.formats.media import Shelf
from lms.assessment.formats.yaml_question import read_question, read_scenario
from lms.kit.content import Report, reader_of


@dataclass
class Checked:
    """The questions that hold, scenarios apart; `parsed` has its report brought up to what was found here."""

    parsed: Parsed
    shelf: Shelf | None = None
    questions: list[LoadedQuestion] = field(default_factory=list)
    scenarios: list[list[LoadedQuestion]] = field(default_factory=list)

    @property
    def all(self) -> list[LoadedQuestion]:
        return self.questions + [question for each in self.scenarios for question in each]

    def contents(self) -> Contents:
        """The documents in the one form that our own files have."""
        return Contents(
            [document_of(each) for each in self.questions],
            [scenario_document(each) for each in self.scenarios],
            dict(self.parsed.topics),
            dict(self.parsed.media),
        )


def check(parsed: Parsed, shelf: Shelf | None = None) -> Checked:
    """Read every document of `parsed`, which is complete; what has a fault moves to its rejected ones, with the reason.

    `shelf` knows the media that the texts may show; without it what they name stays as it is.
    """
    checked, notes = Checked(parsed, shelf), _Notes(parsed)
    kept: list[Found] = []
    for found in parsed.questions:
        report = Report()
        _, loaded = read_question(reader_of(found.document, found.where, found.line, report), parsed.topics, shelf)
        if notes.holds(found, report, [loaded]) and loaded is not None:
            checked.questions.append(loaded)
            kept.append(found)
    parsed.questions = kept
    kept = []
    for found in parsed.scenarios:
        report = Report()
        _, read = read_scenario(reader_of(found.document, found.where, found.line, report), parsed.topics, shelf)
        if notes.holds(found, report, [loaded for _, loaded in read]):
            checked.scenarios.append([loaded for _, loaded in read if loaded is not None])
            kept.append(found)
    parsed.scenarios = kept
    parsed.warnings += [f"{text} ({listed(places)})" for text, places in notes.places.items()]
    return checked


class _Notes:
    """Faults and warnings of what is read, by question and by text."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self.places: dict[str, list[str]] = {}

    def holds(self, found: Found, report: Report, read: list[LoadedQuestion | None]) -> bool:
        """Whether everything that was read of `found` is good; where not, each of its questions is rejected."""
        if not read:  # it counts no question, so that none is rejected
            self._parsed.warnings.append(f"{found.where}: «{found.name}» es un caso sin preguntas: no se toma")
            return False
        if None in read or report.errors:
            reason = "; ".join(dict.fromkeys(fault.message for fault in report.errors)) or "no se puede leer"
            for document in in_scenario(found) or [found.document]:
                name = found.name if document is found.document else str(document.get("id", ""))
                self._parsed.rejected.append(Rejected(found.where, name, reason, found.source))
            return False
        for warning in report.warnings:
            places = self.places.setdefault(warning.message, [])
            if not places or places[-1] != found.where:
                places.append(found.where)
        return True
