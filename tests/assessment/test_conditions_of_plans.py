"""Conditions of an attempt, the second half: pages and checks, marks of sections, whole plans, what follows a failure."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import (
    Entry,
    check,
    grant,
    publish_bank,
    publish_plan,
    save,
    submit,
    sweep,
    turn_page,
)
from lms.assessment.models import Attempt, AttemptItem
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.rules.draw import draw
from lms.assessment.rules.plan import FORWARD, NOTHING, REFRESHER, Section
from lms.assessment.rules.showing import Review, Shown
from lms.catalog.models import Enrolment
from lms.kit.audit import AuditEntry, AuditPayload
from lms.kit.errors import Invalid, NotFound
from lms.kit.permissions import SYSTEM
from lms.notify.models import Notification
from tests.assessment.conditions import HOUR, SECTION, begin, refused
from tests.assessment.scene import (
    END,
    MINUTE,
    TAB,
    answer_all,
    bank,
    items_of,
    plan,
    put,
    question,
    raw,
    singles,
)
from tests.conftest import NOW

# --- pages and checks ------------------------------------------------------------------------------------------------


def entry(item, seq, **changes):
    return Entry(item.position, TAB, seq, **({"answer": raw(item)} | changes))


def test_a_page_that_was_left_takes_no_answer_and_one_to_come_neither(cast, session, made):
    scene = made(navigation=FORWARD, per_page=2)
    attempt = begin(session, scene)
    one, two, three, four = items_of(session, attempt)
    who = {"attempt_code": attempt.code, "now": NOW}
    told = save(session, cast.agent.actor, entries=[entry(one, 1), entry(three, 2)], **who).outcomes
    assert [(each.state, each.error) for each in told] == [
        ("saved", ""),
        ("refused", "assessment.answer.page_to_come"),
    ]
    refused("no_such_page", turn_page, session, cast.agent.actor, to=3, **who)
    assert turn_page(session, cast.agent.actor, to=2, **who).positions == range(3, 5)
    assert turn_page(session, cast.agent.actor, to=2, **who).number == 2  # asked twice
    assert turn_page(session, cast.agent.actor, to=1, **who).number == 2  # and not back
    refused("no_such_page", turn_page, session, cast.agent.actor, to=3, **who)
    told = save(
        session,
        cast.agent.actor,
        entries=[entry(one, 1), entry(one, 3, answer=raw(one, right=False)), entry(two, 4, flag=True), entry(four, 5)],
        **who,
    ).outcomes
    assert [(each.state, each.error) for each in told] == [
        ("replay", ""),  # what was stored before is stored, whatever page is open now
        ("refused", "assessment.answer.page_left"),
        ("refused", "assessment.answer.page_left"),
        ("saved", ""),
    ]
    standing = reading.standing(reading.steps_of(session, attempt.id))
    assert standing.answered() == {1, 4}
    assert [step.kind for step in reading.steps_of(session, attempt.id)] == ["page", "answer", "page", "answer"]
    with pytest.raises(NotFound):
        turn_page(session, cast.stranger.actor, to=2, **who)


def test_pages_that_come_back_are_not_steps(cast, session, made):
    scene = made(per_page=2)
    attempt = begin(session, scene)
    refused("no_such_page", turn_page, session, cast.agent.actor, attempt_code=attempt.code, to=2, now=NOW)
    assert reading.steps_of(session, attempt.id) == []


def test_a_page_is_not_turned_after_the_end(cast, session, made):
    scene = made(navigation=FORWARD)
    attempt = begin(session, scene)
    refused("time_over", turn_page, session, cast.agent.actor, attempt_code=attempt.code, to=2, now=END + MINUTE)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    refused("closed", turn_page, session, cast.agent.actor, attempt_code=attempt.code, to=2, now=NOW)


def test_an_answer_that_was_checked_does_not_change(cast, session, made):
    scene = made(review=Review(during=Shown(feedback=True)))
    attempt = begin(session, scene)
    one, two, *_ = items_of(session, attempt)
    who = {"attempt_code": attempt.code, "now": NOW}
    refused("check_unanswered", check, session, cast.agent.actor, position=1, **who)
    put(session, cast, attempt, 1, raw(one, right=False), seq=1)
    check(session, cast.agent.actor, position=1, **who)
    check(session, cast.agent.actor, position=1, **who)
    told = save(
        session, cast.agent.actor, entries=[entry(one, 2), entry(two, 3), entry(one, 4, flag=True)], **who
    ).outcomes
    assert [(each.state, each.error) for each in told] == [
        ("refused", "assessment.answer.checked"),
        ("saved", ""),
        ("saved", ""),
    ]
    with pytest.raises(NotFound):
        check(session, cast.agent.actor, position=5, **who)
    result = submit(session, cast.agent.actor, **who)
    assert (result.score_num, result.score_den) == (1, 4)


def test_nothing_is_checked_where_the_plan_shows_nothing_meanwhile(cast, session, made):
    scene = made(review=Review(after=Shown(marks=True)))
    attempt = begin(session, scene)
    put(session, cast, attempt, 1, ["0"], seq=1)
    refused("check_not_offered", check, session, cast.agent.actor, attempt_code=attempt.code, position=1, now=NOW)


# --- marks of sections -----------------------------------------------------------------------------------------------

CRITICAL = (Section("a", "any", 3, Fraction(1, 2)), Section("b", "any", 1, Fraction(1, 3), Fraction(1)))


def test_invariant_03_the_whole_may_pass_and_a_critical_section_fail(cast, session, made):
    scene = made(*CRITICAL, questions=[*singles(5), *singles(5, "b")])
    attempt = begin(session, scene)
    rows = session.execute(
        select(AttemptItem.section, AttemptItem.points_num, AttemptItem.points_den).where(
            AttemptItem.attempt_id == attempt.id
        )
    ).all()
    assert sorted(map(tuple, rows)) == [(0, 1, 2)] * 3 + [(1, 1, 3)]
    critical = next(item for item in items_of(session, attempt) if item.section == 1)
    for item in items_of(session, attempt):
        put(
            session,
            cast,
            attempt,
            item.position,
            raw(item, right=item is not critical and item.section == 0),
            seq=item.position,
        )
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert Fraction(result.score_num, result.score_den) == Fraction(9, 11) >= Fraction(4, 5)
    assert not result.passed
    assert result.sections == [{"section": 1, "score": "0/1", "mark": "1/1", "passed": False}]
    assert {each["points"] for each in result.items} == {"1/2", "1/3"}


def test_invariant_03_every_critical_section_reached_passes(cast, session, made):
    scene = made(*CRITICAL, questions=[*singles(5), *singles(5, "b")], pass_mark=Fraction(1))
    attempt = begin(session, scene)
    answer_all(session, cast, attempt)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert (result.passed, result.sections) == (
        True,
        [{"section": 1, "score": "1/1", "mark": "1/1", "passed": True}],
    )


# --- whole plans over a bank -----------------------------------------------------------------------------------------


def scenario(key, size):
    """Questions of one scenario as a loader gives them."""
    return [
        replace(
            question(f"{key}-{place}", topic="c", difficulty="hard"),
            scenario=key,
            scenario_stem="Un caso",
            scenario_place=place,
        )
        for place in range(1, size + 1)
    ]


def test_a_whole_plan_is_published_drawn_stored_and_comes_out_again(made, session):
    questions = [*singles(6), *scenario("e1", 2), *scenario("e2", 3), *scenario("e3", 2), *scenario("e4", 3)]
    sections = (Section("a", "easy", 2), Section("c", "hard", 5, scenarios=True))
    scene = made(*sections, questions=questions, fixed=("a-easy-00003",), per_page=2)
    attempt = begin(session, scene)
    assert attempt.algorithm == "umbral-2"
    items = items_of(session, attempt)
    assert len(items) == attempt.plan.questions == 8
    assert [item.section for item in items if item.question.key == "a-easy-00003"] == [None]
    keys = [item.question.key for item in items if item.scenario]
    assert len(keys) == 5
    assert {key.split("-")[0] for key in keys} in ({"e1", "e2"}, {"e1", "e4"}, {"e2", "e3"}, {"e3", "e4"})

    rules = content.plan_rules(attempt.plan, "banco")
    seen = {int(number): order for number, order in attempt.seen.items()}
    again = draw(rules, content.candidates(session, attempt.bank_version_id), seen, attempt.seed, attempt.algorithm)
    assert [each.version_id for each in again] == [item.version_id for item in items]
    assert [each.option_order for each in again] == [item.order for item in items]


def test_a_bank_emptied_under_a_plan_leaves_attempts_alone_and_is_refused_with_numbers(cast, session, made):
    scene = made()
    attempt = begin(session, scene)
    with pytest.raises(Invalid, match="plan_impossible") as caught, session.begin_nested():
        publish_bank(session, SYSTEM, bank(singles(3), plan(SECTION)), now=NOW)
    assert "pide 4 y hay 3; faltan 1" in caught.value.params["detail"]
    # Without a plan the bank alone is published: attempts, those under way and those to come, stay with the plan's own.
    retired = [replace(each, status="retired", content_hash=f"r-{each.key}") for each in singles(12)]
    publish_bank(session, SYSTEM, bank(retired, None), now=NOW)
    answer_all(session, cast, attempt, wrong=4)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert begin(session, scene).bank_version_id == attempt.bank_version_id
    current = session.get_one(type(scene.bank_version), session.scalar(select(func.max(type(scene.bank_version).id))))
    with pytest.raises(Invalid) as caught:
        publish_plan(session, SYSTEM, replace(plan(SECTION), id="banco"), bank_version=current, now=NOW)
    assert "pide 4 y hay 0" in caught.value.params["detail"]


def test_publishing_says_how_many_attempts_find_unseen_questions(made, session):
    made()
    told = session.scalars(
        select(AuditPayload.payload)
        .join(AuditEntry, AuditEntry.id == AuditPayload.entry_id)
        .where(AuditEntry.action == "plan.publish")
    ).one()
    assert told["after"]["unseen_attempts"] == 3


# --- what follows a failure ------------------------------------------------------------------------------------------


def fail(session, cast, scene, times, now=NOW):
    for _ in range(times):
        attempt = begin(session, scene, now=now)
        submit(session, cast.agent.actor, attempt_code=attempt.code, now=now)
    return attempt


def notices(session):
    return session.scalars(select(Notification).where(Notification.kind == "test.failed")).all()


def test_the_coordinator_is_told_of_the_last_failed_attempt_once(cast, session, made):
    scene = made(attempts=2)
    fail(session, cast, scene, 1)
    assert notices(session) == []
    attempt = fail(session, cast, scene, 1)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert sweep(session, now=END + HOUR) == 0
    (notice,) = notices(session)
    assert notice.person_id == cast.coordinator.id
    assert notice.params["attempts"] == 2
    assert session.scalars(select(Enrolment).where(Enrolment.person_id == cast.agent.id)).one().ended_at is None


def test_an_attempt_that_runs_out_of_time_is_a_failure_too(cast, session, made):
    scene = made(attempts=1, after_failure=REFRESHER)
    begin(session, scene)
    assert sweep(session, now=END + HOUR) == 1
    assert sweep(session, now=END + HOUR) == 0
    assert len(notices(session)) == 1
    old, new = session.scalars(
        select(Enrolment).where(Enrolment.person_id == cast.agent.id).order_by(Enrolment.id)
    ).all()
    assert (old.ended_at, new.training_type, new.ended_at) == (END + HOUR, "refresher", None)
    assert notices(session)[0].params["refresher"] is True


def test_extra_attempts_come_before_what_follows(cast, session, made):
    scene = made(attempts=1)
    grant(
        session,
        cast.trainer.actor,
        person_code=cast.agent.code,
        test_slug="banco",
        time=Fraction(1),
        attempts=1,
        reason="x",
        now=NOW,
    )
    fail(session, cast, scene, 1)
    assert notices(session) == []
    fail(session, cast, scene, 1)
    assert len(notices(session)) == 1


def test_nothing_follows_where_the_plan_says_so_nor_after_a_pass(cast, session, made):
    scene = made(attempts=1, after_failure=NOTHING)
    fail(session, cast, scene, 1)
    assert notices(session) == []


def test_a_pass_in_the_last_attempt_tells_nobody(cast, session, made):
    scene = made(attempts=1)
    attempt = begin(session, scene)
    answer_all(session, cast, attempt)
    assert submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW).passed
    assert notices(session) == []
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1
