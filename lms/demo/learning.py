"""Courses taken: assigned, read module by module, tested, answered surveys; in the past, through the real commands."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lms.assessment import commands as tests
from lms.assessment.queries import attempts as reading
from lms.assessment.queries.attempts import Item
from lms.catalog import commands as catalog
from lms.catalog import queries as courses
from lms.demo.answers import raw_answer
from lms.demo.company import COURSE, VERIFIERS, AgentPlan, Stage
from lms.demo.story import shift
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
        catalog.enrol(
            session,
            world.actor(session, assigner, now),
            person_code=world.people[plan.key].code,
            course_slug=COURSE,
            training_type=training_type,
            due_on=begins + timedelta(days=due_days),
            now=now,
        )

    # Old hands enter the records at noon of the first day.
    world.story.plan(calendar.at(begins, 13, 0, zone), assign)
    if stage is Stage.ASSIGNED:
        return start
    modules = 3 if stage >= Stage.TESTED else 1
    for number in range(modules):
        _plan_module(world, plan, start, number)
    if stage is Stage.READING:
        day = shift(begins, 1 + modules)
        world.story.plan(
            calendar.at(day, 10, 20, zone), lambda session, now: _open_module(world, session, plan, modules, now)
        )
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
    world.story.plan(opened, lambda session, now: _open_module(world, session, plan, number, now))

    def finish(session: Session, now: datetime) -> None:
        actor = world.actor(session, plan.key, now)
        enrolment, version = _current(session, world, plan)
        catalog.finish_module(session, actor, enrolment, version.modules[number].key, now)

    world.story.plan(opened + timedelta(minutes=75), finish)


def _open_module(world: World, session: Session, plan: AgentPlan, number: int, now: datetime) -> None:
    actor = world.actor(session, plan.key, now)
    enrolment, version = _current(session, world, plan)
    module = version.modules[number]
    anchor = module.toc[len(module.toc) // 3].anchor if module.toc else ""
    catalog.save_position(session, actor, enrolment_code=enrolment, module_key=module.key, anchor=anchor, now=now)


def _current(session: Session, world: World, plan: AgentPlan) -> tuple[str, courses.VersionContent]:
    """The code of the person's open enrolment, and the version it is in."""
    person_id = world.people[plan.key].id
    course = courses.current_content(session, COURSE)
    enrolment = courses.open_enrolment(session, person_id, course.course_id)
    if enrolment is None:
        raise LookupError(f"{plan.key} has no open enrolment")
    return enrolment.code, courses.content(session, enrolment.version_id)


def _plan_attempt(world: World, plan: AgentPlan, at: datetime, *, passes: bool, about: tuple[object, ...]) -> None:
    chance = world.chance(*about)

    def take(session: Session, now: datetime) -> None:
        actor = world.actor(session, plan.key, now)
        enrolment, _ = _current(session, world, plan)
        attempt = tests.start(session, actor, enrolment_code=enrolment, now=now)
        items = reading.items_of(session, attempt.id)
        outcome = outcomes(items, plan.ability, chance, passes=passes)
        moment, timed = now, []
        for number, item in enumerate(items):
            moment += timedelta(seconds=_SECONDS_A_QUESTION + (number * 7) % 30)
            entry = tests.Entry(item.position, "demo-tab", number, raw_answer(item, right=outcome[item.position]))
            timed.append((moment, entry))
        tests.save_series(session, actor, attempt_code=attempt.code, timed=timed)
        tests.submit(session, actor, attempt_code=attempt.code, now=moment + timedelta(seconds=40))
        if passes and chance.random() <= _ANSWERS_SURVEY:
            answer_survey(session, actor, enrolment, chance)

    world.story.plan(at, take)


def outcomes(items: list[Item], ability: float, chance: Random, *, passes: bool) -> dict[int, bool]:
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
