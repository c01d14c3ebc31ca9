"""The people without a name of their own: what they do obeys every rule, and looks like people."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.assessment.models import Attempt, AttemptItem, AttemptStep, QuestionVersion, Result
from lms.certificates.models import Certificate
from lms.demo import ability
from lms.demo.crowd import TEAM_SIZE
from lms.demo.names import FAMILY, GIVEN, Names
from lms.hours.models import HoursEntry
from lms.kit import audit
from lms.kit.audit import AuditEntry
from lms.people.models import Employment, Person, Placement, Site
from lms.skills.models import ActionPlan, LiveContactPeriod, OjtRecord, SignOff, Verification
from lms.skills.queries import gates_at
from lms.skills.rules import GateState
from tests.demo.conftest import CROWDED, DEMO_NOW, Demo

SECTIONS = (("a", "easy", 6), ("a", "medium", 6), ("b", "hard", 4), ("b", "easy", 4))


def test_about_as_many_people_work_there_as_were_asked_for(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        here = session.scalar(select(func.count()).select_from(Person).where(Person.active)) or 0
        placed = session.execute(
            select(Placement.site_id, Placement.programme_id, Placement.job_id).where(Placement.to_day.is_(None))
        ).all()
        teams = Counter(session.scalars(select(Placement.supervisor_id).where(Placement.to_day.is_(None))))
    assert abs(here - CROWDED) <= CROWDED // 6
    assert [len(set(each)) >= least for each, least in zip(zip(*placed, strict=True), (3, 4, 7), strict=True)] == [
        True
    ] * 3
    del teams[None]
    assert max(teams.values()) < 2 * TEAM_SIZE


def test_the_trail_is_whole_and_has_an_entry_for_every_record(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        verdict = audit.verify(session)
        said = Counter(session.scalars(select(AuditEntry.action)))
        counts = {
            model: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Verification, OjtRecord, SignOff, ActionPlan, Attempt, Result, Certificate, Person)
        }
    assert (verdict.faults, verdict.unsealed) == ((), 0)
    assert said["verification.record"] == counts[Verification]
    assert said["ojt.record"] == counts[OjtRecord]
    assert said["record.sign"] == counts[SignOff] - counts[Verification] - counts[OjtRecord]
    assert said["action_plan.open"] == counts[ActionPlan]
    assert said["attempt.start"] == counts[Attempt]
    assert said["attempt.submit"] + said["attempt.expire"] == counts[Result]
    assert said["certificate.issue"] == counts[Certificate]
    assert said["person.hire"] == counts[Person] - 1, "the administrator was set up"


def test_invariant_09_no_self_sign_off_and_the_gate_is_what_each_period_says(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        signed: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for row in session.scalars(select(SignOff)):
            assert row.signer_id != row.subject_id
            signed["ojt" if row.ojt_id else "verification", row.ojt_id or row.verification_id].append(row.signer_id)
        assert all(len(set(who)) == len(who) for who in signed.values())
        rows = session.scalars(select(LiveContactPeriod).where(LiveContactPeriod.corrects_id.is_(None))).all()
        found = gates_at(session, {(row.person_id, row.programme_id, row.from_day) for row in rows})
        against = 0
        for row in rows:
            state = found[row.person_id, row.programme_id, row.from_day].state
            assert row.gate_at_start == state, row.code
            against += state is GateState.CLOSED
        assert against <= len(rows) // 10


def test_invariant_10_hours_come_once_from_each_event(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        sources = session.execute(select(HoursEntry.source_kind, HoursEntry.source_code)).all()
        practice = session.execute(select(OjtRecord.code, OjtRecord.minutes)).all()
        posted = session.execute(
            select(HoursEntry.source_code, HoursEntry.minutes).where(HoursEntry.source_kind == "ojt")
        ).all()
    assert len(set(sources)) == len(sources)
    assert sorted(map(tuple, practice)) == sorted(map(tuple, posted))


def test_people_work_on_working_days_and_in_the_hours_of_their_site(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        zones = {site.id: ZoneInfo(site.zone) for site in session.scalars(select(Site))}
        moments = [(at, site) for at, site in session.execute(select(Attempt.started_at, Attempt.site_id))]
        moments += [(row.recorded_at, row.site_id) for row in session.scalars(select(Verification))]
    local = [at.astimezone(zones[site]) for at, site in moments if site is not None]
    assert len(local) == len(moments) > 100
    assert {each.weekday() for each in local} <= {0, 1, 2, 3, 4}
    assert all(8 <= each.hour <= 19 for each in local)
    assert max(at for at, _ in moments) <= DEMO_NOW


def test_most_pass_at_once_and_take_a_plausible_time(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        firsts = session.execute(
            select(Result.passed, Result.score_num, Result.score_den, Attempt.started_at, Result.graded_at)
            .join(Attempt, Attempt.id == Result.attempt_id)
            .where(Attempt.number == 1)
        ).all()
        answered = session.scalar(select(func.count()).select_from(AttemptStep).where(AttemptStep.kind == "answer"))
        drawn = session.scalar(select(func.count()).select_from(AttemptItem))
    share = sum(row.passed for row in firsts) / len(firsts)
    assert 0.55 <= share <= 0.95
    assert len({Fraction(row.score_num, row.score_den) for row in firsts}) >= 5, "scores are spread"
    assert all(timedelta(minutes=6) < row.graded_at - row.started_at < timedelta(minutes=31) for row in firsts)
    assert answered == drawn, "an answer is stored for every question drawn"


def test_harder_questions_get_fewer_right_answers(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        declared = {
            (attempt, position): difficulty
            for attempt, position, difficulty in session.execute(
                select(AttemptItem.attempt_id, AttemptItem.position, QuestionVersion.difficulty).join(
                    QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id
                )
            )
        }
        right: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        for row in session.scalars(select(Result)):
            for item in row.items:
                kind = declared[row.attempt_id, item["position"]]
                asked[kind] += 1
                right[kind] += item["fraction"] == "1/1"
    shares = {kind: right[kind] / asked[kind] for kind in asked}
    assert shares["easy"] > shares["medium"] > shares["hard"]


def test_people_come_and_go(crowded: Demo) -> None:
    with crowded.database.reading() as session:
        rows = session.scalars(select(Employment)).all()
    today = DEMO_NOW.date()
    assert any(row.left_on is not None and (row.left_on - row.hired_on).days <= 90 for row in rows)
    assert any(row.hired_on > today - timedelta(days=200) for row in rows)
    assert all(row.left_on is None or row.left_on <= today for row in rows)


@given(st.integers(0, 10_000), st.floats(-3, 3))
def test_the_same_chance_gives_the_same_hits_and_abler_people_get_more(seed: int, able: float) -> None:
    first = ability.hits(SECTIONS, able, Random(seed))
    assert first == ability.hits(tuple(reversed(SECTIONS)), able, Random(seed)), "the order of sections does not matter"
    more = ability.hits(SECTIONS, able + 1, Random(seed))
    assert all(more[section] >= hits for section, hits in first.items()), "with the same luck"
    assert ability.passes(first, SECTIONS) is (sum(first.values()) >= 16)


@pytest.mark.parametrize("declared", list(ability.DECLARED))
def test_a_questions_difficulty_is_its_own_for_ever_and_near_what_was_declared(declared: str) -> None:
    drawn = [ability.difficulty(1, f"q-{number}", declared) for number in range(400)]
    assert drawn == [ability.difficulty(1, f"q-{number}", declared) for number in range(400)]
    assert abs(sum(drawn) / len(drawn) - ability.DECLARED[declared]) < 0.1
    assert len(set(drawn)) == len(drawn)


def test_no_name_comes_twice() -> None:
    names = Names(Random(3))
    drawn = [names.next() for _ in range(2000)]
    assert len(set(drawn)) == len(drawn)
    assert len(set(GIVEN)) == len(GIVEN)
    assert len(set(FAMILY)) == len(FAMILY)
