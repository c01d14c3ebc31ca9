"""Starting, saving, handing in and sweeping, on both databases; the invariants that stand in the way."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from lms.assessment import jobs
from lms.assessment.commands import Entry, flag, save, save_series, start, submit, sweep
from lms.assessment.models import Attempt, AttemptItem, AttemptStep, PlanVersion, Question, QuestionVersion
from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.rules.draw import draw
from lms.assessment.rules.plan import Section
from lms.catalog.models import Enrolment
from lms.catalog.queries import part_states
from lms.kit.db import fraction
from lms.kit.errors import Conflict, Invalid, NotFound
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import (
    END,
    MINUTE,
    TAB,
    answer_all,
    answers,
    items_of,
    make_scene,
    plan,
    put,
    question,
    raw,
    singles,
)
from tests.conftest import NOW

# --- starting


def test_a_start_stores_the_draw_and_the_facts_of_the_day(cast, scene, session):
    attempt = scene.start(session)
    assert (attempt.number, attempt.deadline_at, attempt.closed_at) == (1, END, None)
    assert (attempt.site_id, attempt.programme_id, attempt.job_id) == (cast.site_id, cast.programme_id, cast.job_id)
    assert len(attempt.seed) == 32
    assert attempt.bank_version_id == scene.bank_version.id
    assert [item.position for item in items_of(session, attempt)] == [1, 2, 3, 4, 5]
    assert part_states(session, [scene.enrolment.id])[scene.enrolment.id]["test"] == "in_progress"


def test_a_second_start_gives_the_open_attempt(cast, scene, session):
    first = scene.start(session)
    assert scene.start(session, now=NOW + 5 * MINUTE).id == first.id
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_nobody_starts_for_somebody_else(cast, scene, session):
    for member in (cast.stranger, cast.trainer, cast.hr, cast.auditor, cast.coordinator, cast.author):
        with pytest.raises(NotFound):
            start(session, member.actor, enrolment_code=scene.enrolment.code, now=NOW)
    with pytest.raises(NotFound):
        start(session, SYSTEM, enrolment_code=scene.enrolment.code, now=NOW)


def test_the_policy_of_attempts(cast, scene, session):
    for number in (1, 2, 3):
        attempt = scene.start(session, now=NOW + number * MINUTE)
        assert attempt.number == number
        submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + number * MINUTE)
    with pytest.raises(Conflict) as refused:
        scene.start(session, now=NOW + timedelta(days=300))
    assert refused.value.key == "assessment.none_left"


def test_the_delay_counts_from_the_end_of_the_attempt(cast, session):
    scene = make_scene(session, cast, NOW, singles(3), plan(Section("a", "any", 1), delay_hours=24))
    attempt = scene.start(session)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + MINUTE)
    with pytest.raises(Conflict) as refused:
        scene.start(session, now=NOW + timedelta(hours=24))
    assert refused.value.key == "assessment.wait"
    assert scene.start(session, now=NOW + timedelta(hours=24) + MINUTE).number == 2


def test_whoever_passed_does_not_start_again(cast, scene, session):
    attempt = scene.start(session)
    answer_all(session, cast, attempt)
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    # The course has no other condition than module and test: end it here, so that "passed" is what refuses.
    session.get_one(Enrolment, scene.enrolment.id).ended_at = None
    with pytest.raises(Conflict) as refused:
        scene.start(session, now=NOW + MINUTE)
    assert refused.value.key == "assessment.passed_already"


def test_an_ended_enrolment_starts_nothing_but_keeps_what_is_open(cast, scene, session):
    attempt = scene.start(session)
    enrolment = session.get_one(Enrolment, scene.enrolment.id)
    enrolment.ended_at, enrolment.withdrawn_reason = NOW, "se fue"
    session.flush()
    assert scene.start(session).id == attempt.id
    answer_all(session, cast, attempt)
    assert submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW).passed
    assert part_states(session, [enrolment.id])[enrolment.id]["test"] == "in_progress"
    with pytest.raises(Conflict) as refused:
        scene.start(session)
    assert refused.value.key == "assessment.enrolment_ended"


def test_an_expired_attempt_is_graded_before_another_begins(cast, scene, session):
    attempt = scene.start(session)
    answer_all(session, cast, attempt)
    again = scene.start(session, now=END + 2 * MINUTE)
    assert again.id == attempt.id
    assert again.closed_at == END + 2 * MINUTE
    assert reading.results_of(session, attempt.id)[0].passed


def test_a_course_without_a_published_test_says_so(cast, scene, session):
    session.execute(text("UPDATE test SET current_plan_id = NULL"))
    with pytest.raises(Conflict) as refused:
        scene.start(session)
    assert refused.value.key == "assessment.no_test"


# --- invariants 1 and 2


def test_invariant_01_the_stored_draw_comes_out_again(cast, database, scene, session):
    attempt = scene.start(session)
    code = attempt.code
    session.commit()
    with database.reading() as other:
        stored = other.scalar(select(Attempt).where(Attempt.code == code))
        rules = content.plan_rules(other.get_one(PlanVersion, stored.plan_version_id))
        seen = {int(question): order for question, order in stored.seen.items()}
        drawn = draw(
            rules, content.candidates(other, stored.bank_version_id), seen, stored.seed, algorithm=stored.algorithm
        )
        items = reading.items_of(other, stored.id)
        assert [(item.version_id, item.order, item.points) for item in items] == [
            (each.version_id, each.option_order, each.points) for each in drawn
        ]


def test_invariant_01_what_was_drawn_cannot_be_changed(cast, scene, session):
    attempt = scene.start(session)
    session.flush()
    for statement in (
        "UPDATE attempt_item SET option_order = '[0]'",
        "DELETE FROM attempt_item",
        "UPDATE attempt_step SET late = late",
    ):
        if "step" in statement:
            put(session, cast, attempt, 1, [], seq=1)
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_invariant_02_counts_per_section_hold_and_retakes_take_unseen_first(cast, session):
    questions = [*singles(6, "a", "easy"), *singles(6, "a", "hard"), *singles(6, "b", "easy")]
    questions += [question(f"x{n}", topic="b", difficulty="hard", exclusive="juntas") for n in range(3)]
    questions += [question("y", topic="b", difficulty="hard")]
    test = plan(Section("a", "easy", 2), Section("a", "hard", 3), Section("b", "any", 3), attempts=3)
    scene = make_scene(session, cast, NOW, questions, test)
    seen: list[set[str]] = []
    for number in range(3):
        attempt = scene.start(session, now=NOW + number * MINUTE)
        rows = session.execute(
            select(QuestionVersion, Question.key)
            .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(AttemptItem.attempt_id == attempt.id)
        ).all()
        drawn = Counter((row.topic, row.difficulty if row.topic == "a" else "any") for row, _ in rows)
        assert drawn == {("a", "easy"): 2, ("a", "hard"): 3, ("b", "any"): 3}
        assert sum(row.exclusive == "juntas" for row, _ in rows) <= 1
        keys = {key for _, key in rows}
        assert len(keys) == 8
        seen.append(keys)
        submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + number * MINUTE)
    assert not seen[0] & seen[1]
    # The hard ones of topic a are used up after two attempts: the third sees those of the first again, not of the second.
    hard = [{key for key in keys if key.startswith("a-hard")} for keys in seen]
    assert hard[2] == hard[0]


def test_invariant_02_another_persons_attempts_do_not_count_as_seen(cast, scene, session):
    scene.start(session)
    assert scene.start(session, cast.stranger).seen == {}


# --- saving: invariants 4 and 5


def test_every_type_is_saved_and_graded(cast, scene, session):
    attempt = scene.start(session)
    answer_all(session, cast, attempt)
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + MINUTE)
    assert (fraction(result.score_num, result.score_den), result.passed, result.answered) == (1, True, 5)
    assert result.graded_on.isoformat() == "2026-03-16"


def test_invariant_05_a_replay_changes_nothing(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    assert put(session, cast, attempt, 1, raw(item), seq=1).state == "saved"
    before = answers(session, attempt)
    for _ in range(3):
        assert put(session, cast, attempt, 1, raw(item), seq=1, now=NOW + MINUTE).state == "replay"
    assert answers(session, attempt) == before
    assert session.scalar(select(func.count()).select_from(AttemptStep)) == 1


def test_invariant_05_one_number_with_two_contents_is_refused_and_the_first_stands(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    put(session, cast, attempt, 1, raw(item), seq=1)
    before = answers(session, attempt)
    other = put(session, cast, attempt, 1, raw(item, right=False), seq=1)
    assert (other.state, other.error) == ("refused", "assessment.answer.sequence_used")
    assert answers(session, attempt) == before


def test_invariant_05_an_older_save_of_a_tab_never_wins(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    put(session, cast, attempt, 1, raw(item), seq=7)
    newest = answers(session, attempt)
    assert put(session, cast, attempt, 1, raw(item, right=False), seq=6).state == "saved"
    assert answers(session, attempt) == newest
    assert len(reading.steps_of(session, attempt.id)) == 2  # kept, to be seen


def test_two_tabs_the_servers_order_decides(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    put(session, cast, attempt, 1, raw(item), seq=50)
    put(session, cast, attempt, 1, raw(item, right=False), seq=1, tab="tab-two-2")
    wrong = item.question.kind.parse_answer(raw(item, right=False), item.question.body, item.order)
    assert answers(session, attempt)[1] == wrong


def test_a_series_stores_what_saving_one_by_one_would(cast, scene, session):
    attempt = scene.start(session)
    items = {item.position: item for item in items_of(session, attempt)}
    ends = attempt.deadline_at + timedelta(seconds=attempt.grace_seconds)
    raws = [raw(items[position]) for position in (1, 2, 1)]
    timed = [
        (attempt.started_at + timedelta(minutes=1), Entry(1, "tab-series", 0, raws[0])),
        (attempt.started_at + timedelta(minutes=2), Entry(2, "tab-series", 1, raws[1])),
        (attempt.started_at + timedelta(minutes=3), Entry(2, "tab-series", 1, raws[1])),  # sent twice
        (attempt.started_at + timedelta(minutes=4), Entry(99, "tab-series", 2, raws[0])),  # never drawn
        (ends + timedelta(minutes=1), Entry(1, "tab-series", 3, raws[2])),  # too late
    ]
    written = []
    for together in (False, True):
        with session.begin_nested() as savepoint:
            if together:
                states = save_series(session, cast.agent.actor, attempt_code=attempt.code, timed=timed).outcomes
            else:
                states = [
                    save(session, cast.agent.actor, attempt_code=attempt.code, entries=[entry], now=at).outcomes[0]
                    for at, entry in timed
                ]
            rows = session.execute(
                select(AttemptStep.kind, AttemptStep.position, AttemptStep.seq, AttemptStep.late, AttemptStep.at)
                .where(AttemptStep.attempt_id == attempt.id)
                .order_by(AttemptStep.id)
            ).all()
            written.append(([(each.state, each.error) for each in states], [tuple(row) for row in rows]))
            savepoint.rollback()
    assert written[0] == written[1]
    assert [state for state, _ in written[0][0]] == ["saved", "saved", "replay", "refused", "late"]
    with pytest.raises(NotFound):
        save_series(session, cast.stranger.actor, attempt_code=attempt.code, timed=timed)


def test_a_batch_with_one_bad_entry_keeps_the_others(cast, scene, session):
    attempt = scene.start(session)
    items = items_of(session, attempt)
    entries = [
        Entry(1, TAB, 1, raw(items[0])),
        Entry(99, TAB, 2, ["0"]),
        Entry(2, TAB, 3, ["no such choice"]),
        Entry(3, TAB, 3, raw(items[2])),  # 3 was refused, so it is free
        Entry(3, TAB, 3, raw(items[2])),
        Entry(4, "short", 4, []),
        Entry(5, TAB, 5, flag=True),
    ]
    saved = save(session, cast.agent.actor, attempt_code=attempt.code, entries=entries, now=NOW)
    states = [outcome.state for outcome in saved.outcomes]
    assert states == ["saved", "refused", "refused", "saved", "replay", "refused", "saved"]
    assert set(answers(session, attempt)) == {1, 3}
    assert reading.standing(reading.steps_of(session, attempt.id)).flagged == {5}


def test_an_answer_can_be_taken_back(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    put(session, cast, attempt, 1, raw(item), seq=1)
    put(session, cast, attempt, 1, [], seq=2)
    assert answers(session, attempt) == {1: None}
    assert submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW).answered == 0


def test_flags_come_and_go_and_never_touch_answers(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    put(session, cast, attempt, 1, raw(item), seq=1)
    facts = {"attempt_code": attempt.code, "position": 1, "tab": TAB, "now": NOW}
    flag(session, cast.agent.actor, on=True, seq=2, **facts)
    assert reading.standing(reading.steps_of(session, attempt.id)).flagged == {1}
    flag(session, cast.agent.actor, on=False, seq=3, **facts)
    standing = reading.standing(reading.steps_of(session, attempt.id))
    assert standing.flagged == frozenset()
    assert standing.answered() == {1}
    with pytest.raises(Invalid):
        flag(session, cast.agent.actor, on=True, seq=4, **{**facts, "position": 77})


def test_invariant_04_the_last_moment_of_the_grace_counts_and_the_next_does_not(cast, scene, session):
    attempt = scene.start(session)
    items = items_of(session, attempt)
    edge = END + timedelta(seconds=60)
    assert put(session, cast, attempt, 1, raw(items[0]), seq=1, now=edge).state == "saved"
    late = put(session, cast, attempt, 2, raw(items[1]), seq=2, now=edge + timedelta(microseconds=1))
    assert late.state == "late"
    assert set(answers(session, attempt)) == {1}
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=edge + MINUTE)
    assert result.answered == 1
    kinds = [(step.kind, step.late) for step in reading.steps_of(session, attempt.id)]
    assert kinds == [("answer", False), ("answer", True), ("expire", False)]


def test_invariant_04_a_late_answer_after_the_sweep_is_kept_and_does_not_count(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    assert sweep(session, now=END + 2 * MINUTE) == 1
    assert put(session, cast, attempt, 1, raw(item), seq=1, now=END + 3 * MINUTE).state == "late"
    assert answers(session, attempt) == {}
    with pytest.raises(Conflict):
        put(session, cast, attempt, 1, raw(item), seq=2, now=END + timedelta(days=2))


def test_invariant_04_answers_saved_in_time_count_when_nobody_comes_back(cast, database, scene, session):
    attempt = scene.start(session)
    answer_all(session, cast, attempt)
    session.commit()
    assert jobs.close_expired(database, END + timedelta(seconds=60)) == 0
    assert jobs.close_expired(database, END + timedelta(seconds=61)) == 1
    assert jobs.close_expired(database, END + timedelta(seconds=62)) == 0
    with database.reading() as other:
        (result,) = reading.results_of(other, attempt.id)
        assert result.passed
        assert part_states(other, [scene.enrolment.id])[scene.enrolment.id]["test"] == "done"


def test_the_sweep_closes_everything_in_batches(cast, database, scene, session, monkeypatch):
    scene.start(session)
    scene.start(session, cast.stranger)
    session.commit()
    monkeypatch.setattr(jobs, "BATCH", 1)
    assert jobs.close_expired(database, END + 2 * MINUTE) == 2


def test_a_closed_attempt_takes_no_more(cast, scene, session):
    attempt = scene.start(session)
    item = items_of(session, attempt)[0]
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    with pytest.raises(Conflict) as refused:
        put(session, cast, attempt, 1, raw(item), seq=1)
    assert refused.value.key == "assessment.closed"


def test_invariant_04_the_database_refuses_a_second_open_attempt(cast, scene, session):
    attempt = scene.start(session)
    row = {column.key: getattr(attempt, column.key) for column in Attempt.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Attempt).values(**{**row, "code": "another", "number": 2}))
