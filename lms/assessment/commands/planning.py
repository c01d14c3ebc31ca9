"""Plans in the browser: begun, kept as drafts, given up, published; and the same plan over a newer version of its bank."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.assessment.commands.publishing import faults_of, publish_plan
from lms.assessment.formats.identity import slug as spelt
from lms.assessment.models import BankVersion, PlanDraft, PlanVersion
from lms.assessment.queries import content, plans
from lms.assessment.queries.plans import PlanDesk
from lms.assessment.rules.canonical import canonical_json, content_hash
from lms.assessment.rules.plan import TestPlan
from lms.assessment.rules.plan_document import Document, new_document, tidy
from lms.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.kit.permissions import Actor, Permission

MAX_DOCUMENT = 256 * 1024
"""Bytes of one draft: two hundred sections with everything said are far below."""
MAX_TITLE = 200


def begin_plan(
    session: Session, actor: Actor, *, bank: str, slug: str = "", title: str = "", now: datetime
) -> PlanDraft:
    """Begin the plan of a test that there is not yet, over the current version of a bank.

    Without a `slug` the test is called as its bank, which is how a course names it. Raises: NotAllowed(
    "assessment.not_allowed"); NotFound("assessment.bank_not_found"); Invalid("assessment.plan_name"),
    ("assessment.plan_title"); Conflict("assessment.plan_taken") with `name`.
    """
    may_plan(actor)
    found, version = content.bank_page(session, bank)
    name, told = slug.strip() or found.slug, title.strip() or found.title
    if name != spelt(name):
        raise Invalid("assessment.plan_name", field="slug")
    if len(told) > MAX_TITLE:
        raise Invalid("assessment.plan_title", field="title", most=MAX_TITLE)
    if plans.is_taken(session, name):
        raise Conflict("assessment.plan_taken", field="slug", name=name)
    first = version.topics[0]["id"] if version.topics else ""
    document = tidy(new_document(name, told, first))
    return _insert(session, actor, _row(name, found.id, None, document), now=now)


def save_plan(
    session: Session,
    actor: Actor,
    *,
    slug: str,
    document: Document,
    version: int | None,
    revision: int,
    now: datetime,
) -> PlanDraft:
    """Keep `document` as the draft of a test, with whatever faults it has, to go over the bank version number `version`
    (None: whichever is current).

    `revision` is the one that its author began from, 0 for a draft that there was not. Raises: NotAllowed(
    "assessment.not_allowed"); NotFound("assessment.test_not_found"), ("assessment.bank_version_not_found"); Conflict(
    "assessment.plan_changed") with `by` where somebody saved another one since; Conflict("assessment.plan_gone") where it was
    published or given up since; Invalid("assessment.plan_too_large").
    """
    may_plan(actor)
    if len(canonical_json(document).encode()) > MAX_DOCUMENT:
        raise Invalid("assessment.plan_too_large", most=MAX_DOCUMENT // 1024)
    try:
        desk = plans.plan_desk(session, slug, lock=True, version=version)
    except NotFound as error:
        if revision and error.key == "assessment.test_not_found":
            raise Conflict("assessment.plan_gone") from None  # a test that never was, given up meanwhile
        raise
    target = desk.target.id if version is not None else None
    draft, kept = desk.draft, tidy(document | {"id": slug})
    if draft is None:
        if revision:
            raise Conflict("assessment.plan_gone")
        row = _row(slug, desk.bank.id, target, kept)
        row.base_plan_id = desk.plan.id if desk.plan is not None else None
        return _insert(session, actor, row, now=now)
    unchanged(draft, revision)
    if canonical_json(draft.document) != canonical_json(kept) or draft.bank_version_id != target:
        draft.document, draft.bank_version_id, draft.revision = kept, target, revision + 1
        draft.changed_by, draft.changed_by_name, draft.changed_at = actor.person_id, actor.name, now
        session.flush()
    return draft


def give_up_plan(session: Session, actor: Actor, *, slug: str, revision: int) -> None:
    """Drop the draft of a test; what is published stays as it is.

    Raises: NotAllowed("assessment.not_allowed"); NotFound("assessment.test_not_found"); Conflict("assessment.plan_gone"),
    ("assessment.plan_changed") with `by`.
    """
    may_plan(actor)
    draft = _draft_of(plans.plan_desk(session, slug, lock=True))
    unchanged(draft, revision)
    session.delete(draft)
    session.flush()


def publish_draft(session: Session, actor: Actor, *, slug: str, revision: int, seen: str, now: datetime) -> PlanVersion:
    """Publish the draft of a test over its bank version, and drop it; open attempts keep the plan they were started by.

    `seen` is the `fingerprint` of what its author looked at. Raises: NotAllowed("assessment.not_allowed"); NotFound(
    "assessment.test_not_found"); Conflict("assessment.plan_gone"), ("assessment.plan_changed") with `by`,
    ("assessment.plan_moved") where something else would be published than was seen; Invalid("assessment.plan_faults") with
    `detail`.
    """
    may_plan(actor)
    desk = plans.plan_desk(session, slug, lock=True)
    draft = _draft_of(desk)
    unchanged(draft, revision)
    checked = plans.checked(session, desk, draft.document)
    if not checked.ok:
        told = dict.fromkeys(message for messages in checked.faults.values() for message in messages)
        raise Invalid("assessment.plan_faults", detail="; ".join(told))
    if seen != fingerprint(desk, checked.plan, desk.target):
        raise Conflict("assessment.plan_moved")
    version = publish_plan(session, actor, checked.plan, bank_version=desk.target, now=now)
    session.delete(draft)
    session.flush()
    return version


def carry_plan(session: Session, actor: Actor, *, slug: str, seen: str, now: datetime) -> PlanVersion:
    """Publish the plan of a test as it stands over the current version of its bank. A draft of it stays a draft.

    Raises: NotAllowed("assessment.not_allowed"); NotFound("assessment.test_not_found"); Conflict("assessment.plan_moved");
    Invalid("assessment.plan_impossible") with `detail`.
    """
    may_plan(actor)
    desk = plans.plan_desk(session, slug, lock=True)
    if desk.rules is None:
        raise NotFound("assessment.test_not_found")
    if seen != fingerprint(desk, desk.rules, desk.current):
        raise Conflict("assessment.plan_moved")
    version = publish_plan(session, actor, desk.rules, bank_version=desk.current, now=now)
    if desk.draft is not None and desk.draft.base_plan_id == (desk.plan and desk.plan.id):
        desk.draft.base_plan_id = version.id  # it was begun from the same plan
        session.flush()
    return version


def carry_faults(session: Session, desk: PlanDesk) -> list[str]:
    """Why the published plan of a test cannot go over the current version of its bank; empty where it can."""
    return [] if desk.rules is None else faults_of(desk.rules, plans.drawable(session, desk.current.id))


def fingerprint(desk: PlanDesk, plan: TestPlan, version: BankVersion) -> str:
    """What publishing would do, in one word: this plan over this bank version, in place of that plan."""
    return content_hash([plan.content_hash(), version.id, desk.plan and desk.plan.id])


def unchanged(draft: PlanDraft, revision: int) -> None:
    """Raises: Conflict("assessment.plan_changed") with `by` where the draft is not that revision any more."""
    if draft.revision != revision:
        raise Conflict("assessment.plan_changed", by=draft.changed_by_name)


def may_plan(actor: Actor) -> None:
    """Raises: NotAllowed("assessment.not_allowed") for who publishes nothing."""
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")


def _draft_of(desk: PlanDesk) -> PlanDraft:
    if desk.draft is None:
        raise Conflict("assessment.plan_gone")
    return desk.draft


def _row(slug: str, bank_id: int, target: int | None, document: Document) -> PlanDraft:
    return PlanDraft(test_slug=slug, bank_id=bank_id, bank_version_id=target, document=document, revision=1)


def _insert(session: Session, actor: Actor, row: PlanDraft, *, now: datetime) -> PlanDraft:
    row.changed_by, row.changed_by_name, row.changed_at = actor.person_id, actor.name, now
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise Conflict("assessment.plan_changed", by="—") from None  # somebody began it in the same moment
    return row
