"""The statistics of a hundred thousand attempts at twenty of five hundred questions: time, memory, equal to the plain formula.

`python -m benchmarks statistics`. The attempts are written into a SQLite file by bare statements; what is measured is the work
of the job that gathers them (`lms.assessment.commands.statistics`), in a process of its own.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

import config
from benchmarks.processes import ROOT
from benchmarks.world import World, make_world
from lms.app import make_bus, make_database
from lms.assessment.commands.statistics import measured
from lms.assessment.models import (
    Attempt,
    AttemptItem,
    AttemptStep,
    ItemStatistic,
    PlanVersion,
    Question,
    QuestionVersion,
    Result,
    Test,
)
from lms.catalog.models import Enrolment
from lms.kit.db import Base, Database
from lms.people.models import Person

PER_FORM, BANK = 20, 500
MUST_SECONDS, MUST_MB = 60, 1024
_CHUNK = 2_000
_BEGUN = datetime(2026, 1, 5, 12, tzinfo=UTC)
_OPTIONS = 4
_TEST = "medida"
"""A test of its own: the attempts of the world are copies without questions."""


@dataclass(frozen=True)
class Gathered:
    """What the process that gathered them spent."""

    attempts: int
    wall: float
    cpu: float
    peak_mb: float
    checked: int
    worst: float  # the largest relative difference from the plain formula


def fill(database: Database, attempts: int, seed: int = 1) -> None:
    """Write so many graded attempts, each of a person of its own; abilities and difficulties are drawn."""
    chance = random.Random(seed)
    with database.writing() as session:
        plan = session.scalars(select(PlanVersion).limit(1)).one()
        test = Test(slug=_TEST, title="Medida", current_plan_id=plan.id)
        session.add(test)
        session.flush()
        versions = _bank(session)
        enrolment = session.scalars(select(Enrolment.id).limit(1)).one()
        first = (session.scalar(select(func.max(Person.id))) or 0) + 1
        of = (test.id, plan.id, plan.bank_version_id, enrolment, first)
    ease = {version: chance.gauss(0.6, 0.8) for version in versions}
    for start in range(0, attempts, _CHUNK):
        batch = range(start, min(start + _CHUNK, attempts))
        with database.writing() as session:
            for table, rows in _rows(batch, chance, versions, ease, of):
                session.execute(insert(table), rows)


def _bank(session: Session) -> list[int]:
    """Five hundred questions like one that is there; returns the ids of their versions."""
    like = session.scalars(select(QuestionVersion).where(QuestionVersion.type == "single").limit(1)).one()
    columns = {column.name: getattr(like, column.name) for column in QuestionVersion.__table__.columns}
    bank = session.get_one(Question, like.question_id).bank_id
    ids = []
    for number in range(BANK):
        question = Question(bank_id=bank, key=f"medida-{number:03d}")
        session.add(question)
        session.flush()
        row = QuestionVersion(**columns | {"id": None, "question_id": question.id, "content_hash": f"medida-{number}"})
        session.add(row)
        session.flush()
        ids.append(row.id)
    return ids


Of = tuple[int, int, int, int, int]
Rows = tuple[type[Base], list[dict[str, Any]]]


def _rows(batch: range, chance: random.Random, versions: list[int], ease: dict[int, float], of: Of) -> Iterator[Rows]:
    test, plan, bank, enrolment, first = of
    people: list[dict[str, Any]] = []
    sittings: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for number in batch:
        person, key = first + number, 10_000_000 + number
        ability = chance.gauss(0, 1)
        at = _BEGUN + timedelta(seconds=number)
        people.append(
            {
                "id": person, "code": f"p{number}", "employee_number": f"S{number}", "given_name": "P",
                "family_name": f"{number}", "created_at": _BEGUN,
            }
        )  # fmt: skip
        sittings.append(
            {
                "id": key, "code": f"s{number}", "person_id": person, "test_id": test, "enrolment_id": enrolment,
                "plan_version_id": plan, "bank_version_id": bank, "number": 10 + number, "seed": b"s" * 32,
                "algorithm": "umbral-1", "seen": {}, "started_at": at, "deadline_at": at, "grace_seconds": 60,
                "closed_at": at,
            }
        )  # fmt: skip
        graded = []
        for place, version in enumerate(chance.sample(versions, PER_FORM), 1):
            right = chance.random() < 1 / (1 + 2.718281828 ** -(ability + ease[version]))
            given = 0 if right else chance.randrange(1, _OPTIONS)
            items.append(
                {
                    "attempt_id": key, "position": place, "question_version_id": version, "option_order": [0, 1, 2, 3],
                    "points_num": 1, "points_den": 1, "section": place // 7,
                }
            )  # fmt: skip
            steps.append(
                {
                    "attempt_id": key, "kind": "answer", "position": place, "tab": "bench-tab", "seq": place,
                    "payload": {"answer": given}, "late": False, "at": at,
                }
            )  # fmt: skip
            graded.append({"position": place, "fraction": f"{int(right)}/1", "points": "1/1", "topic": "t"})
        score = sum(each["fraction"] == "1/1" for each in graded)
        results.append(
            {
                "attempt_id": key, "kind": "original", "score_num": score, "score_den": PER_FORM, "pass_num": 4, "pass_den": 5,
                "passed": score >= 16, "answered": PER_FORM, "items": graded, "graded_at": at, "graded_on": at.date(),
            }
        )  # fmt: skip
    yield from ((Person, people), (Attempt, sittings), (AttemptItem, items), (AttemptStep, steps), (Result, results))


def gather(environ: dict[str, str]) -> Gathered:
    """Gather in this process, keep the figures, and compare some of them with the plain formula."""
    settings = config.load(environ)
    database = make_database(settings, make_bus(settings))
    begun, spent = time.perf_counter(), time.process_time()
    with database.reading() as session:
        test = session.scalars(select(Test.id).where(Test.slug == _TEST)).one()
        keep = measured(session, test, first_only=True, now=_BEGUN)
    with database.writing() as session:
        attempts = keep(session).attempts
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    checked, worst = _compare(database)
    return Gathered(attempts, wall, cpu, peak, checked, worst)


def _compare(database: Database, some: int = 12) -> tuple[int, float]:
    """The kept figures of some questions against the standard library's formulas over the rows."""
    worst = 0.0
    with database.reading() as session:
        kept = session.scalars(select(ItemStatistic).order_by(ItemStatistic.n.desc()).limit(some)).all()
        for item in kept:
            marks, rests = [], []
            rows = session.execute(
                select(AttemptItem.position, Result.items)
                .join(Result, Result.attempt_id == AttemptItem.attempt_id)
                .where(AttemptItem.question_version_id == item.question_version_id)
            )
            for place, graded in rows:
                shares = {each["position"]: float(Fraction(each["fraction"])) for each in graded}
                marks.append(shares[place])
                rests.append(sum(shares.values()) - shares[place])
            for plain, ours in (
                (statistics.fmean(marks), item.figures["facility"]),
                (statistics.stdev(marks), item.figures["sd"]),
                (100 * statistics.correlation(marks, rests), item.figures["discrimination_index"]),
            ):
                worst = max(worst, abs(plain - ours) / abs(plain))
    database.engine.dispose()
    return len(kept), worst


def measure(environ: dict[str, str], content: Path, attempts: int) -> Gathered:
    """Write the attempts, and gather them in a fresh process whose peak memory is only its own."""
    world: World = make_world(config.load(environ), content)
    fill(world.database, attempts)
    world.database.engine.dispose()
    command = [sys.executable, "-m", "benchmarks.itemstats"]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(environ), stdout=subprocess.PIPE, text=True, check=True)
    return Gathered(**json.loads(done.stdout))


def section(found: Gathered, machine: str) -> str:
    """The part of docs/benchmarks.md."""
    met = "met" if found.wall <= MUST_SECONDS and found.peak_mb <= MUST_MB else "NOT met"
    said = (
        f"`python -m benchmarks statistics`, {time.strftime('%Y-%m-%d')}: first attempts of as many people, {PER_FORM} questions "
        f"each from {BANK}, in SQLite; the job that gathers and keeps them, alone in its process. {machine}"
    )
    row = (
        f"| {found.attempts:,} | {found.wall:.1f} | {found.cpu:.1f} s | {found.peak_mb:.0f} MB | {met} "
        f"| {found.checked} questions, largest relative difference {found.worst:.1e} |"
    )
    head = (
        "| attempts | seconds (must: 60) | processor | peak memory (must: 1 GB) | | compared with the plain formula |"
    )
    return "\n".join(["## Item statistics", "", said, "", head, "|---|---|---|---|---|---|", row])


if __name__ == "__main__":
    print(json.dumps(asdict(gather(json.load(sys.stdin)))))
