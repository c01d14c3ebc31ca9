"""Drafts: saved as they are, given up, approved by somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.formats.bank import Topic
from lms.assessment.formats.identity import slug as spelt
from lms.assessment.models import Bank
from lms.assessment.rules.canonical import canonical_json
from lms.assessment.types.base import Document
from lms.authoring.models import BankDesk, QuestionDraft
from lms.authoring.queries.desk import Desk, desk, draft_by_code, draft_of, published_hashes
from lms.authoring.rules.drafting import kind_of
from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission

MAX_DOCUMENT = 512 * 1024
"""Bytes of one draft: a scenario of twenty questions with everything as long as it may be is far below."""
MAX_TOPICS = 200


def may_write(actor: Actor) -> None:
    """Raises: NotAllowed("assessment.not_allowed") for who publishes nothing."""
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")


def save_draft(
    session: Session, actor: Actor, *, bank: str, key: str, document: Document, revision: int, now: datetime
) -> QuestionDraft:
    """Keep `document` as the draft of the unit `key`, with whatever faults it has.

    `revision` is the one that its author began from, 0 for a draft that there was not. An approval stands for what was
    approved: what says something else now has to be approved again.
    Raises: NotAllowed("assessment.not_allowed"); NotFound("assessment.bank_not_found"); Conflict(
    "authoring.changed_meanwhile") with `by` where somebody saved another one since; Conflict("authoring.draft_gone") where it
    was published or given up since; Invalid("authoring.too_large").
    """
    may_write(actor)
    if len(canonical_json(document).encode()) > MAX_DOCUMENT:
        raise Invalid("authoring.too_large", most=MAX_DOCUMENT // 1024)
    found, kind = desk(session, bank), kind_of(document)
    session.execute(
        select(Bank.id).where(Bank.id == found.bank.id).with_for_update()
    )  # two first drafts of one question
    draft = draft_of(session, found.bank.id, kind, key)
    if draft is None:
        if revision:
            raise Conflict("authoring.draft_gone")
        draft = _new(session, found, kind, key)
        session.add(draft)
    elif draft.revision != revision:
        raise Conflict("authoring.changed_meanwhile", by=draft.changed_by_name)
    elif canonical_json(draft.document) == canonical_json(document):
        return draft
    draft.document, draft.revision = document, revision + 1
    draft.changed_by, draft.changed_by_name, draft.changed_at = actor.person_id, actor.name, now
    session.flush()
    return draft


def _new(session: Session, found: Desk, kind: str, key: str) -> QuestionDraft:
    hashes = published_hashes(session, found.version, [(kind, key)])
    return QuestionDraft(
        code=new_code(), bank_id=found.bank.id, kind=kind, key=key, base_hash=hashes.get((kind, key), "")
    )


def discard(session: Session, actor: Actor, *, code: str, revision: int) -> Bank:
    """Give a draft up. Raises: NotAllowed; NotFound("authoring.draft_gone"); Conflict("authoring.changed_meanwhile")."""
    may_write(actor)
    draft, bank = draft_by_code(session, code)
    _unchanged(draft, revision)
    session.delete(draft)
    session.flush()
    return bank


def rebase(session: Session, actor: Actor, *, code: str, revision: int) -> QuestionDraft:
    """Go on from what is published now: its author has seen it and keeps the draft.

    Raises: NotAllowed; NotFound("authoring.draft_gone"); Conflict("authoring.changed_meanwhile").
    """
    may_write(actor)
    draft, bank = draft_by_code(session, code)
    _unchanged(draft, revision)
    wanted = (draft.kind, draft.key)
    draft.base_hash = published_hashes(session, desk(session, bank.slug).version, [wanted]).get(wanted, "")
    draft.approved_revision, draft.approved_by, draft.approved_by_name = 0, None, ""
    session.flush()
    return draft


def approve(session: Session, actor: Actor, *, code: str, revision: int, now: datetime) -> QuestionDraft:
    """A second person has read this revision and finds it right.

    Raises: NotAllowed("assessment.not_allowed"), ("authoring.own_draft") for who wrote it; NotFound("authoring.draft_gone");
    Conflict("authoring.changed_meanwhile") with `by`; Invalid("authoring.not_ready") where it has faults.
    """
    may_write(actor)
    draft, bank = draft_by_code(session, code)
    _unchanged(draft, revision)
    if actor.person_id is None or draft.changed_by == actor.person_id:
        raise NotAllowed("authoring.own_draft")
    if not desk(session, bank.slug).read(draft).ok:
        raise Invalid("authoring.not_ready", keys=draft.key)
    draft.approved_revision, draft.approved_by, draft.approved_by_name = revision, actor.person_id, actor.name
    audit.record(
        session,
        actor,
        action="question.approve",
        subject=("bank", bank.slug),
        after={"key": draft.key, "revision": revision, "written_by": draft.changed_by_name},
        now=now,
    )
    session.flush()
    return draft


def _unchanged(draft: QuestionDraft, revision: int) -> None:
    if draft.revision != revision:
        raise Conflict("authoring.changed_meanwhile", by=draft.changed_by_name)


def make_bank(session: Session, actor: Actor, *, title: str, topic: str, now: datetime) -> Bank:
    """A bank with nothing published yet, and its first topic.

    Raises: NotAllowed("assessment.not_allowed"); Invalid("authoring.bank_unnamed"); Conflict("authoring.bank_taken").
    """
    may_write(actor)
    name, first = spelt(title), spelt(topic)
    if not name or not first:
        raise Invalid("authoring.bank_unnamed")
    if session.scalar(select(Bank.id).where(Bank.slug == name)) is not None:
        raise Conflict("authoring.bank_taken", name=name)
    bank = Bank(slug=name, title=title.strip())
    session.add(bank)
    session.flush()
    session.add(BankDesk(bank_id=bank.id, topics=[{"id": first, "title": topic.strip()}]))
    audit.record(session, actor, action="bank.create", subject=("bank", name), after={"title": bank.title}, now=now)
    session.flush()
    return bank


def set_desk(
    session: Session, actor: Actor, *, bank: str, new_topics: Sequence[str], second_person: bool, now: datetime
) -> Desk:
    """Add topics by their titles, and say whether a second person has to approve what is drawn.

    Raises: NotAllowed("assessment.not_allowed"); NotFound("assessment.bank_not_found"); Invalid("authoring.topics").
    """
    may_write(actor)
    found = desk(session, bank)
    row = session.get(BankDesk, found.bank.id)
    if row is None:
        row = BankDesk(bank_id=found.bank.id, topics=[])
        session.add(row)
    known = found.titles
    added: list[Topic] = []
    for title in (each.strip() for each in new_topics if each.strip()):
        key = spelt(title)
        if not key or len(title) > 200 or len(known) + len(added) >= MAX_TOPICS:
            raise Invalid("authoring.topics", most=MAX_TOPICS)
        if key not in known and key not in {topic.id for topic in added}:
            added.append(Topic(key, title))
    if added:
        row.topics = [*row.topics, *({"id": topic.id, "title": topic.title} for topic in added)]
    if found.bank.second_person is not second_person:
        audit.record(
            session,
            actor,
            action="bank.second_person",
            subject=("bank", bank),
            before={"second_person": found.bank.second_person},
            after={"second_person": second_person},
            now=now,
        )
        found.bank.second_person = second_person
    session.flush()
    return desk(session, bank)
