"""A bank as the files of its folder: the inverse of `load_bank`, byte for byte the same for the same content."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lms.assessment.formats.bank import Base, LoadedBank, LoadedQuestion
from lms.assessment.formats.bank_base import BASE_FILE, write_base
from lms.assessment.formats.document import document_of, scenario_document
from lms.assessment.formats.media import FOLDER
from lms.assessment.formats.yaml_exchange import dump
from lms.assessment.formats.yaml_plan_writer import write_plan
from lms.assessment.formats.yaml_question import read_question, read_scenario
from lms.assessment.types.base import Document
from lms.kit.content import MAX_FILE_BYTES, Report, reader_of

RESERVED = frozenset({"bank", "plan"})
"""Names of files of a bank that are not of a topic."""
_SHOWN = re.compile(rb"\(media/([0-9a-f]{64}\.[a-z0-9]{1,5})\)")


def bank_files(bank: LoadedBank, base: Base) -> dict[str, bytes]:
    """The files of a bank by name: `bank.yaml`, one or more a topic, `plan.yaml` where it has one, and `bank.lock`.

    Media are not among them: see `shown_in`. Questions stand by key, alone first and then by scenario. A topic whose
    file would pass the limit of one has more: `<topic>_2.yaml`...
    """
    documents = _by_topic(bank.questions)
    strict = all(_is_strict(*each) for each in documents.values())
    head: Document = {"id": bank.id, "title": bank.title}
    head |= {"course": bank.course} if bank.course else {}
    head |= {} if strict else {"strict": False}
    head["topics"] = [{"id": topic.id, "title": topic.title} for topic in bank.topics]
    files = {"bank.yaml": dump(head)}
    for topic, (alone, cases) in documents.items():
        # No topic's id has a low line: neither name can be another topic's.
        stem = f"{topic}_" if topic in RESERVED else topic
        entries = [*(("questions", each) for each in alone), *(("scenarios", each) for each in cases)]
        for number, data in enumerate(_parts(entries), 1):
            files[f"{stem}.yaml" if number == 1 else f"{stem}_{number}.yaml"] = data
    if bank.plan is not None:
        # In the order in which it is stored: the order of the author's file is kept only where it counts.
        files["plan.yaml"] = write_plan(replace(bank.plan, sections=bank.plan.filed)).encode()
    files[BASE_FILE] = write_base(base)
    return files


def shown_in(files: dict[str, bytes]) -> list[str]:
    """The names of the pictures and the sound that the files show, each once, sorted; they belong into `media/`."""
    return sorted({match.decode() for data in files.values() for match in _SHOWN.findall(data)})


def media_path(name: str) -> str:
    """Where a file that is shown stands in the folder of a bank."""
    return f"{FOLDER}/{name}"


_Documents = tuple[list[Document], list[Document]]


def _by_topic(questions: Sequence[LoadedQuestion]) -> dict[str, _Documents]:
    """The documents of each topic that has any: those of questions that stand alone, and those of scenarios."""
    scenarios: dict[str, list[LoadedQuestion]] = defaultdict(list)
    found: dict[str, _Documents] = {}
    for question in sorted(questions, key=lambda each: each.key):
        topic = found.setdefault(question.topic, ([], []))
        if question.scenario:
            scenarios[question.scenario].append(question)
        else:
            topic[0].append(document_of(question))
    for key in sorted(scenarios):
        found[scenarios[key][0].topic][1].append(scenario_document(scenarios[key]))
    return found


def _is_strict(alone: Sequence[Document], cases: Sequence[Document]) -> bool:
    """Whether a reader that lets nothing pass takes every document."""
    report = Report()
    for document in alone:
        read_question(reader_of(document, "", 1, report, strict=True), {document["topic"]})
    for document in cases:
        read_scenario(reader_of(document, "", 1, report, strict=True), {document["topic"]})
    return report.ok


def _parts(entries: Sequence[tuple[str, Document]]) -> Iterator[bytes]:
    """The files of the questions of a topic: one, unless it is too long for one."""
    whole: Document = {}
    for kind, document in entries:
        whole.setdefault(kind, []).append(document)
    data = dump(whole)
    if len(data) <= MAX_FILE_BYTES or len(entries) == 1:
        yield data
        return
    half = len(entries) // 2
    yield from _parts(entries[:half])
    yield from _parts(entries[half:])
