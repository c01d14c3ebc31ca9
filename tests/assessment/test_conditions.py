"""The conditions of an attempt: windows, grants, rooms, networks. The rest: `test_conditions_of_plans.py`."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import (
    close_room,
    extend,
    grant,
    open_room,
    publish_bank,
    submit,
    sweep,
    take_back,
)
from lms.assessment.models import Accommodation, AttemptStep, ExamRoom
from lms.assessment.queries import conditions
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, NotAllowed, NotFound
from lms.kit.permissions import SYSTEM
from tests.assessment.conditions import HOUR, SECTION, begin, refused
from tests.assessment.scene import (
    END,
    MINUTE,
    bank,
    plan,
    put,
    singles,
)
from tests.conftest import NOW

# --- when ------------------------------------------------------------------------------------------------------------


def test_nobody_starts_before_the_plan_opens_nor_after_it_closes(made, session):
    scene = made(opens=NOW, closes=NOW + 2 * HOUR)
    refused("not_yet", begin, session, scene, now=NOW - MINUTE)
    refused("window_over", begin, session, scene, now=NOW + 2 * HOUR)
    assert begin(session, scene, now=NOW).deadline_at == END


def test_what_is_under_way_ends_when_the_plan_closes(cast, session, made):
    scene = made(closes=NOW + 10 * MINUTE)
    attempt = begin(session, scene)
    assert attempt.deadline_at == NOW + 10 * MINUTE
    assert put(session, cast, attempt, 1, ["0"], seq=1, now=NOW + 10 * MINUTE).state == "saved"
    assert put(session, cast, attempt, 1, ["1"], seq=2, now=NOW + 12 * MINUTE).state == "late"
    assert sweep(session, now=NOW + 12 * MINUTE) == 1
    refused("window_over", begin, session, scene, now=NOW + 12 * MINUTE)


def test_a_clock_moved_by_an_hour_neither_lengthens_nor_shortens_an_attempt(cast, session, made):
    """The server's clock jumps back an hour in the middle: the deadline was written down; and forward: the attempt ends."""
    scene = made(opens=NOW - 2 * HOUR, closes=NOW + 3 * HOUR)
    attempt = begin(session, scene)
    assert put(session, cast, attempt, 1, ["0"], seq=1, now=NOW + MINUTE).state == "saved"
    assert put(session, cast, attempt, 2, ["0"], seq=2, now=NOW - HOUR).state == "saved"
    assert attempt.deadline_at == END
    assert begin(session, scene, now=NOW - HOUR).id == attempt.id  # resumed, whatever the clock says
    assert put(session, cast, attempt, 3, ["0"], seq=3, now=NOW + HOUR).state == "late"
    result = submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW + HOUR)
    assert result.answered == 2


# --- grants ----------------------------------------------------------------------------------------------------------


def give(session, cast, who=None, **changes):
    facts = {"time": Fraction(5, 4), "attempts": 0, "reason": "Vista reducida", "now": NOW} | changes
    return grant(session, (who or cast.trainer).actor, person_code=cast.agent.code, test_slug="banco", **facts)


def test_invariant_04_extra_time_moves_the_deadline_of_the_next_attempt_and_of_the_open_one(cast, session, made):
    scene = made()
    give(session, cast, time=Fraction(3, 2))
    attempt = begin(session, scene)
    assert attempt.deadline_at == NOW + 45 * MINUTE
    give(session, cast, time=Fraction(2), now=NOW + MINUTE)
    assert attempt.deadline_at == NOW + 60 * MINUTE
    step = session.scalars(select(AttemptStep).where(AttemptStep.kind == "extend")).one()
    assert step.payload == {
        "from": (NOW + 45 * MINUTE).isoformat(),
        "to": (NOW + 60 * MINUTE).isoformat(),
        "by": cast.trainer.actor.name,
        "reason": "Vista reducida",
    }
    assert put(session, cast, attempt, 1, ["0"], seq=1, now=NOW + 59 * MINUTE).state == "saved"
    assert sweep(session, now=NOW + 50 * MINUTE) == 0
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions.count("accommodation.grant") == 2
    assert actions.count("attempt.extend") == 1


def test_more_time_never_shortens_and_never_passes_the_end_of_the_plan(cast, session, made):
    scene = made(closes=NOW + 40 * MINUTE)
    attempt = begin(session, scene)
    give(session, cast, time=Fraction(2))
    assert attempt.deadline_at == NOW + 40 * MINUTE
    refused(
        "no_more_time", extend, session, cast.trainer.actor, attempt_code=attempt.code, minutes=5, reason="x", now=NOW
    )
    give(session, cast, time=Fraction(11, 10))
    assert attempt.deadline_at == NOW + 40 * MINUTE
    assert session.scalar(select(func.count()).select_from(AttemptStep).where(AttemptStep.kind == "extend")) == 1


def test_extra_attempts_add_up_and_end_when_they_are_taken_back(cast, session, made):
    scene = made(attempts=1)
    first = give(session, cast, time=Fraction(1), attempts=1)
    for _ in range(2):
        attempt = begin(session, scene)
        submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    refused("none_left", begin, session, scene)
    second = give(session, cast, time=Fraction(1), attempts=2)
    take_back(session, cast.coordinator.actor, code=second.code, reason="Era para otra prueba", now=NOW)
    refused("none_left", begin, session, scene)
    refused("grant_back", take_back, session, cast.trainer.actor, code=second.code, reason="otra vez", now=NOW)
    test = session.scalars(select(Accommodation.test_id)).first()
    assert conditions.granted(session, cast.agent.id, test).attempts == first.attempts == 1
    assert conditions.granted_to_many(session, [cast.agent.id, cast.stranger.id]) == {
        (cast.agent.id, test): conditions.Granted(Fraction(1), 1)
    }


def test_taking_time_back_leaves_what_was_given_to_an_attempt_under_way(cast, session, made):
    scene = made()
    row = give(session, cast, time=Fraction(2))
    attempt = begin(session, scene)
    take_back(session, cast.trainer.actor, code=row.code, reason="Error", now=NOW)
    assert attempt.deadline_at == NOW + 60 * MINUTE
    submit(session, cast.agent.actor, attempt_code=attempt.code, now=NOW)
    assert begin(session, scene).deadline_at == END


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"time": Fraction(1)}, "grant_nothing"),
        ({"time": Fraction(1, 2)}, "grant_bounds"),
        ({"time": Fraction(5)}, "grant_bounds"),
        ({"attempts": -1}, "grant_bounds"),
        ({"attempts": 11}, "grant_bounds"),
        ({"reason": "  "}, "reason_missing"),
    ],
)
def test_a_grant_that_says_nothing_or_too_much_is_refused(cast, session, made, changes, key):
    made()
    refused(key, give, session, cast, **changes)


def test_invariant_13_nobody_grants_outside_their_scope_or_to_themselves(cast, session, made):
    scene = made()
    row = give(session, cast)
    attempt = begin(session, scene)
    for who in (cast.agent, cast.hr, cast.author, cast.auditor, cast.other_coordinator, cast.stranger):
        with pytest.raises(NotFound):
            give(session, cast, who)
        with pytest.raises(NotFound):
            take_back(session, who.actor, code=row.code, reason="x", now=NOW)
        with pytest.raises((NotFound, NotAllowed)):
            extend(session, who.actor, attempt_code=attempt.code, minutes=5, reason="x", now=NOW)
    with pytest.raises(NotAllowed, match="grant_self"):
        grant(
            session,
            cast.trainer.actor,
            person_code=cast.trainer.code,
            test_slug="banco",
            time=Fraction(2),
            attempts=0,
            reason="yo",
            now=NOW,
        )
    with pytest.raises(NotFound):
        take_back(session, cast.trainer.actor, code="no-such-code", reason="x", now=NOW)


def test_minutes_for_one_attempt_under_way(cast, session, made):
    scene = made()
    attempt = begin(session, scene)
    actor = cast.coordinator.actor
    assert (
        extend(session, actor, attempt_code=attempt.code, minutes=10, reason="Se cortó la luz", now=NOW)
        == END + 10 * MINUTE
    )
    assert extend(session, actor, attempt_code=attempt.code, minutes=1, reason="Otra vez", now=NOW) == END + 11 * MINUTE
    for minutes in (0, 241, -5):
        refused(
            "minutes_bounds", extend, session, actor, attempt_code=attempt.code, minutes=minutes, reason="x", now=NOW
        )
    refused("reason_missing", extend, session, actor, attempt_code=attempt.code, minutes=1, reason=" ", now=NOW)
    refused("closed", extend, session, actor, attempt_code=attempt.code, minutes=1, reason="x", now=END + HOUR)


# --- where -----------------------------------------------------------------------------------------------------------


def test_a_test_with_networks_is_started_and_resumed_from_them_only_and_saving_is_never_refused(cast, session, made):
    scene = made(addresses=("10.20.0.0/16", "2001:db8::/32"))
    for address in ("", "10.21.0.1", "192.168.1.1", "nonsense", "2001:db9::1"):
        refused("address", begin, session, scene, address=address)
    attempt = begin(session, scene, address="::ffff:10.20.3.4")
    refused("address", begin, session, scene, address="10.21.0.1")
    assert begin(session, scene, address="2001:db8::7").id == attempt.id
    assert put(session, cast, attempt, 1, ["0"], seq=1).state == "saved"


def room(session, cast, who=None, **changes):
    facts = {"title": "Aula 1", "opens_at": NOW, "closes_at": NOW + 2 * HOUR, "addresses": [], "now": NOW} | changes
    return open_room(session, (who or cast.trainer).actor, test_slug="banco", **facts)


def test_a_supervised_test_is_started_with_the_pin_of_its_room_only(cast, session, made):
    scene = made(room=True)
    aula = room(session, cast)
    refused("room_wrong", begin, session, scene)
    refused("room_wrong", begin, session, scene, pin="AAAAAA")
    refused("room_wrong", begin, session, scene, pin=aula.pin, now=NOW - MINUTE)
    refused("room_wrong", begin, session, scene, pin=aula.pin, now=NOW + 2 * HOUR)
    typed = f" {aula.pin[:3].lower()}-{aula.pin[3:].lower()} "
    attempt = begin(session, scene, pin=typed)
    assert attempt.room_id == aula.id
    close_room(session, cast.trainer.actor, code=aula.code, now=NOW + MINUTE)
    assert begin(session, scene, now=NOW + MINUTE).id == attempt.id  # who is in goes on, without the pin
    refused("room_wrong", begin, session, scene, cast.stranger, pin=aula.pin, now=NOW + MINUTE)


def test_nobody_supervises_themselves(cast, session, made, monkeypatch):
    scene = made(room=True)
    aula = room(session, cast)
    monkeypatch.setattr(aula, "opened_by", cast.agent.id)
    session.flush()
    refused("room_wrong", begin, session, scene, pin=aula.pin)


def test_whatever_is_wrong_with_a_room_is_told_in_the_same_words(cast, session, made):
    scene = made(room=True)
    publish_bank(session, SYSTEM, bank(singles(9), plan(SECTION), slug="otro"), now=NOW)
    other = open_room(
        session,
        cast.trainer.actor,
        test_slug="otro",
        title="x",
        opens_at=NOW,
        closes_at=NOW + HOUR,
        addresses=[],
        now=NOW,
    )
    near = room(session, cast, addresses=["10.0.0.0/8"])
    told = set()
    for pin in ("", "?", "ABCDEF", other.pin, near.pin):
        with pytest.raises(Conflict) as caught:
            begin(session, scene, pin=pin, address="192.168.0.1")
        told.add((caught.value.key, *caught.value.params.items()))
    assert told == {("assessment.room_wrong",)}
    assert begin(session, scene, pin=near.pin, address="10.3.3.3").room_id == near.id


def test_a_pin_is_free_again_when_its_room_is_over(cast, session, made, monkeypatch):
    made(room=True)
    pins = iter(["AAAAAA", "AAAAAA", "BBBBBB", "AAAAAA"])
    monkeypatch.setattr("lms.assessment.commands.rooms.new_pin", lambda: next(pins))
    assert room(session, cast).pin == "AAAAAA"
    assert room(session, cast).pin == "BBBBBB"
    later = NOW + 3 * HOUR
    assert room(session, cast, opens_at=later, closes_at=later + HOUR, now=later).pin == "AAAAAA"
    assert session.scalar(select(func.count()).select_from(ExamRoom).where(ExamRoom.closed_at.is_(None))) == 1


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"title": " "}, "room_title"),
        ({"closes_at": NOW}, "room_times"),
        ({"closes_at": NOW + timedelta(days=8)}, "room_times"),
        ({"opens_at": NOW - 2 * HOUR, "closes_at": NOW - HOUR}, "room_times"),
        ({"addresses": ["10.0.0.1/8"]}, "room_network"),
        ({"addresses": ["oficina"]}, "room_network"),
        ({"addresses": ["10.0.0.0/8"] * 51}, "room_network"),
    ],
)
def test_a_room_that_cannot_be_is_refused(cast, session, made, changes, key):
    made()
    refused(key, room, session, cast, **changes)


def test_invariant_13_rooms_are_opened_by_who_verifies_and_closed_by_who_reaches_them(cast, session, made):
    made()
    for who in (cast.agent, cast.hr, cast.author, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            room(session, cast, who)
    aula = room(session, cast)
    mine = room(session, cast, cast.coordinator)
    for who in (cast.coordinator, cast.other_coordinator, cast.stranger):  # a team's coordinator: her own rooms alone
        with pytest.raises(NotFound):
            close_room(session, who.actor, code=aula.code, now=NOW)
    close_room(session, cast.trainer.actor, code=mine.code, now=NOW)  # the trainer of the site
    assert close_room(session, cast.coordinator.actor, code=mine.code, now=NOW + MINUTE).closed_at == NOW
