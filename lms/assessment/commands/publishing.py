"""Publishing banks and plans: immutable versions named by the hash of what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lms.assessment.commands.media import keep_media
from lms.assessment.commands.texts import keep_texts
from lms.assessment.formats.bank import LoadedBank, LoadedQuestion
from lms.assessment.formats.plan_words import contradictions, describe, describe_fixed
from lms.assessment.models import Bank, BankVersion, BankVersionQuestion, PlanVersion, Question, QuestionVersion, Test
from lms.assessment.queries import bank_content, content
from lms.assessment.rules.filling import feasibility, fixed_faults, unseen_attempts
from lms.assessment.rules.plan import Candidate, TestPlan
from lms.assessment.rules.versions import BROWSER, FILES
from lms.kit import audit
from lms.kit.errors import Invalid, NotAllowed
from lms.kit.files import FileStore
from lms.kit.permissions import Actor, Permission


def publish_bank(
    session: Session,
    actor: Actor,
    loaded: LoadedBank,
    *,
    now: datetime,
    files: FileStore | None = None,
    origin: str = FILES,
) -> BankVersion:
    """Publish a bank, and its plan where it has one; what did not change makes no new version.

    A question keeps its identity by its key; a version of it is made only where its content is new. The caller has
    checked the report of the loader. `files` keeps what questions show; a bank without pictures needs none. `origin` says
    where the content was written (`rules.versions`); files are held against what others changed by `publish_files`.
    Raises: NotAllowed("assessment.not_allowed"); Invalid("assessment.bank_empty"), ("assessment.plan_unnamed"),
    ("assessment.plan_impossible") with `detail`.
    """
    _may_publish(actor)
    if not loaded.questions:
        raise Invalid("assessment.bank_empty")
    if not loaded.id:
        raise Invalid("assessment.plan_unnamed")
    bank = session.scalar(select(Bank).where(Bank.slug == loaded.id).with_for_update())
    if bank is None:
        bank = Bank(slug=loaded.id, title=loaded.title)
        session.add(bank)
        session.flush()
    keep_media(session, actor, bank, loaded.media, files, now=now)
    version = _version_of(session, actor, bank, loaded, origin=origin, now=now)
    if bank.current_version_id != version.id:
        before = bank.current_version_id
        bank.current_version_id, bank.title = version.id, loaded.title
        audit.record(
            session,
            actor,
            action="bank.publish",
            subject=("bank", bank.slug),
            before={"version": before and session.get_one(BankVersion, before).number},
            after={"version": version.number, "content_hash": version.content_hash, "questions": len(loaded.questions)},
            now=now,
        )
    if loaded.plan is not None:
        # A course names its test by the id of the bank (docs/content-format.md), whatever the plan calls itself.
        named = replace(loaded.plan, id=loaded.id)
        publish_plan(session, actor, named, bank_version=version, now=now, origin=origin)
    session.flush()
    return version


def _version_of(
    session: Session, actor: Actor, bank: Bank, loaded: LoadedBank, *, origin: str, now: datetime
) -> BankVersion:
    """The version with this content: the one published before, or a new one."""
    digest = bank_content.hash_of(loaded)
    known = session.scalar(
        select(BankVersion).where(BankVersion.bank_id == bank.id, BankVersion.content_hash == digest)
    )
    if known is not None:
        return known
    last = session.scalar(select(func.max(BankVersion.number)).where(BankVersion.bank_id == bank.id)) or 0
    version = BankVersion(
        bank_id=bank.id,
        number=last + 1,
        content_hash=digest,
        published_at=now,
        published_by=actor.person_id,
        topics=[{"id": topic.id, "title": topic.title} for topic in loaded.topics],
        title=loaded.title,
        course=loaded.course,
        origin=origin,
    )
    session.add(version)
    session.flush()
    content.mark_fresh(session, version.id)
    versions = _question_versions(session, bank, loaded.questions)
    session.execute(
        insert(BankVersionQuestion),
        [{"bank_version_id": version.id, "question_version_id": each} for each in versions],
    )
    keep_texts(session, version.id)
    return version


def _question_versions(session: Session, bank: Bank, questions: Sequence[LoadedQuestion]) -> list[int]:
    """The ids of the version of each question, made where the content is new."""
    by_key = {row.key: row.id for row in session.scalars(select(Question).where(Question.bank_id == bank.id))}
    new = [Question(bank_id=bank.id, key=each.key) for each in questions if each.key not in by_key]
    session.add_all(new)
    session.flush()
    by_key |= {row.key: row.id for row in new}
    known = {
        (row[0], row[1]): row[2]
        for row in session.execute(
            select(QuestionVersion.question_id, QuestionVersion.content_hash, QuestionVersion.id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(Question.bank_id == bank.id)
        )
    }
    made = [_row(each, by_key[each.key]) for each in questions if (by_key[each.key], each.content_hash) not in known]
    session.add_all(made)
    session.flush()
    known |= {(row.question_id, row.content_hash): row.id for row in made}
    return [known[by_key[each.key], each.content_hash] for each in questions]


def _row(loaded: LoadedQuestion, question_id: int) -> QuestionVersion:
    return QuestionVersion(
        question_id=question_id,
        content_hash=loaded.content_hash,
        type=loaded.type,
        topic=loaded.topic,
        difficulty=loaded.difficulty,
        pool=loaded.pool,
        exclusive=loaded.exclusive or "",
        review=loaded.review,
        stem=loaded.stem,
        explanation=loaded.explanation,
        body=loaded.body,
        title=loaded.title,
        tags=list(loaded.tags),
        status=loaded.status,
        scenario=loaded.scenario,
        scenario_stem=loaded.scenario_stem,
        scenario_place=loaded.scenario_place,
    )


def publish_plan(
    session: Session,
    actor: Actor,
    plan: TestPlan,
    *,
    bank_version: BankVersion,
    now: datetime,
    origin: str = BROWSER,
) -> PlanVersion:
    """Make `plan` over `bank_version` what new attempts of its test follow; unchanged, it is the version there was.

    `origin` says where it was written: in the browser, unless it comes with the files of its bank.

    Raises: NotAllowed("assessment.not_allowed"); Invalid("assessment.plan_unnamed"); Invalid(
    "assessment.plan_impossible") with `detail` where it contradicts itself or the bank cannot fill it: then nothing is
    published. How many attempts find only unseen questions stands in the audit row; fewer than the plan gives is no fault.
    """
    _may_publish(actor)
    if not plan.id or not plan.sections:
        raise Invalid("assessment.plan_unnamed")
    offered = content.candidates(session, bank_version.id)
    faults = faults_of(plan, offered)
    if faults:
        raise Invalid("assessment.plan_impossible", detail="; ".join(faults))
    test = session.scalar(select(Test).where(Test.slug == plan.id).with_for_update())
    if test is None:
        test = Test(slug=plan.id, title=plan.title)
        session.add(test)
        session.flush()
    version = _plan_version(session, actor, test=test, plan=plan, bank_version=bank_version, origin=origin, now=now)
    if test.current_plan_id != version.id:
        before = test.current_plan_id
        test.current_plan_id, test.title = version.id, plan.title
        audit.record(
            session,
            actor,
            action="plan.publish",
            subject=("test", test.slug),
            before={"plan": before and session.get_one(PlanVersion, before).content_hash},
            after={
                "plan": version.content_hash,
                "bank_version": bank_version.number,
                "pass_mark": plan.pass_mark,
                "unseen_attempts": unseen_attempts(plan, offered),
            },
            now=now,
        )
        session.flush()
    return version


def faults_of(plan: TestPlan, candidates: Sequence[Candidate]) -> list[str]:
    """Why nobody could take a test by `plan` with these questions, in an author's words; empty where everybody could."""
    return [
        *(fault.message for fault in contradictions(plan)),
        *(describe_fixed(fault) for fault in fixed_faults(plan, candidates)),
        *(describe(lack) for lack in feasibility(plan, candidates)),
    ]


def _plan_version(
    session: Session,
    actor: Actor,
    *,
    test: Test,
    plan: TestPlan,
    bank_version: BankVersion,
    origin: str,
    now: datetime,
) -> PlanVersion:
    digest = plan.content_hash()
    known = session.scalar(
        select(PlanVersion).where(
            PlanVersion.test_id == test.id,
            PlanVersion.content_hash == digest,
            PlanVersion.bank_version_id == bank_version.id,
        )
    )
    if known is not None:
        return known
    same = select(PlanVersion.origin).where(PlanVersion.test_id == test.id, PlanVersion.content_hash == digest)
    version = PlanVersion(
        test_id=test.id,
        bank_version_id=bank_version.id,
        content_hash=digest,
        title=plan.title,
        sections=plan.as_dict()["sections"],
        questions=plan.size,
        pass_num=plan.pass_mark.numerator,
        pass_den=plan.pass_mark.denominator,
        minutes=plan.minutes,
        attempts=plan.attempts,
        delay_hours=plan.delay_hours,
        rules=plan.rules(),
        # Over another version of the bank it is still the plan that was written then.
        origin=session.scalar(same.order_by(PlanVersion.id.desc()).limit(1)) or origin,
        published_at=now,
        published_by=actor.person_id,
    )
    session.add(version)
    session.flush()
    return version


def _may_publish(actor: Actor) -> None:
    if not actor.can(Permission.PUBLISH):
        raise NotAllowed("assessment.not_allowed")
