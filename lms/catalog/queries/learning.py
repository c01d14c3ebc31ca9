"""Enrolments and how far they are: the loaders that grant access, and what the learner's pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from lms.catalog.models import (
    Completion,
    CompletionRevocation,
    Course,
    Enrolment,
    PartRecord,
    ReadingPosition,
)
from lms.catalog.queries.versions import ModuleContent, TocEntry, VersionContent, content, contents
from lms.catalog.rules import DueState, PartKind, PartState, Progress, States, due_state, progress
from lms.kit.clock import local_day
from lms.kit.errors import NotFound
from lms.kit.permissions import Actor, Permission, Scope
from lms.people.models import Person, Placement
from lms.people.queries import placement_on, scope_condition, zone_of


@dataclass(frozen=True)
class EnrolmentView:
    """An enrolment with all that its pages and lists show; `completion` is None until it is complete.

    `revocation`: the completion was taken back, and the course has to be taken again by a new enrolment.
    """

    enrolment: Enrolment
    version: VersionContent
    states: States
    progress: Progress
    completion: Completion | None
    revocation: CompletionRevocation | None = None

    @property
    def open(self) -> bool:
        return self.enrolment.ended_at is None

    @property
    def withdrawn(self) -> bool:
        return self.enrolment.withdrawn_reason is not None

    @property
    def minutes_left(self) -> int:
        """Minutes of the modules that are not done."""
        return sum(module.minutes for module in self.version.modules if self.state_of(module) is not PartState.DONE)

    @property
    def next_module(self) -> ModuleContent | None:
        """The module to do next; None where it is the test, or nothing."""
        part = self.progress.next
        return self.version.module(part.id) if part is not None and part.kind is PartKind.MODULE else None

    def state_of(self, module: ModuleContent) -> PartState:
        return self.states.get(f"module:{module.key}", PartState.NOT_STARTED)

    def due(self, today: date) -> DueState:
        """How it stands against its due date; something withdrawn is due no more."""
        if self.withdrawn:
            return DueState.NO_DATE
        return due_state(self.enrolment.due_on, today, self.completion.completed_on if self.completion else None)


@dataclass(frozen=True)
class Reading:
    """Where a learner left the course: the module and the heading they were last seen at."""

    module: ModuleContent
    heading: TocEntry


# What every page of a learner asks is built once: building a statement costs more than running it.
_ONESELF = Scope(own=True)
_Asked = TypeVar("_Asked", bound=Select[*tuple[Any, ...]])
_OWN = bindparam("person", type_=Enrolment.__table__.c.person_id.type)
_POSITION = ReadingPosition.__table__.c
_LAST_READ = (
    select(_POSITION.module_key + "#" + _POSITION.anchor)
    .where(_POSITION.enrolment_id == Enrolment.id)
    .order_by(_POSITION.at.desc())
    .limit(1)
    .correlate(Enrolment)
    .scalar_subquery()
)
_COURSE_PAGE = (
    select(Enrolment, Completion, CompletionRevocation, _LAST_READ)
    .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
    .outerjoin(CompletionRevocation, CompletionRevocation.completion_id == Completion.id)
    .where(Enrolment.code == bindparam("code"))
)
_MODULE_PAGE = (
    select(Enrolment, Completion, ReadingPosition.anchor)
    .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
    .outerjoin(
        ReadingPosition,
        (ReadingPosition.enrolment_id == Enrolment.id) & (ReadingPosition.module_key == bindparam("key")),
    )
    .where(Enrolment.code == bindparam("code"))
)
_ENROLMENT = select(Enrolment).where(Enrolment.code == bindparam("code"))
_OWN_COURSE_PAGE = _COURSE_PAGE.where(Enrolment.person_id == _OWN)
_OWN_MODULE_PAGE = _MODULE_PAGE.where(Enrolment.person_id == _OWN)
_OWN_ENROLMENT = _ENROLMENT.where(Enrolment.person_id == _OWN)


def _reached(actor: Actor, permission: Permission, on: date, own: _Asked, any_of: _Asked) -> _Asked:
    """The statement for what the actor reaches: `own`, built beforehand, for who reaches their own alone, as learners do."""
    if actor.person_id is not None and actor.scope(permission) == _ONESELF:
        return own
    return any_of.where(scope_condition(actor, permission, on, Enrolment.__table__.c.person_id))


def enrolment_for(
    session: Session, actor: Actor, code: str, permission: Permission, on: date, *, lock: bool = False
) -> Enrolment:
    """The enrolment with this code where the actor's scope for `permission` reaches its person: a learner's, their own.

    `lock` lets one command at a time work on it.

    Raises: NotFound("catalog.enrolment_not_found") for a code that does not exist and for a stranger alike.
    """
    query = _reached(actor, permission, on, _OWN_ENROLMENT, _ENROLMENT)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    enrolment: Enrolment | None = session.scalar(query, {"code": code, "person": actor.person_id})
    if enrolment is None:
        raise NotFound("catalog.enrolment_not_found")
    return enrolment


def lock_enrolment(session: Session, enrolment: Enrolment) -> None:
    """Let one command at a time record progress of an enrolment."""
    session.refresh(enrolment, with_for_update=True)


_LOCKED = (
    select(Enrolment)
    .where(Enrolment.code.in_(bindparam("codes", expanding=True)))
    .order_by(Enrolment.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_enrolments(session: Session, codes: Collection[str]) -> Sequence[Enrolment]:
    """The enrolments with these codes, locked. Access is the caller's business."""
    return session.scalars(_LOCKED, {"codes": list(codes)}).all()


_PART = PartRecord.__table__.c
_PART_STATES = select(_PART.enrolment_id, _PART.part, _PART.state).where(
    _PART.id.in_(
        select(func.max(_PART.id))
        .where(_PART.enrolment_id.in_(bindparam("enrolments", expanding=True)))
        .group_by(_PART.enrolment_id, _PART.part)
    )
)


def part_states(session: Session, enrolment_ids: Collection[int]) -> dict[int, dict[str, PartState]]:
    """The state of every part that was started, by enrolment: the last step of each stands. One query."""
    found: dict[int, dict[str, PartState]] = defaultdict(dict)
    if not enrolment_ids:
        return found
    for enrolment_id, part, state in session.execute(_PART_STATES, {"enrolments": list(enrolment_ids)}):
        found[enrolment_id][part] = PartState(state)
    return found


def view_of(session: Session, enrolment: Enrolment) -> EnrolmentView:
    """Progress of one enrolment, the commands' way: fresh from the database."""
    states = part_states(session, [enrolment.id])[enrolment.id]
    version = content(session, enrolment.version_id)
    completion, revocation = _completions(session, [enrolment.id]).get(enrolment.id, (None, None))
    return EnrolmentView(enrolment, version, states, progress(version.parts, states), completion, revocation)


_COMPLETIONS = (
    select(Completion, CompletionRevocation)
    .outerjoin(CompletionRevocation, CompletionRevocation.completion_id == Completion.id)
    .where(Completion.enrolment_id.in_(bindparam("enrolments", expanding=True)))
)


def _completions(
    session: Session, enrolment_ids: Collection[int]
) -> dict[int, tuple[Completion, CompletionRevocation | None]]:
    """The completion of each enrolment that has one, and what took it back. One query."""
    rows = session.execute(_COMPLETIONS, {"enrolments": list(enrolment_ids)})
    return {completion.enrolment_id: (completion, revocation) for completion, revocation in rows}


def completion_for(session: Session, actor: Actor, completion_id: int, permission: Permission, on: date) -> Completion:
    """The completion of somebody in the actor's scope for `permission`.

    Raises: NotFound("catalog.completion_not_found").
    """
    person_id = Completion.__table__.c.person_id
    found = session.scalar(
        select(Completion).where(Completion.id == completion_id, scope_condition(actor, permission, on, person_id))
    )
    if found is None:
        raise NotFound("catalog.completion_not_found")
    return found


def course_page(session: Session, actor: Actor, code: str, on: date) -> tuple[EnrolmentView, Reading | None]:
    """What the course page shows a learner: their enrolment, and where they left it. Two queries once the version is kept.

    Raises: NotFound("catalog.enrolment_not_found").
    """
    query = _reached(actor, Permission.LEARN, on, _OWN_COURSE_PAGE, _COURSE_PAGE)
    row = session.execute(query, {"code": code, "person": actor.person_id}).one_or_none()
    if row is None:
        raise NotFound("catalog.enrolment_not_found")
    enrolment, completion, revocation, last = row
    version = content(session, enrolment.version_id)
    states = part_states(session, [enrolment.id])[enrolment.id]
    view = EnrolmentView(enrolment, version, states, progress(version.parts, states), completion, revocation)
    return view, _reading(version, last)


def module_page(
    session: Session, actor: Actor, code: str, key: str, on: date
) -> tuple[EnrolmentView, ModuleContent, TocEntry | None]:
    """What a module page shows: the enrolment, the module, the heading where reading stopped (None: at the start).

    Raises: NotFound("catalog.enrolment_not_found" | "catalog.module_not_found").
    """
    query = _reached(actor, Permission.LEARN, on, _OWN_MODULE_PAGE, _MODULE_PAGE)
    row = session.execute(query, {"code": code, "key": key, "person": actor.person_id}).one_or_none()
    if row is None:
        raise NotFound("catalog.enrolment_not_found")
    enrolment, completion, anchor = row
    version = content(session, enrolment.version_id)
    module = version.module(key)
    if module is None:
        raise NotFound("catalog.module_not_found")
    states = part_states(session, [enrolment.id])[enrolment.id]
    view = EnrolmentView(enrolment, version, states, progress(version.parts, states), completion)
    # A position saved in an older version may name a heading that this one has not.
    return view, module, module.heading(anchor) if anchor else None


def _reading(version: VersionContent, last: str | None) -> Reading | None:
    """Where "<module>#<anchor>" is in this version; None for a place that an older one had."""
    key, _, anchor = (last or "").partition("#")
    module = version.module(key)
    heading = module.heading(anchor) if module is not None else None
    return None if module is None or heading is None else Reading(module, heading)


_ENROLMENTS = (
    select(Enrolment, Completion, CompletionRevocation)
    .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
    .outerjoin(CompletionRevocation, CompletionRevocation.completion_id == Completion.id)
    .where(Enrolment.person_id == _OWN)
    .order_by(Enrolment.ended_at.is_not(None), Enrolment.assigned_at.desc(), Enrolment.id.desc())
)


def enrolments_of(session: Session, person_id: int) -> list[EnrolmentView]:
    """Every enrolment of a person, open ones first, then the newest. Two queries once the versions are kept.

    Access is the caller's business: this is for pages that show a person they already loaded.
    """
    rows = session.execute(_ENROLMENTS, {"person": person_id}).all()
    versions = contents(session, {enrolment.version_id for enrolment, _, _ in rows})
    states = part_states(session, [enrolment.id for enrolment, _, _ in rows])
    found = []
    for enrolment, completion, revocation in rows:
        version, reached = versions[enrolment.version_id], states[enrolment.id]
        found.append(
            EnrolmentView(enrolment, version, reached, progress(version.parts, reached), completion, revocation)
        )
    return found


def position_of(session: Session, enrolment_id: int, module_key: str) -> ReadingPosition | None:
    """Where a learner left a module."""
    return session.get(ReadingPosition, (enrolment_id, module_key))


def positions_of(session: Session, enrolment_ids: Collection[int]) -> dict[tuple[int, str], ReadingPosition]:
    """Where learners left the modules of some enrolments, by enrolment and module."""
    rows = session.scalars(select(ReadingPosition).where(ReadingPosition.enrolment_id.in_(enrolment_ids)))
    return {(row.enrolment_id, row.module_key): row for row in rows}


_OPEN = select(Enrolment).where(
    Enrolment.person_id == bindparam("person"),
    Enrolment.course_id == bindparam("course"),
    Enrolment.ended_at.is_(None),
)


def open_enrolment(session: Session, person_id: int, course_id: int) -> Enrolment | None:
    """The enrolment of a person in a course that has not ended."""
    found: Enrolment | None = session.scalar(_OPEN, {"person": person_id, "course": course_id})
    return found


def open_enrolments(session: Session, course_slug: str, person_ids: Collection[int]) -> dict[int, Enrolment]:
    """Who of these people has the course assigned and open, by person id. One query."""
    rows = session.scalars(
        select(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Course.slug == course_slug, Enrolment.person_id.in_(person_ids), Enrolment.ended_at.is_(None))
    )
    return {row.person_id: row for row in rows}


def place_at(session: Session, person_id: int, at: datetime, zone: str) -> tuple[Placement | None, date]:
    """A person's primary placement at a moment, and the day it is there; `zone` counts where they have no placement.

    The day depends on the site's zone and the site on the day: the second look settles it where they disagree.
    """
    day = local_day(at, zone)
    placement = placement_on(session, person_id, day)
    there = local_day(at, zone_of(placement, zone))
    if there != day:
        placement = placement_on(session, person_id, there)
    return placement, there


def person_code(session: Session, person_id: int) -> str:
    """The code of a person whose enrolment the reader was let see."""
    return session.scalars(select(Person.code).where(Person.id == person_id)).one()
