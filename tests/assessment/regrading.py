"""What the tests of regrades and marks start from: attempts that were handed in, and what a regrade is asked with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands import Entry, save, submit
from lms.assessment.commands import regrading as commands
from lms.assessment.models import Attempt, Bank, Regrade, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import regrading
from lms.assessment.rules.canonical import content_hash
from lms.assessment.rules.plan import Section
from lms.assessment.rules.regrade import Change, RegradeKind
from lms.catalog import commands as catalog
from lms.kit.db import Database
from tests.assessment.scene import Scene, items_of, make_scene, plan, question, raw, singles
from tests.cast import Cast, Member
from tests.conftest import NOW

VOID_DROP, VOID_FULL = Change(RegradeKind.VOID_DROP), Change(RegradeKind.VOID_FULL)
WHY = "La clave estaba mal."
LATER = NOW + timedelta(days=2)
WRITTEN = "La causa fue la línea."


def five_questions(session: Session, cast: Cast, **changes: Any) -> Scene:
    """Five questions of one point, four of which pass; every attempt draws all of them."""
    return make_scene(session, cast, NOW, singles(5), plan(Section("a", "any", 5), attempts=9, **changes))


def with_open(session: Session, cast: Cast, *, reviewers: int = 1, opens: int = 1) -> Scene:
    """Four closed questions and one open (or more), of one point each."""
    made = [question(f"open-{number}", "open", topic="b") for number in range(opens)]
    body = {**made[0].body, "reviewers": reviewers}
    # Questions are kept in the process by the hash of their content: another body needs another hash.
    made = [
        replace(each, body={**body, "stem": each.stem}, content_hash=content_hash([each.key, body])) for each in made
    ]
    sections = (Section("a", "any", 4), Section("b", "any", opens))
    return make_scene(session, cast, NOW, [*singles(4), *made], plan(*sections, attempts=9))


def sit(
    session: Session,
    scene: Scene,
    wrong: Mapping[str, int] | set[str] = frozenset(),  # type: ignore[assignment]  # keys answered wrong
    *,
    member: Member | None = None,
    written: str | None = WRITTEN,
    now: datetime = NOW,
    empty: frozenset[str] = frozenset(),
) -> Attempt:
    """An attempt of the agent's (or another's) from start to end: everything right but the questions with these keys."""
    who = member or scene.cast.agent
    attempt = scene.start(session, who, now=now)
    entries = []
    for item in items_of(session, attempt):
        if item.question.key in empty:
            continue
        by_person = item.question.kind.by_person
        answer = ([written] if written else []) if by_person else raw(item, right=item.question.key not in wrong)
        entries.append(Entry(item.position, "tab-one-1", item.position, answer))
    save(session, who.actor, attempt_code=attempt.code, entries=entries, now=now)
    submit(session, who.actor, attempt_code=attempt.code, now=now + timedelta(minutes=1))
    return attempt


def finish_modules(session: Session, scene: Scene) -> None:
    """The agent's course lacks nothing but the test."""
    catalog.finish_module(session, scene.cast.agent.actor, scene.enrolment.code, "m1", NOW)


def results(session: Session, attempt: Attempt) -> list[Result]:
    session.expire_all()
    return list(reading.results_of(session, attempt.id))


def scores(session: Session, attempt: Attempt) -> list[str]:
    """Every score of an attempt, the original first."""
    return [f"{each.score_num}/{each.score_den}" for each in results(session, attempt)]


def versions_of(session: Session, key: str) -> list[int]:
    _, asked = regrading.question_of(session, "banco", key)
    return [each.id for each in regrading.drawn_versions(session, asked.id)]


def seen(session: Session, key: str, change: Change) -> str:
    bank = session.scalars(select(Bank)).one()
    return commands.preview(session, bank, change, versions_of(session, key)).seen


def apply(session: Session, cast: Cast, key: str, change: Change, *, now: datetime = LATER, **more: Any) -> Regrade:
    """A regrade by the author, as previewed."""
    facts: dict[str, Any] = {
        "versions": versions_of(session, key),
        "seen": seen(session, key, change) if "seen" not in more else "",
        "reason": WHY,
        "now": now,
    }
    return commands.regrade(session, cast.author.actor, slug="banco", key=key, change=change, **(facts | more))


def in_transaction(database: Database, cast: Cast) -> Scene:
    with database.writing() as session:
        return five_questions(session, cast)
