"""What came of an attempt: the result for its person, every step for who verifies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.assessment.messages import STEPS
from lms.assessment.models import AttemptStep, PlanVersion, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.queries.attempts import Item, Past, Standing
from lms.assessment.rules import policy
from lms.assessment.rules.policy import Start
from lms.assessment.views import routes
from lms.assessment.views.presenting import (
    ReviewLine,
    answer_words,
    blocks,
    may_reveal,
    module_url,
    review_line,
    topic_lines,
)
from lms.catalog.models import Enrolment
from lms.catalog.queries import VersionContent
from lms.catalog.queries import content as course_content
from lms.kit.db import fraction
from lms.kit.errors import Conflict
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.web.context import actor, db, now, today


@routes.page("/intento/<code>/resultado", allow=Permission.LEARN)
def result(code: str) -> ResponseReturnValue:
    """Score, topics, and what to read again. Right answers only when the same questions cannot come any more."""
    opened = reading.own_attempt(db(), actor(), code)
    attempt, plan = opened.attempt, opened.attempt.plan
    if attempt.closed_at is None:
        return redirect(url_for("assessment.attempt", code=code), code=303)
    past = reading.history(db(), attempt.person_id, attempt.test_id)
    graded = next(each for each in past if each.attempt.id == attempt.id).result
    if graded is None:
        return render_template("assessment/pending.html", opened=opened)
    unfinished = any(each.attempt.closed_at is None for each in past)
    allowed = content.attempts_allowed(db(), attempt.test_id)  # of the plan of now, which the next attempt would follow
    reveal = may_reveal(past, opened.enrolment.id, allowed)
    own = [each for each in past if each.attempt.enrolment_id == opened.enrolment.id]
    decision = policy.may_start(
        [each.facts for each in own], now(), attempts=allowed, delay=timedelta(hours=plan.delay_hours)
    )
    items = reading.items_of(db(), attempt.id)
    standing = reading.standing(reading.steps_of(db(), attempt.id))
    return render_template(
        "assessment/result.html",
        opened=opened,
        result=graded,
        score=fraction(graded.score_num, graded.score_den),
        mark=fraction(graded.pass_num, graded.pass_den),
        topics=topic_lines(graded.items, {topic["id"]: topic["title"] for topic in plan.bank_version.topics}),
        blocks=[] if unfinished else blocks(_lines(items, standing, opened.enrolment, reveal)),
        reveal=reveal,
        unfinished=unfinished,
        own=own,
        decision=decision,
        waits=decision.start is Start.WAIT,
        total=len(items),
        is_open=opened.enrolment.ended_at is None,
    )


def _lines(items: Sequence[Item], standing: Standing, enrolment: Enrolment, reveal: bool) -> list[ReviewLine]:
    course = course_content(db(), enrolment.version_id)
    lines = []
    for item in items:
        url, title = _review_link(course, enrolment.code, item.question.review)
        answer = standing.answers.get(item.position)
        lines.append(review_line(item, answer, reveal=reveal, url=url, title=title))
    return lines


def _review_link(course: VersionContent, enrolment_code: str, review: str) -> tuple[str, str]:
    """The address and the title of the section to read again; ("", "") where this version of the course lacks it."""
    key, _, anchor = review.partition("#")
    module = course.module(key)
    if module is None:
        return "", ""
    heading = module.heading(anchor)
    address = module_url(enrolment_code, key, anchor if heading else "")
    return address, heading.title if heading else module.title


@routes.page("/intento/<code>/pasos", allow=Permission.READ_ATTEMPTS)
def steps(code: str) -> ResponseReturnValue:
    """Every step of a closed attempt in the server's order, with what was drawn and how it was graded."""
    opened, person = reading.attempt_for(db(), actor(), code, Permission.READ_ATTEMPTS, today())
    if opened.attempt.closed_at is None:
        raise Conflict("assessment.still_open")
    if person.id == actor().person_id:
        raise Conflict("assessment.own_steps")
    items = reading.items_of(db(), opened.attempt.id)
    found = reading.steps_of(db(), opened.attempt.id)
    results = reading.results_of(db(), opened.attempt.id)
    return render_template(
        "assessment/steps.html",
        opened=opened,
        person=person,
        facts=_facts(opened.attempt.seed, person),
        bank_version=opened.attempt.plan.bank_version,
        kinds=STEPS,
        items=[(item, _grade_of(results[-1], item.position) if results else None) for item in items],
        rows=_step_rows(found, items),
        results=[(each, fraction(each.score_num, each.score_den)) for each in results],
        mark=_mark(results, opened.attempt.plan),
    )


def _facts(seed: bytes, person: Person) -> dict[str, str]:
    # The hash commits to the seed without showing it: who holds the database can draw again and compare.
    return {"seed_hash": hashlib.sha256(seed).hexdigest(), "person": person.name}


def _mark(results: Sequence[Result], plan: PlanVersion) -> Fraction | None:
    """The pass mark then in force; before there is a result, that of the plan."""
    at = results[-1] if results else plan
    return fraction(at.pass_num, at.pass_den)


def _grade_of(result: Result, position: int) -> Fraction | None:
    return next((Fraction(item["fraction"]) for item in result.items if item["position"] == position), None)


def _step_rows(found: Sequence[AttemptStep], items: Sequence[Item]) -> list[dict[str, Any]]:
    """Steps for the table: `words` says the answer in words, which are `ours` where the question has none of its own."""
    by_position = {item.position: item for item in items}
    rows = []
    for step in found:
        item = by_position.get(step.position or 0)
        words = answer_words(item.question, step.payload["answer"]) if item and step.kind == "answer" else ""
        ours = item is not None and item.question.kind.ours
        rows.append({"step": step, "key": item.question.key if item else "", "words": words, "ours": ours})
    return rows


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`: a person's attempts, for who may read their steps."""
    who = actor()
    if not who.can(Permission.READ_ATTEMPTS) or who.person_id == person.id:
        return None
    found: list[Past] = reading.attempts_in_scope(db(), who, person.id, today())
    return render_template("assessment/_person_panel.html", past=found) if found else None
