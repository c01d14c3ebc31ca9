"""Publishing the files of a bank where others change it too: what they changed is joined or told, never overwritten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands.publishing import publish_bank
from lms.assessment.formats.bank import LoadedBank, LoadedQuestion, Topic
from lms.assessment.models import Bank, BankVersion, PlanVersion, Test
from lms.assessment.queries import bank_content, content
from lms.assessment.rules.joining import Diverged, base_of, case_unit, diverged, units_of
from lms.assessment.rules.plan import TestPlan
from lms.assessment.rules.versions import FILES
from lms.assessment.rules.versions import MERGE as MERGE_OF_BOTH
from lms.kit import audit
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.files import FileStore
from lms.kit.permissions import Actor, Permission

PLAIN, MERGE, REPLACE = "plain", "merge", "replace"
PLAN = "plan.yaml"
TITLE, COURSE, ORDER = "título", "curso", "orden de los temas"
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Joined:
    """What was published, and how the files and the bank differed before. `kept`: the files had nothing new."""

    version: BankVersion
    difference: Diverged
    kept: bool


def publish_files(
    session: Session,
    actor: Actor,
    loaded: LoadedBank,
    *,
    now: datetime,
    files: FileStore | None = None,
    mode: str = PLAIN,
    reason: str = "",
) -> Joined:
    """Publish a bank from its files, held against what was published since they were taken (`loaded.base`).

    `PLAIN` refuses where that would undo anything; files that have nothing new leave the bank as it is. `MERGE` takes what
    changed on one side only from that side, and refuses what changed on both. `REPLACE` publishes the files all the
    same, with a `reason` that the audit keeps.
    Raises: Conflict("assessment.bank_diverged") with `files`, `published`, `both`; Conflict("assessment.bank_conflict");
    Invalid("assessment.reason_missing"); and what `publish_bank` raises.
    """
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")
    if mode == REPLACE and not 0 < len(reason.strip()) <= MAX_REASON:
        raise Invalid("assessment.reason_missing")
    bank = session.scalar(select(Bank).where(Bank.slug == loaded.id).with_for_update())
    if bank is None or bank.current_version_id is None:
        nothing = Diverged((), (), ())
        return Joined(publish_bank(session, actor, loaded, now=now, files=files), nothing, kept=False)
    if mode == PLAIN and _is_current(session, bank, loaded):
        return Joined(publish_bank(session, actor, loaded, now=now, files=files), Diverged((), (), ()), kept=False)
    published, there = bank_content.current(session, loaded.id)
    sides = _sides(session, bank, loaded, published, there.plan)
    if mode == REPLACE:
        return _replaced(session, actor, loaded, sides, reason=reason, now=now, files=files)
    if sides.both and mode == MERGE:
        raise Conflict("assessment.bank_conflict", bank=bank.slug, **_listed(sides))
    if sides.loses and sides.news and mode == PLAIN:
        raise Conflict("assessment.bank_diverged", bank=bank.slug, **_listed(sides))
    current = session.get_one(BankVersion, bank.current_version_id)
    if sides.loses and not sides.news:
        return Joined(current, sides, kept=True)
    whole, origin = (merged(loaded, published, sides), MERGE_OF_BOTH) if sides.loses else (loaded, FILES)
    return Joined(publish_bank(session, actor, whole, now=now, files=files, origin=origin), sides, kept=False)


def _is_current(session: Session, bank: Bank, loaded: LoadedBank) -> bool:
    """Whether the files say what is published: what every publication of unchanged content finds."""
    if bank_content.hash_of(loaded) != session.get_one(BankVersion, bank.current_version_id).content_hash:
        return False
    test = content.test_plan(session, loaded.id)
    return loaded.plan is None or (test is not None and test[1].content_hash == _plan_hash(loaded.plan, loaded.id))


def _listed(sides: Diverged) -> dict[str, str]:
    def some(names: tuple[str, ...]) -> str:
        return ", ".join(names[:20]) + (f" (+{len(names) - 20})" if len(names) > 20 else "") if names else "—"

    return {"files": some(sides.files), "published": some(sides.published), "both": some(sides.both)}


def _replaced(
    session: Session,
    actor: Actor,
    loaded: LoadedBank,
    sides: Diverged,
    *,
    reason: str,
    now: datetime,
    files: FileStore | None,
) -> Joined:
    version = publish_bank(session, actor, loaded, now=now, files=files)
    undone = {"published": list(sides.published), "both": list(sides.both)}
    after = {"version": version.number, "reason": reason.strip()}
    audit.record(
        session, actor, action="bank.replace", subject=("bank", loaded.id), before=undone, after=after, now=now
    )
    return Joined(version, sides, kept=False)


def _sides(session: Session, bank: Bank, loaded: LoadedBank, published: LoadedBank, plan: str) -> Diverged:
    """How the files differ from what is published, held against what both were once."""
    versions = session.scalars(select(BankVersion).where(BankVersion.bank_id == bank.id).order_by(BankVersion.number))
    history = list(versions)
    places = {each.content_hash: at for at, each in enumerate(history)}
    current = next(at for at, each in enumerate(history) if each.id == bank.current_version_id)
    start = places.get(loaded.base.version) if loaded.base else None
    at = base_of([each.origin for each in history], start, current)
    was = {} if at is None else _version_units(session, history[at])
    here, there = _units(loaded), _units(published)
    for name in (TITLE, COURSE, ORDER):
        # Not kept of every version: where it is not known, it is taken to be as it is published.
        was.setdefault(name, there.get(name, ""))
    return diverged(
        {**was, PLAN: _plan_base(session, loaded, plan)},
        {**here, PLAN: _plan_hash(loaded.plan, loaded.id) if loaded.plan else plan},
        {**there, PLAN: plan},
    )


def _units(bank: LoadedBank) -> dict[str, str]:
    others = {TITLE: bank.title, COURSE: bank.course, ORDER: "\n".join(topic.id for topic in bank.topics)}
    others |= {_topic(topic.id): topic.title for topic in bank.topics}
    return units_of(((each.key, each.scenario, each.content_hash) for each in bank.questions), others)


def _version_units(session: Session, version: BankVersion) -> dict[str, str]:
    topics = bank_content.topics_in(version)
    others = {ORDER: "\n".join(topic.id for topic in topics)} | {_topic(topic.id): topic.title for topic in topics}
    if version.course is not None:
        others[COURSE] = version.course
    if version.title:
        others[TITLE] = version.title
    questions = bank_content.questions_in(session, version.id)
    return units_of(((each.key, each.scenario, each.content_hash) for each in questions), others)


def _topic(key: str) -> str:
    return f"tema {key}"


def _plan_hash(plan: TestPlan, slug: str) -> str:
    return replace(plan, id=slug).content_hash()


def _plan_base(session: Session, loaded: LoadedBank, current: str) -> str:
    """The hash of the plan that the one of the files is held against: as `base_of`, over the versions of the plan."""
    query = select(PlanVersion.content_hash, PlanVersion.origin).join(Test, Test.id == PlanVersion.test_id)
    rows = session.execute(query.where(Test.slug == loaded.id).order_by(PlanVersion.id)).all()
    hashes = [row[0] for row in rows]
    said = loaded.base.plan if loaded.base else ""
    if not current or (said and said not in hashes):
        return current
    last = len(hashes) - 1 - hashes[::-1].index(current)
    start = len(hashes) - 1 - hashes[::-1].index(said) if said else None
    at = base_of([row[1] for row in rows], start, last)
    return "" if at is None else hashes[at]


def merged(loaded: LoadedBank, published: LoadedBank, sides: Diverged) -> LoadedBank:
    """The bank with what changed in the files from these, and what changed only in what is published from there.

    Raises: Conflict("assessment.bank_conflict") where one question would stand in two places.
    """
    theirs = frozenset(sides.published)
    questions: dict[str, LoadedQuestion] = {}
    kept = [each for each in loaded.questions if _unit(each) not in theirs]
    for question in (*kept, *(each for each in published.questions if _unit(each) in theirs)):
        if question.key in questions:
            raise Conflict("assessment.bank_conflict", bank=loaded.id, files="—", published="—", both=question.key)
        questions[question.key] = question
    here, there = ({topic.id: topic for topic in bank.topics} for bank in (loaded, published))
    used = {question.topic for question in questions.values()}
    order = [*there, *here] if ORDER in theirs else [*here, *there]
    topics: list[Topic] = []
    for key in dict.fromkeys(order):
        topic = there.get(key) if _topic(key) in theirs else here.get(key)
        topic = topic or (here.get(key) or there[key] if key in used else None)
        topics += [topic] if topic is not None else []
    return replace(
        loaded,
        title=published.title if TITLE in theirs else loaded.title,
        course=published.course if COURSE in theirs else loaded.course,
        topics=tuple(topics),
        questions=tuple(questions[key] for key in sorted(questions)),
        plan=published.plan if PLAN in theirs else loaded.plan,
    )


def _unit(question: LoadedQuestion) -> str:
    return case_unit(question.scenario) if question.scenario else question.key
