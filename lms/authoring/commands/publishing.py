"""Publishing drafts: as one new version of their bank, now or at a time, with its tests or without."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands import publish_bank
from lms.assessment.commands.publishing import publish_plan
from lms.assessment.formats.bank import REVIEWED, LoadedBank, LoadedQuestion, Topic
from lms.assessment.models import Bank, BankVersion
from lms.assessment.queries import bank_content
from lms.assessment.queries.content import plan_rules
from lms.assessment.rules.versions import BROWSER
from lms.assessment.types.base import Document
from lms.authoring.commands.drafting import may_write
from lms.authoring.models import QuestionDraft, Release
from lms.authoring.queries import desk as reading
from lms.authoring.queries.desk import Desk
from lms.authoring.rules.drafting import QUESTION, hash_of
from lms.authoring.rules.faults import read_draft
from lms.kit import audit
from lms.kit.db import Database
from lms.kit.errors import Conflict, Invalid, LmsError, NotFound
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor
from lms.notify.commands import tell
from lms.people.queries import actor_by_id

log = logging.getLogger(__name__)
MAX_AHEAD = timedelta(days=366)
"""How far ahead a publication may be asked for."""
RELEASED = "authoring.released"
WAITING, DONE, FAILED, WITHDRAWN = "waiting", "done", "failed", "withdrawn"


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit to publish, as it was when that was asked for; `draft` and `revision` say which draft goes with it."""

    kind: str
    key: str
    document: Document
    base_hash: str
    draft: str
    revision: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "key": self.key,
            "document": self.document,
            "base_hash": self.base_hash,
            "draft": self.draft,
            "revision": self.revision,
        }


def publish(
    session: Session,
    actor: Actor,
    *,
    bank: str,
    codes: Sequence[str],
    carry: bool,
    now: datetime,
) -> BankVersion:
    """Publish some drafts of a bank together: all of them, or nothing. With `carry` its tests draw from the new version.

    Raises: NotAllowed("assessment.not_allowed"); NotFound("assessment.bank_not_found"), ("authoring.draft_gone"); Invalid(
    "authoring.nothing_chosen"), ("authoring.not_ready"), ("assessment.plan_impossible"); Conflict(
    "authoring.needs_second"), ("authoring.published_meanwhile"), ("authoring.key_taken"), all with `keys`.
    """
    may_write(actor)
    session.execute(select(Bank.id).where(Bank.slug == bank).with_for_update())
    found = reading.desk(session, bank)
    pieces = _chosen(session, found, codes)
    return _publish(session, actor, found, pieces, carry=carry, now=now)


def schedule(
    session: Session, actor: Actor, *, bank: str, codes: Sequence[str], carry: bool, due_at: datetime, now: datetime
) -> Release:
    """Ask for some drafts, as they are, to be published at `due_at`; edited later, the edit stays a draft.

    Raises: as `publish`; Invalid("authoring.due_at") for a time that is over, or more than a year away.
    """
    may_write(actor)
    if actor.person_id is None or not now < due_at <= now + MAX_AHEAD:
        raise Invalid("authoring.due_at", field="due_at")
    found = reading.desk(session, bank)
    pieces = _chosen(session, found, codes)
    _readable(session, found, pieces)
    row = Release(
        code=new_code(),
        bank_id=found.bank.id,
        due_at=due_at,
        pieces=[piece.as_dict() for piece in pieces],
        carry=carry,
        state=WAITING,
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(row)
    after = {"due_at": due_at, "keys": [piece.key for piece in pieces]}
    audit.record(session, actor, action="bank.schedule", subject=("bank", bank), after=after, now=now)
    session.flush()
    return row


def withdraw(session: Session, actor: Actor, *, code: str, now: datetime) -> Bank:
    """Take back what was asked for and is not published yet.

    Raises: NotAllowed("assessment.not_allowed"); NotFound("authoring.release_gone"); Conflict("authoring.release_over").
    """
    may_write(actor)
    row, bank = reading.release_by_code(session, code)
    session.refresh(row, with_for_update=True)
    if row.state != WAITING:
        raise Conflict("authoring.release_over")
    row.state, row.ended_at = WITHDRAWN, now
    audit.record(
        session, actor, action="bank.unschedule", subject=("bank", bank.slug), after={"release": code}, now=now
    )
    return bank


def publish_due(database: Database, now: datetime) -> int:
    """Publish everything whose time has come, each by itself; returns how many were. What cannot be is told to who asked."""
    with database.reading() as session:
        query = select(Release.id).where(Release.state == WAITING, Release.due_at <= now)
        due = list(session.scalars(query.order_by(Release.due_at, Release.id)))
    done = 0
    for release_id in due:
        try:
            with database.writing() as session:
                done += _release(session, release_id, now)
        except LmsError as error:
            log.warning("publication %s failed: %s", release_id, error.key)
            with database.writing() as session:
                _failed(session, release_id, error, now)
    return done


def _release(session: Session, release_id: int, now: datetime) -> bool:
    row = session.scalar(select(Release).where(Release.id == release_id).with_for_update())
    if row is None or row.state != WAITING:
        return False
    bank = session.get_one(Bank, row.bank_id, with_for_update=True)
    actor = actor_by_id(session, row.asked_by, now, SYSTEM.zone)
    if actor is None:
        raise NotFound("authoring.asker_gone")
    may_write(actor)
    pieces = [Piece(**piece) for piece in row.pieces]
    found = reading.desk(session, bank.slug)
    version = _publish(session, actor, found, pieces, carry=row.carry, now=now)
    row.state, row.ended_at = DONE, now
    tell(
        session,
        kind=RELEASED,
        key=row.code,
        people=[row.asked_by],
        params={"bank": bank.title, "slug": bank.slug, "version": version.number, "done": True},
        now=now,
    )
    return True


def _failed(session: Session, release_id: int, error: LmsError, now: datetime) -> None:
    row = session.scalar(select(Release).where(Release.id == release_id).with_for_update())
    if row is None or row.state != WAITING:
        return
    bank = session.get_one(Bank, row.bank_id)
    row.state, row.ended_at, row.fault = FAILED, now, error.key
    row.detail = str(error.params.get("keys") or error.params.get("detail") or "")[:2000]
    params = {"bank": bank.title, "slug": bank.slug, "version": 0, "done": False}
    tell(session, kind=RELEASED, key=row.code, people=[row.asked_by], params=params, now=now)


def _chosen(session: Session, found: Desk, codes: Sequence[str]) -> list[Piece]:
    """The drafts that were named. A second person's approval, where the bank asks for it, is looked at here."""
    if not codes:
        raise Invalid("authoring.nothing_chosen")
    query = select(QuestionDraft).where(QuestionDraft.bank_id == found.bank.id, QuestionDraft.code.in_(codes))
    rows = list(session.scalars(query.order_by(QuestionDraft.key)))
    if len(rows) < len(set(codes)):
        raise NotFound("authoring.draft_gone")
    unread = [row.key for row in rows if needs_second(row, second_person=found.second_person)]
    if unread:
        raise Conflict("authoring.needs_second", keys=", ".join(unread))
    return [Piece(row.kind, row.key, row.document, row.base_hash, row.code, row.revision) for row in rows]


def needs_second(draft: QuestionDraft, *, second_person: bool) -> bool:
    """Whether somebody else has to approve a draft before it is published: only what would be drawn needs it."""
    drawn = draft.document.get("status", REVIEWED) == REVIEWED
    return second_person and drawn and draft.approved_revision != draft.revision


def _readable(session: Session, found: Desk, pieces: Sequence[Piece]) -> list[LoadedQuestion]:
    """What the pieces say. Raises: Invalid("authoring.not_ready"); Conflict("authoring.published_meanwhile")."""
    read = {piece.key: read_draft(piece.document, found.titles, found.shelf()) for piece in pieces}
    faulty = [key for key, each in read.items() if not each.ok]
    if faulty:
        raise Invalid("authoring.not_ready", keys=", ".join(faulty))
    hashes = reading.published_hashes(session, found.version, [(piece.kind, piece.key) for piece in pieces])
    moved = []
    for piece in pieces:
        stands = hashes.get((piece.kind, piece.key), "")
        if stands not in {piece.base_hash, hash_of(read[piece.key].questions)}:
            moved.append(piece.key)
    if moved:
        raise Conflict("authoring.published_meanwhile", keys=", ".join(moved))
    return [question for each in read.values() for question in each.questions]


def _publish(
    session: Session,
    actor: Actor,
    found: Desk,
    pieces: Sequence[Piece],
    *,
    carry: bool,
    now: datetime,
) -> BankVersion:
    questions = _readable(session, found, pieces)
    published = bank_content.published(session, found.bank.slug)
    merged = _merged(published.questions, pieces, questions)
    used = {question.topic for question in merged.values()}
    kept = {topic.id for topic in published.topics}
    version = publish_bank(
        session,
        actor,
        LoadedBank(
            id=found.bank.slug,
            title=found.bank.title,
            course=published.course,
            topics=tuple(Topic(key, title) for key, title in found.titles.items() if key in used or key in kept),
            questions=tuple(merged[key] for key in sorted(merged)),
            plan=None,
            content_hash="",
        ),
        now=now,
        origin=BROWSER,
    )
    if carry:
        for test, plan in reading.tests_of(session, found.bank.id):
            publish_plan(
                session, actor, replace(plan_rules(plan, test.slug), id=test.slug), bank_version=version, now=now
            )
    for piece in pieces:
        row = session.scalar(select(QuestionDraft).where(QuestionDraft.code == piece.draft))
        if row is not None and row.revision == piece.revision:
            session.delete(row)
        elif row is not None:  # edited since: it goes on from what is published now
            row.base_hash = hash_of([each for each in questions if piece.key in (each.key, each.scenario)])
    session.flush()
    return version


def _merged(
    published: Sequence[LoadedQuestion], pieces: Sequence[Piece], questions: Sequence[LoadedQuestion]
) -> dict[str, LoadedQuestion]:
    """The bank with what is new in it. Raises: Conflict("authoring.key_taken") where a key would stand for two questions."""
    replaced = {(piece.kind, piece.key) for piece in pieces}
    kept = {
        each.key: each
        for each in published
        if ((QUESTION, each.key) if not each.scenario else ("scenario", each.scenario)) not in replaced
    }
    taken = sorted({each.key for each in questions} & kept.keys())
    doubled = sorted({each.key for each in questions if sum(other.key == each.key for other in questions) > 1})
    if taken or doubled:
        raise Conflict("authoring.key_taken", keys=", ".join(dict.fromkeys([*taken, *doubled])))
    return kept | {each.key: each for each in questions}
