"""Reads a survey's definition (`survey.yaml`, see `docs/content-format.md`): every fault in one run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lms.catalog.rules import is_slug
from lms.kit.content import Reader, Report, read_yaml
from lms.kit.markup import render
from lms.surveys.rules import QuestionKind, SurveyQuestion

MAX_QUESTIONS = 30
MIN_OPTIONS, MAX_OPTIONS = 2, 10


@dataclass(frozen=True)
class LoadedSurvey:
    """A survey ready to publish. `satisfaction` is the id of the scale question that the satisfaction figure reads."""

    id: str
    title: str
    intro_html: str
    anonymous: bool
    satisfaction: str
    questions: tuple[SurveyQuestion, ...]
    content_hash: str = ""


def load_survey(path: Path, root: Path) -> tuple[LoadedSurvey | None, Report]:
    """One survey; None where it has faults. The report names the file from `root`."""
    report = Report()
    reader = read_yaml(path, path.relative_to(root).as_posix(), report)
    if reader is None:
        return None, report
    questions = _questions(reader)
    survey = LoadedSurvey(
        id=_slug(reader, "id"),
        title=reader.text("title", max_length=200),
        intro_html=render(reader.text("intro", required=False, max_length=2000)),
        anonymous=reader.flag("anonymous"),
        satisfaction=reader.text("satisfaction"),
        questions=questions,
    )
    scales = [question.id for question in questions if question.kind is QuestionKind.SCALE]
    if survey.satisfaction and survey.satisfaction not in scales:
        reader.error("satisfaction", f"«{survey.satisfaction}» no es una pregunta de tipo scale de esta encuesta")
    reader.finish()
    return (replace(survey, content_hash=content_hash(survey)) if report.ok else None), report


def content_hash(survey: LoadedSurvey) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of everything that is shown."""
    data = asdict(replace(survey, content_hash=""))
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _questions(reader: Reader) -> tuple[SurveyQuestion, ...]:
    found: dict[str, SurveyQuestion] = {}
    entries = reader.maps("questions")
    for entry in entries:
        question = _question(entry)
        if question.id in found:
            entry.error("id", f"la pregunta «{question.id}» está dos veces")
        found.setdefault(question.id, question)
    if len(entries) > MAX_QUESTIONS:
        reader.error("questions", f"la encuesta tiene {len(entries)} preguntas; el máximo es {MAX_QUESTIONS}")
    return tuple(found.values())


def _question(entry: Reader) -> SurveyQuestion:
    before = len(entry.report.errors)
    kind = QuestionKind(entry.choice("type", [kind.value for kind in QuestionKind]))
    if len(entry.report.errors) > before:
        # Which other keys belong to a type that does not exist, nobody knows.
        return SurveyQuestion(_slug(entry, "id"), kind, entry.text("text"), required=False)
    question = SurveyQuestion(
        id=_slug(entry, "id"),
        kind=kind,
        text=entry.text("text", max_length=500),
        required=entry.flag("required"),
        low=entry.text("low", max_length=60) if kind is QuestionKind.SCALE else "",
        high=entry.text("high", max_length=60) if kind is QuestionKind.SCALE else "",
        options=_options(entry) if kind is QuestionKind.CHOICE else (),
    )
    entry.finish()
    return question


def _options(entry: Reader) -> tuple[str, ...]:
    options = entry.texts("options")
    seen: set[str] = set()
    for text, line in options:
        if text.casefold() in seen:
            entry.report.error(entry.file, line, f"la opción «{text}» está dos veces")
        seen.add(text.casefold())
    if options and not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        entry.error("options", f"hay {len(options)} opciones; tienen que ser de {MIN_OPTIONS} a {MAX_OPTIONS}")
    return tuple(text for text, _line in options)


def _slug(reader: Reader, key: str) -> str:
    value = reader.text(key)
    if value and not is_slug(value):
        reader.error(key, f"«{key}: {value}» tiene que llevar solo minúsculas, cifras y guiones")
    return value
