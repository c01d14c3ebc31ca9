"""What the office does round the roads: nightly releases of surveys, months closed, a correction, targets."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.demo.world import World
from lms.hours import commands as hours
from lms.hours.models import HoursEntry
from lms.kit.clock import add_months, local_day, month_of, months_between
from lms.metrics import commands as metrics
from lms.surveys import commands as surveys

TARGET_SOURCE = "Ejemplo: meta propia de una empresa. No es un requisito de COPC."
TARGETS = (
    ("training-hours-per-head", "2"),
    ("completed-on-time", "90"),
    ("passed-first-time", "80"),
    ("satisfaction", "4"),
    ("survey-response-rate", "70"),
    ("trained-before-live-contacts", "100"),
    ("current-verification", "95"),
    ("verification-passed-first-time", "85"),
    ("live-without-verification", "0"),
    ("action-plans-on-time", "90"),
    ("reverification-on-time", "95"),
)
"""By key of the figure, as typed into the form of targets."""
_CLOSING_DAY = 5
_HOUR = 60


def plan_office(world: World) -> None:
    """Plan what comes back every night, week and month, and what happens once."""
    calendar = world.calendar
    first = world.first
    world.story.plan(calendar.at(first, 14), partial(_set_targets, world, first))
    day = first
    while day < calendar.today:
        world.story.plan(calendar.at(day, 3), partial(_release_surveys, world))
        day += timedelta(days=7)
    closable = months_between(first, add_months(calendar.today, -2))
    for month in closable:
        closing = add_months(month, 1) + timedelta(days=_CLOSING_DAY - 1)
        world.story.plan(calendar.at(closing, 9), partial(_close_month, world, month))
    if closable:
        late = add_months(closable[-1], 1) + timedelta(days=_CLOSING_DAY)
        world.story.plan(calendar.at(late, 10), partial(_correct_one, world, closable[-1]))


def _set_targets(world: World, first: date, session: Session, now: datetime) -> None:
    hr = world.actor(session, "ines", now)
    for key, value in TARGETS:
        metrics.set_target(
            session,
            hr,
            figure_key=key,
            value=value,
            from_day=month_of(first),
            to_day=None,
            source=TARGET_SOURCE,
            replace=False,
            now=now,
        )


def _release_surveys(world: World, session: Session, now: datetime) -> None:
    surveys.release(session, minimum=world.settings.survey_minimum, today=local_day(now, world.settings.zone))


def _close_month(world: World, month: date, session: Session, now: datetime) -> None:
    hours.close_month(session, world.actor(session, "ines", now), month=month, now=now)


def _correct_one(world: World, month: date, session: Session, now: datetime) -> None:
    """An hour of practice too many, found after its month was closed: a counter-entry, shown as an adjustment."""
    entry = session.scalar(
        select(HoursEntry)
        .where(HoursEntry.kind == "ojt", HoursEntry.day < add_months(month, 1))
        .order_by(HoursEntry.day.desc(), HoursEntry.id.desc())
        .limit(1)
    )
    if entry is not None:
        hr = world.actor(session, "ines", now)
        reason = "El parte de práctica contaba el almuerzo"
        hours.correct(session, hr, entry, minutes_delta=-_HOUR, reason=reason, now=now)
