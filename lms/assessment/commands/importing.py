"""Importing questions of other programs into a bank: all of a file, or by choice what of it is good, in one transaction."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lms.assessment.commands.publishing import publish_bank
from lms.assessment.formats.bank import REVIEWED, LoadedBank, LoadedQuestion, Topic
from lms.assessment.formats.checking import Checked, check
from lms.assessment.formats.exchange import Defaults, Parsed, complete, in_scenario, summary
from lms.assessment.formats.identity import digest
from lms.assessment.formats.media import FOLDER, MAX_BYTES, Shelf
from lms.assessment.formats.yaml_question import content_of
from lms.assessment.queries import bank_content
from lms.assessment.queries.bank_content import Published
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.versions import IMPORT
from lms.assessment.types.base import folded
from lms.kit.errors import NotAllowed
from lms.kit.files import FileStore
from lms.kit.permissions import Actor, Permission

_SHOWN = re.compile(r"\]\(media/([A-Za-z0-9._-]+)\)")


@dataclass(frozen=True, slots=True)
class Imported:
    """The report of an import, as `--json` prints it; `new`, `changed` and `same` count questions of the bank."""

    report: dict[str, Any]
    new: int
    changed: int
    same: int
    taken: bool


def import_questions(
    session: Session,
    actor: Actor,
    *,
    bank: str,
    parsed: Parsed,
    defaults: Defaults,
    partial: bool,
    dry_run: bool,
    now: datetime,
    title: str = "",
    files: FileStore | None = None,
    media_bytes: int = MAX_BYTES,
) -> Imported:
    """Take the questions of `parsed` into the bank called `bank`, which is made (as `title`) where there is none.

    A question of the bank is changed by one with the same id; where that id was only made from its name, its text must be
    the same too: the "Pregunta 1" of another file is another question. What a file does not say (topic, difficulty,
    status...) stays as the bank has it, and is of `defaults` where the question is new. Questions of the bank that the file
    does not have stay. Where one question is not good nothing is taken, unless `partial`; with `dry_run` nothing is
    written, and the report says what could be taken. Where nothing is new there is no new version.
    Raises: NotAllowed("assessment.not_allowed").
    """
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")
    published = bank_content.published(session, bank)
    _tell_apart(parsed, published.questions)
    _keep_placing(parsed, published)
    complete(parsed, defaults)
    with tempfile.TemporaryDirectory(prefix="lms-import-") as folder:
        checked = check(parsed, _shelf(parsed, Path(folder), published, media_bytes))
        before = {question.key: question for question in published.questions}
        found = [_as_before(each, before.get(each.key)) for each in checked.all]
        if published.second_person:
            found = _unapproved(found, before, parsed)
        new = sum(question.key not in before for question in found)
        same = sum(before.get(question.key) is question for question in found)
        taken = bool(found) and (partial or not parsed.rejected)
        if taken and not dry_run and same < len(found):
            merged = before | {question.key: question for question in found}
            whole = _bank(bank, title, published, merged, checked)
            publish_bank(session, actor, whole, now=now, files=files, origin=IMPORT)
    imported = len(found) if taken or dry_run else 0
    return Imported(summary(parsed, imported=imported), new, len(found) - new - same, same, taken and not dry_run)


def _keep_placing(parsed: Parsed, published: Published) -> None:
    """What a file does not say of a question that the bank has stays as it is: who reviewed it must not do so again."""
    known = {question.key: question for question in published.questions}
    scenarios = {question.scenario: question for question in published.questions if question.scenario}
    for found, before in [
        *((each, known.get(each.document["id"])) for each in parsed.questions),
        *((each, scenarios.get(each.document["id"])) for each in parsed.scenarios),
    ]:
        if before is not None:
            found.document.setdefault("topic", before.topic)
            found.document.setdefault("difficulty", before.difficulty)
            found.document.setdefault("pool", before.pool)
            found.document.setdefault("status", before.status)
            if before.exclusive:
                found.document.setdefault("exclusive", before.exclusive)
            if before.review and "questions" not in found.document:
                found.document.setdefault("review", before.review)
    for topic in published.topics:
        parsed.topics.setdefault(topic.id, topic.title)


def _unapproved(
    found: list[LoadedQuestion], before: Mapping[str, LoadedQuestion], parsed: Parsed
) -> list[LoadedQuestion]:
    """What is new or says something else comes in as a draft: the bank asks for a second person, who has not seen it."""
    held = [each for each in found if before.get(each.key) is not each and each.status == REVIEWED]
    if not held:
        return found
    parsed.warnings.append(f"el banco pide que otra persona apruebe: {len(held)} entran como borrador")
    drafts = {each.key: replace(each, status="draft") for each in held}
    made = {key: replace(each, content_hash=content_hash(content_of(each))) for key, each in drafts.items()}
    return [_as_before(made.get(each.key, each), before.get(each.key)) for each in found]


def _bank(
    slug: str, title: str, published: Published, merged: dict[str, LoadedQuestion], checked: Checked
) -> LoadedBank:
    """The bank with what it had and what came in."""
    topics = {topic.id: topic.title for topic in published.topics}
    used = {question.topic for question in merged.values()}
    topics |= {key: name for key, name in checked.parsed.topics.items() if key in used and key not in topics}
    shelf_media = checked.shelf.media if checked.shelf else ()
    return LoadedBank(
        id=slug,
        title=published.title or title or slug,
        course=published.course,
        topics=tuple(Topic(key, name) for key, name in topics.items()),
        questions=tuple(merged[key] for key in sorted(merged)),
        plan=None,
        content_hash="",
        media=shelf_media,
    )


def _as_before(question: LoadedQuestion, before: LoadedQuestion | None) -> LoadedQuestion:
    """What the bank has, where `question` says the same."""
    if before is not None and before.content_hash == question.content_hash:
        return before
    return replace(question, file="", line=0)


def _shelf(parsed: Parsed, folder: Path, published: Published, media_bytes: int) -> Shelf:
    """The media of the file, written where the reader of banks looks for them."""
    place = folder / FOLDER
    place.mkdir()
    for name, data in parsed.media.items():  # names are ours: lower-case letters, figures, hyphens and an ending
        (place / name).write_bytes(data)
    return Shelf(place, stored=published.media, max_bytes=media_bytes)


def _tell_apart(parsed: Parsed, known: Sequence[LoadedQuestion]) -> None:
    """Give a question that is only called like another one of the bank an id of its own, the same every time."""
    shown = {name: hashlib.sha256(data).hexdigest() for name, data in parsed.media.items()}
    texts = {question.key: (question.type, _said(question.stem, {})) for question in known}
    for found in parsed.questions:
        document = found.document
        said = (str(document.get("type", "")), _said(document.get("stem"), shown))
        if not found.sure and texts.get(document["id"], said) != said:
            document["id"] = f"{document['id'][:80]}-{digest({'type': said[0], 'stem': said[1]})}"
    scenarios = {question.scenario: _said(question.scenario_stem, {}) for question in known if question.scenario}
    for found in parsed.scenarios:
        key, stem = found.document["id"], _said(found.document.get("stem"), shown)
        if not found.sure and scenarios.get(key, stem) != stem:
            found.document["id"] = f"{key[:80]}-{digest({'stem': stem})}"
            for question in in_scenario(found):
                question["id"] = f"{question['id'][:80]}-{digest(question)}"


def _said(stem: object, shown: Mapping[str, str]) -> str:
    """A stem as it is compared: what it shows goes by its content, in the bank and in the file."""
    named = _SHOWN.sub(lambda match: f"](media/{shown.get(match[1], match[1].partition('.')[0])})", str(stem or ""))
    return folded(named)
