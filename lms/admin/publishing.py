"""Reading and publishing content as a whole: courses, their banks and plans, their surveys, in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from lms.assessment.commands.joining import publish_files
from lms.assessment.formats.bank import LoadedBank
from lms.assessment.formats.media import MAX_BYTES
from lms.assessment.formats.yaml_bank import check_reviews, load_banks
from lms.catalog.commands import publish_course
from lms.catalog.loader import LoadedCourse, load_course, load_courses
from lms.kit.content import Report, read_front_matter, read_yaml
from lms.kit.errors import Invalid
from lms.kit.files import FileStore
from lms.kit.permissions import Actor
from lms.surveys.commands import publish_survey
from lms.surveys.loader import LoadedSurvey, load_survey


@dataclass
class Content:
    """What was read, with every fault of it. `surveys` are by course id."""

    courses: tuple[LoadedCourse, ...] = ()
    banks: tuple[LoadedBank, ...] = ()
    surveys: dict[str, LoadedSurvey] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    def counts(self) -> dict[str, int]:
        return {
            "courses": len(self.courses),
            "modules": sum(len(course.modules) for course in self.courses),
            "banks": len(self.banks),
            "questions": sum(len(bank.questions) for bank in self.banks),
            "surveys": len(self.surveys),
        }


def read_courses(folder: Path, banks: Collection[str] | None = None) -> Content:
    """The course in `folder`, or every course in the folders below it, with their surveys.

    A course whose test is not in `banks` (where given) is a fault.
    """
    single = (folder / "course.md").exists()
    root = folder.parent if single else folder
    if single:
        course, report = load_course(folder, root)
        courses: tuple[LoadedCourse, ...] = () if course is None else (course,)
    else:
        courses, report = load_courses(root)
    content = Content(courses=courses, report=report)
    for path in [folder / "survey.yaml"] if single else sorted(folder.glob("*/survey.yaml")):
        if path.exists():
            _add_survey(content, path, root)
    for each in courses:
        if banks is not None and each.test and each.test not in banks:
            text = f"«test: {each.test}»: no hay un banco con ese id en question_banks/"
            report.error(f"{each.id}/course.md", _line_of(root / each.id / "course.md", "test"), text)
    return content


def _add_survey(content: Content, path: Path, root: Path) -> None:
    survey, found = load_survey(path, root)
    content.report.errors += found.errors
    content.report.warnings += found.warnings
    if survey is not None:
        content.surveys[path.parent.name] = survey


def _line_of(path: Path, key: str) -> int:
    """The line of a key in a file that was read a moment ago."""
    unheard = Report()
    if path.suffix == ".md":
        front = read_front_matter(path, path.name, unheard)
        return front.head.line(key) if front else 1
    reader = read_yaml(path, path.name, unheard)
    return reader.line(key) if reader else 1


def _folders(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()


def read_content(root: Path, media_bytes: int = MAX_BYTES) -> Content:
    """All content below `root`: `courses/` and `question_banks/`, each checked against the other.

    `media_bytes` is what a picture or a sound of a question may weigh.

    What has faults of its own still counts as being there: one mistake is not reported twice.
    """
    content = read_courses(root / "courses", _folders(root / "question_banks"))
    banks, found = load_banks(root / "question_banks", root / "question_banks", media_bytes)
    content.report.errors += found.errors
    content.report.warnings += found.warnings
    known, there = {course.id: course for course in content.courses}, _folders(root / "courses")
    for bank in banks:
        if bank.course in known:
            check_reviews(bank, {module.id: module.anchors for module in known[bank.course].modules}, content.report)
        elif bank.course not in there:
            text = f"«course: {bank.course}»: no hay un curso con ese id en courses/"
            line = _line_of(root / "question_banks" / bank.id / "bank.yaml", "course")
            content.report.error(f"{bank.id}/bank.yaml", line, text)
    content.banks = tuple(banks)
    return content


def publish_content(
    session: Session, actor: Actor, content: Content, *, now: datetime, files: FileStore | None = None
) -> None:
    """Publish everything in the caller's one transaction; what did not change makes no new version.

    `files` keeps the pictures and the sound of questions; content without any needs none.

    Raises: Invalid("admin.content_faulty") where the content has faults, Conflict("assessment.bank_diverged") where a bank
    was changed elsewhere too: nothing of it is published.
    """
    if not content.report.ok:
        raise Invalid("admin.content_faulty", count=len(content.report.errors))
    for bank in content.banks:
        if publish_files(session, actor, bank, now=now, files=files).kept:
            text = "el banco publicado tiene cambios que estos archivos no tienen: queda como está"
            content.report.warning(f"{bank.id}/bank.yaml", 1, text)
    for survey in content.surveys.values():
        publish_survey(session, actor, survey, now=now)
    for course in content.courses:
        survey_of = content.surveys.get(course.id)
        publish_course(session, actor, course, survey_id=survey_of.id if survey_of else "", now=now)
