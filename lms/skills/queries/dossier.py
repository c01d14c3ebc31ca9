"""Everything recorded about people, loaded in a fixed number of queries, and the gate that follows from it.

The gate of a past day is decided from what was *known* by the end of that day in the site's zone: verifications and OJT
recorded by then, signatures given by then, corrections made by then. What is recorded later changes the gate from that
later day on, never before: so a figure of a past month stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.catalog.models import Course
from lms.kit.clock import local_day
from lms.kit.dated import rows_in_force, setting_on
from lms.people.models import Employment, Placement
from lms.skills.models import JobProfileVersion, OjtRecord, SignOff, Verification
from lms.skills.queries.knowledge import PEOPLE as _PEOPLE
from lms.skills.queries.knowledge import batches, knowledge
from lms.skills.queries.prior import PriorRecords
from lms.skills.queries.profiles import in_force, rule_profile, versions_of_jobs
from lms.skills.rules import (
    Correction,
    Facts,
    Gate,
    GateState,
    OjtFact,
    Profile,
    SignOffFact,
    Span,
    Step,
    VerificationFact,
    VerificationKind,
    gate,
    steps_on,
    superseded,
)

NO_PROFILE = Profile(0, (), (), 1, 1)
"""What a job without a profile in force asks for: it opens nothing."""
Row_ = TypeVar("Row_")

# Every gate and every start page asks these: they are built once, for building costs more than running.
_PLACEMENTS = (
    select(Placement)
    .options(joinedload(Placement.site), joinedload(Placement.programme), joinedload(Placement.job))
    .where(Placement.person_id.in_(_PEOPLE))
    .order_by(Placement.is_primary.desc(), Placement.from_day.desc(), Placement.id.desc())
)
_EMPLOYMENTS = select(Employment).where(Employment.person_id.in_(_PEOPLE))
_VERIFICATIONS = select(Verification).where(Verification.person_id.in_(_PEOPLE)).order_by(Verification.id)
_OJT = select(OjtRecord).where(OjtRecord.person_id.in_(_PEOPLE)).order_by(OjtRecord.id)
_SIGNATURES = select(SignOff).where(SignOff.subject_id.in_(_PEOPLE)).order_by(SignOff.id)


class Dossiers:
    """All facts about some people. Eleven queries for up to 5,000 of them; nothing is read from the database afterwards."""

    def __init__(self, session: Session, person_ids: Collection[int]) -> None:
        def load(query: Select[Row_], key: str = "person_id") -> dict[int, list[Row_]]:
            found: dict[int, list[Row_]] = defaultdict(list)
            for ids in batches(person_ids):
                for row in session.scalars(query, {"people": ids}):
                    found[getattr(row, key)].append(row)
            return found

        self._session = session
        rows_in_force(session)  # now: what depends on them must not ask the database in the middle of a page

        self.placements = load(_PLACEMENTS)
        self.employments = load(_EMPLOYMENTS)
        self.verifications = load(_VERIFICATIONS)
        self.ojt = load(_OJT)
        signatures = load(_SIGNATURES, "subject_id")
        self._under: dict[tuple[str, int], list[SignOff]] = defaultdict(list)
        for rows in signatures.values():
            for row in rows:
                self._under[_record_key(row)].append(row)
        self._knowledge = knowledge(session, person_ids)
        self._prior = PriorRecords(session, batches(person_ids))
        # A figure asks for the same people on many days: what a record says is put together once.
        self._told: dict[tuple[str, int, int], VerificationFact | OjtFact] = {}
        self._placed: dict[tuple[int, int, date], Placement | None] = {}
        jobs = {row.job_id for rows in self.placements.values() for row in rows}
        self._versions = versions_of_jobs(session, jobs)
        self._by_id = {version.id: version for versions in self._versions.values() for version in versions}

    def placement(self, person_id: int, programme_id: int, on: date) -> Placement | None:
        """The placement on the programme that covers the day (the primary one first), or else the last one before it."""
        key = (person_id, programme_id, on)
        if key not in self._placed:
            self._placed[key] = self._placement(person_id, programme_id, on)
        return self._placed[key]

    def _placement(self, person_id: int, programme_id: int, on: date) -> Placement | None:
        rows = [row for row in self.placements.get(person_id, ()) if row.programme_id == programme_id]
        covering = [row for row in rows if row.from_day <= on and (row.to_day is None or row.to_day >= on)]
        earlier = sorted((row for row in rows if row.from_day <= on), key=lambda row: row.from_day, reverse=True)
        return next(iter(covering or earlier or rows), None)

    def profile(self, person_id: int, programme_id: int, on: date) -> JobProfileVersion | None:
        """The profile in force that day for the person's job on the programme."""
        placed = self.placement(person_id, programme_id, on)
        return None if placed is None else in_force(self._versions[placed.job_id], on)

    def rule_profile(self, person_id: int, programme_id: int, on: date) -> Profile:
        """The same as the rules see it; one that opens nothing where there is none."""
        version = self.profile(person_id, programme_id, on)
        return NO_PROFILE if version is None else rule_profile(version)

    def facts(self, person_id: int, programme_id: int, on: date) -> Facts:
        """What was known about the person on the programme by the end of the day `on`."""
        placed = self.placement(person_id, programme_id, on)
        zone = "UTC" if placed is None else placed.site.zone
        verifications = _known(self.verifications.get(person_id, ()), on, zone)
        ojt = _known(self.ojt.get(person_id, ()), on, zone)
        ojt_superseded = {row.corrects_id for row in ojt}
        return Facts(
            subject_id=person_id,
            programme_id=programme_id,
            knowledge=tuple(
                proof.known_by(on) for proof in self._knowledge.get(person_id, ()) if proof.recorded_by(on, zone)
            ),
            verifications=self._verification_facts(verifications, on, zone)
            + self._prior.verifications(person_id, on, zone),
            ojt=tuple(self._ojt_fact(row, row.id in ojt_superseded) for row in ojt)
            + self._prior.practice(person_id, on, zone),
            employments=tuple(Span(row.hired_on, row.left_on) for row in self.employments.get(person_id, ())),
            placements=tuple(
                Span(row.from_day, row.to_day)
                for row in self.placements.get(person_id, ())
                if row.programme_id == programme_id
            ),
            zone=zone,
        )

    def _verification_facts(self, rows: Sequence[Verification], on: date, zone: str) -> tuple[VerificationFact, ...]:
        """The verifications known on a day, those marked that another one has replaced by then."""
        facts = {row.id: self._verification_fact(row) for row in rows}
        corrections = [
            Correction(row.corrects_id, row.id, row.withdrawn) for row in rows if row.corrects_id is not None
        ]
        gone = superseded(facts, corrections, on, zone) | {row.id for row in rows if row.withdrawn}
        return tuple(replace(fact, superseded=True) if fact.id in gone else fact for fact in facts.values())

    def _verification_fact(self, row: Verification) -> VerificationFact:
        signed = self.signatures_under("verification", row.id)
        key = ("verification", row.id, len(signed))
        told = self._told.get(key)
        if not isinstance(told, VerificationFact):
            told = _verification_fact(row, self._signatures("verification", row.id), self._asked(row.profile_id))
            self._told[key] = told
        return told

    def _ojt_fact(self, row: OjtRecord, superseded: bool) -> OjtFact:
        signed = self.signatures_under("ojt", row.id)
        key = ("ojt", row.id, len(signed))
        told = self._told.get(key)
        if not isinstance(told, OjtFact):
            told = _ojt_fact(row, self._signatures("ojt", row.id), False, self._asked(row.profile_id))
            self._told[key] = told
        return replace(told, superseded=True) if superseded else told

    def standing(self, person_id: int, programme_id: int, on: date) -> tuple[GateState, tuple[Step, ...]]:
        """The state and the steps of `gate`, without the day of the next change: for those who ask for many days."""
        profile = self.rule_profile(person_id, programme_id, on)
        gap_days = self.gap_days(person_id, programme_id, on)
        return steps_on(profile, self.facts(person_id, programme_id, on), on, gap_days=gap_days)

    def gate(self, person_id: int, programme_id: int, on: date) -> Gate:
        """The gate of the person on the programme that day, as it was known at its end."""
        profile = self.rule_profile(person_id, programme_id, on)
        gap_days = self.gap_days(person_id, programme_id, on)
        return gate(profile, self.facts(person_id, programme_id, on), on, gap_days=gap_days)

    def gap_days(self, person_id: int, programme_id: int, on: date) -> int:
        """The setting in force that day in the site where the person was placed."""
        placement = self.placement(person_id, programme_id, on)
        return setting_on(self._session, "gap_days", on, placement.site_id if placement is not None else None)

    def signatures_under(self, kind: str, record_id: int) -> list[SignOff]:
        """The signatures under a record; `kind` is "verification" or "ojt"."""
        return self._under.get((kind, record_id), [])

    def add(self, row: Verification | OjtRecord | SignOff) -> None:
        """Know of a row that is about to be stored, as if it had been loaded. Until it has a key it carries one of its own."""
        if isinstance(row, SignOff):
            self._under[_record_key(row)].append(row)
        elif isinstance(row, OjtRecord):
            self.ojt[row.person_id].append(row)
        else:
            self.verifications[row.person_id].append(row)

    def asked(self, record: Verification | OjtRecord) -> list[str]:
        """Who has to sign a record, in order, by the profile that was in force for it."""
        version = self._by_id[record.profile_id]
        return list(version.ojt_sign_roles if isinstance(record, OjtRecord) else version.sign_roles)

    def _asked(self, profile_id: int) -> JobProfileVersion | None:
        """The version that was in force for a record: it says who had to sign."""
        return self._by_id.get(profile_id)

    def _signatures(self, kind: str, record_id: int) -> tuple[SignOffFact, ...]:
        return tuple(SignOffFact(row.role, row.signer_id, row.at) for row in self.signatures_under(kind, record_id))


def _record_key(row: SignOff) -> tuple[str, int]:
    if row.verification_id is not None:
        return ("verification", row.verification_id)
    return ("ojt", row.ojt_id or 0)


Record_ = TypeVar("Record_", Verification, OjtRecord)


def _known(rows: Iterable[Record_], on: date, zone: str) -> list[Record_]:
    return [row for row in rows if local_day(row.recorded_at, zone) <= on]


def _verification_fact(
    row: Verification, signed: tuple[SignOffFact, ...], asked: JobProfileVersion | None
) -> VerificationFact:
    return VerificationFact(
        id=row.id,
        kind=VerificationKind(row.kind),
        skill_id=row.skill_id,
        programme_id=row.programme_id,
        subject_id=row.person_id,
        evaluator_id=row.evaluator_id,
        observed_on=row.observed_on,
        recorded_at=row.recorded_at,
        score=Fraction(row.score_num, row.score_den),
        threshold=Fraction(row.threshold_num, row.threshold_den),
        valid_until=row.valid_until,
        sign_offs=signed,
        sign_roles=tuple(asked.sign_roles) if asked is not None else (),
    )


def _ojt_fact(
    row: OjtRecord, signed: tuple[SignOffFact, ...], superseded: bool, asked: JobProfileVersion | None
) -> OjtFact:
    return OjtFact(
        id=row.id,
        day=row.day,
        minutes=row.minutes,
        programme_id=row.programme_id,
        subject_id=row.person_id,
        observer_id=row.observer_id,
        sign_offs=signed,
        superseded=superseded or row.withdrawn,
        sign_roles=tuple(asked.ojt_sign_roles) if asked is not None else (),
    )


def gates_at(session: Session, items: Collection[tuple[int, int, date]]) -> dict[tuple[int, int, date], Gate]:
    """The gate of each (person id, programme id, day), as it was known at the end of that day; ten queries in all."""
    held = Dossiers(session, {person_id for person_id, _, _ in items})
    return {item: held.gate(*item) for item in items}


def gates_of(session: Session, pairs: Collection[tuple[int, int]], on: date) -> dict[tuple[int, int], Gate]:
    """The gate of each (person id, programme id) on one day; ten queries in all."""
    found = gates_at(session, {(person_id, programme_id, on) for person_id, programme_id in pairs})
    return {(person_id, programme_id): value for (person_id, programme_id, _), value in found.items()}


def gate_of(session: Session, person_id: int, programme_id: int, on: date) -> Gate:
    """The gate of one person on one programme on a day, as it was known at the end of that day."""
    return Dossiers(session, {person_id}).gate(person_id, programme_id, on)


@dataclass(frozen=True)
class Road:
    """One person's road on a programme, with the words a page needs. `profile` None: the job asks for nothing yet."""

    placement: Placement
    profile: JobProfileVersion | None
    gate: Gate
    courses: dict[str, str]  # title by the course's id
    skills: dict[int, str]  # name by id
    programmes: Sequence[Placement]  # every programme the person is placed on that day, for the choice

    @property
    def thresholds(self) -> dict[int, Fraction]:
        """What each skill is held against from now on."""
        items = self.profile.requirements if self.profile is not None else []
        return {item.skill_id: Fraction(item.threshold_num, item.threshold_den) for item in items}


def road_of(session: Session, person_id: int, on: date, *, programme_code: str = "") -> Road | None:
    """The road of a person on a day: of the programme named, or the primary placement's. None where nobody placed them.

    Eleven queries, whatever stands in the records.
    """
    held = Dossiers(session, {person_id})
    rows = held.placements.get(person_id, [])
    placed = [row for row in rows if row.from_day <= on and (row.to_day is None or row.to_day >= on)]
    named = [row for row in placed or rows if not programme_code or row.programme.code == programme_code]
    if not named:
        return None
    chosen = named[0]
    profile = held.profile(person_id, chosen.programme_id, on)
    slugs = tuple(profile.courses) if profile is not None else ()
    titles = {row.slug: row.title for row in session.scalars(select(Course).where(Course.slug.in_(slugs)))}
    names = {item.skill_id: item.skill.name for item in profile.requirements} if profile is not None else {}
    return Road(chosen, profile, held.gate(person_id, chosen.programme_id, on), titles, names, _one_each(placed))


def _one_each(placed: Sequence[Placement]) -> list[Placement]:
    seen: dict[int, Placement] = {}
    for row in placed:
        seen.setdefault(row.programme_id, row)
    return list(seen.values())


def placement_on_programme(session: Session, person_id: int, programme_id: int, on: date) -> Placement | None:
    """The placement of a person on a programme on a day, the primary one first; None where they were not placed on it."""
    return session.scalar(
        select(Placement)
        .options(joinedload(Placement.site), joinedload(Placement.programme), joinedload(Placement.job))
        .where(
            Placement.person_id == person_id,
            Placement.programme_id == programme_id,
            Placement.from_day <= on,
            or_(Placement.to_day.is_(None), Placement.to_day >= on),
        )
        .order_by(Placement.is_primary.desc(), Placement.id)
        .limit(1)
    )
