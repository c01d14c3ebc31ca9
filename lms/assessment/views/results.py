"""What came of an attempt: the result for its person, every step for who verifies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.assessment.messages import STEPS
from lms.assessment.models import AttemptStep, PlanVersion, Result
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import conditions, content, disputes, marking
from lms.assessment.queries.attempts import Item, Opened, Past, Standing
from lms.assessment.rules.asking import decide
from lms.assessment.rules.policy import Start
from lms.assessment.rules.showing import Shown, phase, shown
from lms.assessment.views import routes
from lms.assessment.views.outcomes import as_graded, hints
from lms.assessment.views.presenting import (
    ReviewLine,
    answer_words,
    blocks,
    limited,
    may_reveal,
    module_url,
    review_line,
    section_lines,
    topic_lines,
)
from lms.catalog.models import Enrolment
from lms.catalog.queries import VersionContent
from lms.catalog.queries import content as course_content
from lms.kit.db import fraction
from lms.kit.errors import Conflict
from lms.kit.permissions import Permission
from lms.people.models import Person
from lms.web.context import actor, db, now, settings, today


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
    # The next attempt would follow the plan of now; what is shown of this one, and until when, says its own.
    _test, newest, given = conditions.plan_of(db(), attempt.person_id, attempt.test_id)
    current = content.plan_rules(newest)
    own = [each for each in past if each.attempt.enrolment_id == opened.enrolment.id]
    decision = decide(current, [each.facts for each in own], now(), given)
    rules = content.plan_rules(plan)
    done = may_reveal(past, opened.enrolment.id, current.attempts + given.attempts)
    stands = phase(now(), closed_at=attempt.closed_at, closes=rules.closes, done=done)
    show = shown(rules.review, stands, done=done)
    topics = topic_lines(graded.items, {topic["id"]: topic["title"] for topic in plan.bank_version.topics})
    mark = Fraction(graded.pass_num, graded.pass_den)
    items = reading.items_of(db(), attempt.id)
    standing = reading.standing(reading.steps_of(db(), attempt.id))
    return render_template(
        "assessment/result.html",
        opened=opened,
        result=graded,
        score=fraction(graded.score_num, graded.score_den),
        mark=mark,
        topics=topics,
        sections=section_lines(plan, graded.sections),
        weak=[] if graded.passed else [topic.key for topic in topics if topic.score < mark],
        blocks=blocks(_graded_lines(opened, graded, items, standing, show)) if show.anything and not unfinished else [],
        results=_scores(reading.results_of(db(), attempt.id) if graded.kind == "regrade" else [graded]),
        disputes=disputes.of_attempt(db(), attempt.id),
        may_dispute=disputes.shows_questions(opened, past, current.attempts + given.attempts, now()),
        dispute_length=settings().dispute_length,
        show=show,
        stands=stands,
        closes=rules.closes,
        policy=rules.review is not None,
        unfinished=unfinished,
        own=own,
        decision=decision,
        waits=decision.start in {Start.WAIT, Start.NOT_YET},
        total=len(items),
        is_open=opened.enrolment.ended_at is None,
    )


def _graded_lines(
    opened: Opened, graded: Result, items: Sequence[Item], standing: Standing, show: Shown
) -> list[ReviewLine]:
    return as_graded(_lines(items, standing, opened.enrolment, show), graded, opened.attempt)


def _scores(results: Sequence[Result]) -> list[tuple[Result, Fraction | None]]:
    return [(each, fraction(each.score_num, each.score_den)) for each in results]


def _lines(items: Sequence[Item], standing: Standing, enrolment: Enrolment, show: Shown) -> list[ReviewLine]:
    course = course_content(db(), enrolment.version_id)
    lines = []
    for item in items:
        url, title = _review_link(course, enrolment.code, item.question.review)
        answer = standing.answers.get(item.position)
        lines.append(limited(review_line(item, answer, reveal=show.right, url=url, title=title), show))
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
    if actor().can(Permission.MARK) and marking.is_pending(db(), opened.attempt):
        raise Conflict("assessment.blind")  # who may mark it must not learn whose it is
    marks = marking.named_marks(db(), opened.attempt.id)
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
        results=_scores(results),
        marks=[(mark, name, fraction(mark.grade_num, mark.grade_den)) for mark, name in marks],
        hints=hints(actor(), opened.attempt, found, today()),
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
        until = datetime.fromisoformat(step.payload["to"]) if step.kind == "extend" else None
        key = item.question.key if item else ""
        rows.append({"step": step, "key": key, "words": words, "ours": ours, "until": until})
    return rows


def person_panel(person: Person, **_context: object) -> str | None:
    """Fills `person.panels`: a person's attempts, for who may read their steps."""
    who = actor()
    if not who.can(Permission.READ_ATTEMPTS) or who.person_id == person.id:
        return None
    found: list[Past] = reading.attempts_in_scope(db(), who, person.id, today())
    return render_template("assessment/_person_panel.html", past=found) if found else None
