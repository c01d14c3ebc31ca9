"""Courses taken: assigned, read module by module, tested, answered surveys; in the past, through the real commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.orm import Session

from lms.assessment import commands as tests
from lms.assessment.queries.attempts import Item
from lms.catalog import commands as catalog
from lms.demo.answers import raw_answer
from lms.demo.company import COURSE, VERIFIERS, AgentPlan, Stage
from lms.demo.story import Batch, shift
from lms.demo.world import World
from lms.kit.permissions import Actor
from lms.surveys import commands as surveys
from lms.surveys import queries as asked
from lms.surveys.rules import QuestionKind

_SECONDS_A_QUESTION = 55
_EASE = {"easy": 0.12, "medium": 0.0, "hard": -0.15}
"""What a question's difficulty adds to somebody's ability."""
_PASSES = 0.8
_ANSWERS_SURVEY = 0.85
RETRY_DAYS = 2
"""Working days between two attempts."""


def plan_course(
    world: World, plan: AgentPlan, *, start: int, training_type: str, stage: Stage, attempts: str, due_days: int
) -> int:
    """Plan a course from its assignment as far as `stage` goes; returns the working day ago of the last attempt."""
    calendar, zone = world.calendar, world.zone(plan.key)
    begins = calendar.ago(start)
    assigner = VERIFIERS[plan.team][0]

    def assign(session: Session, now: datetime) -> None:
        row = catalog.enrol(
            session,
            world.actor(session, assigner, now),
            person_code=world.people[plan.key].code,
            course_slug=COURSE,
            training_type=training_type,
            due_on=begins + timedelta(days=due_days),
            now=now,
        )
        world.enrolments[plan.key] = row.code

    # Old hands enter the records at noon of the first day.
    world.story.plan(calendar.at(begins, 13, 0, zone), assign)
    if stage is Stage.ASSIGNED:
        return start
    modules = 3 if stage >= Stage.TESTED else 1
    for number in range(modules):
        _plan_module(world, plan, start, number)
    if stage is Stage.READING:
        day = shift(begins, 1 + modules)
        opened = partial(open_module, world, plan.key, modules)
        world.story.plan(calendar.at(day, 10, 20, zone), opened, Batch.STUDY, plan.key)
        return start
    for number, wanted in enumerate(attempts):
        day = shift(begins, 4 + RETRY_DAYS * number)
        at = calendar.at(day, 10, 5 + world.chance(plan.key, training_type, number).randrange(50), zone)
        about = (plan.key, training_type, number)
        _plan_attempt(world, plan, at, passes=wanted == "P", about=about)
    return start - 4 - RETRY_DAYS * (len(attempts) - 1)


def _plan_module(world: World, plan: AgentPlan, start: int, number: int) -> None:
    day = shift(world.calendar.ago(start), 1 + number)
    zone = world.zone(plan.key)
    opened = world.calendar.at(day, 9, world.chance(plan.key, start, number).randrange(50), zone)
    world.story.plan(opened, partial(open_module, world, plan.key, number), Batch.STUDY, plan.key)
    finished = partial(finish_module, world, plan.key, number)
    world.story.plan(opened + timedelta(minutes=75), finished, Batch.STUDY, plan.key)


def open_module(world: World, key: str, number: int, session: Session, now: datetime) -> None:
    """Somebody opens a module of the course and reads a third of it."""
    module, actor = world.modules[number], world.actor(session, key, now)
    anchor = module.toc[len(module.toc) // 3].anchor if module.toc else ""
    code = world.enrolments[key]
    world.study.save_position(actor, enrolment_code=code, module_key=module.key, anchor=anchor, now=now)


def finish_module(world: World, key: str, number: int, session: Session, now: datetime) -> None:
    """Somebody has read a module."""
    actor = world.actor(session, key, now)
    world.study.finish_module(actor, world.enrolments[key], world.modules[number].key, now)


def _plan_attempt(world: World, plan: AgentPlan, at: datetime, *, passes: bool, about: tuple[object, ...]) -> None:
    chance = world.chance(*about)

    def take(session: Session, now: datetime) -> None:
        actor, enrolment = world.actor(session, plan.key, now), world.enrolments[plan.key]

        def answer(items: Sequence[Item]) -> tuple[list[tuple[datetime, tests.Entry]], datetime]:
            outcome = outcomes(items, plan.ability, chance, passes=passes)
            moment, timed = now, []
            for number, item in enumerate(items):
                moment += timedelta(seconds=_SECONDS_A_QUESTION + (number * 7) % 30)
                entry = tests.Entry(item.position, "demo-tab", number, raw_answer(item, right=outcome[item.position]))
                timed.append((moment, entry))
            return timed, moment + timedelta(seconds=40)

        def afterwards(passed: bool) -> None:
            if passed and chance.random() <= _ANSWERS_SURVEY:
                answer_survey(session, actor, enrolment, chance)

        world.sittings.append((tests.Sitting(actor, enrolment, now, answer), afterwards))

    world.story.plan(at, take, Batch.TESTS, plan.key)


def outcomes(items: Sequence[Item], ability: float, chance: Random, *, passes: bool) -> dict[int, bool]:
    """Which questions somebody gets right, by position: by ability and difficulty, until the result is the wanted one.

    How many are right in each section of the plan depends on chance alone, never on which questions were drawn: the
    draw's seed is a secret of each installation, the facts of the demo are not.
    """
    sections: dict[tuple[str, str], list[Item]] = {}
    for item in sorted(items, key=lambda item: item.position):
        sections.setdefault((item.question.topic, item.question.difficulty), []).append(item)
    while True:
        right: dict[int, bool] = {}
        for _topic, difficulty in sorted(sections):
            members = sections[_topic, difficulty]
            odds = ability + _EASE[difficulty]
            hits = sum(chance.random() < odds for _ in members)
            right |= {item.position: place < hits for place, item in enumerate(members)}
        if (sum(right.values()) >= _PASSES * len(items)) is passes:
            return right


def answer_survey(session: Session, actor: Actor, enrolment: str, chance: Random) -> None:
    """Answer the survey of a completed course, mostly kindly."""
    _participation, version = asked.participation_for(session, actor, enrolment)
    raw = {}
    for question in asked.questions_of(version):
        if question.kind is QuestionKind.SCALE:
            raw[question.id] = str(chance.choices((2, 3, 4, 5), (1, 2, 6, 7))[0])
        elif question.kind is QuestionKind.CHOICE:
            raw[question.id] = str(chance.choices(range(len(question.options)))[0])
    surveys.respond(session, actor, enrolment, raw)
