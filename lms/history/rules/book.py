"""A row against what is known: people, places, courses, skills, closed months. Pure: the caller brings what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from lms.history.rules.columns import Kind, plain
from lms.history.rules.rows import Draft
from lms.kit.clock import local_day, month_of
from lms.kit.folding import folded


@dataclass(frozen=True)
class Named:
    """A site, programme, job or skill by its row."""

    id: int
    name: str


@dataclass(frozen=True)
class CourseFact:
    """A published course. `valid_months` None: it does not expire."""

    id: int
    slug: str
    title: str
    version_hash: str
    valid_months: int | None


@dataclass(frozen=True)
class PlaceFact:
    """A placement, from a day to a day (None: no end)."""

    first: date
    last: date | None
    primary: bool
    site: Named
    programme: Named
    job: Named

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class PersonFact:
    """A person with all employments (hired, last day or None) and placements."""

    id: int
    code: str
    number: str
    name: str
    zone: str
    employments: Sequence[tuple[date, date | None]]
    places: Sequence[PlaceFact]

    def employed(self, day: date) -> bool:
        return any(first <= day and (last is None or day <= last) for first, last in self.employments)


@dataclass(frozen=True)
class Asked:
    """What a job's profile says from a day on: how many days a skill stands (None: for good), by skill."""

    from_day: date
    valid_days: Mapping[int, int | None]


@dataclass(frozen=True)
class Book:
    """All that does not depend on the row: small tables read whole. Names are keys as `plain` makes them."""

    now: datetime
    courses: Mapping[str, CourseFact]
    skills: Mapping[str, Named]
    places: Mapping[str, Mapping[str, Named]]  # "site", "programme", "job"
    closed: frozenset[date]
    profiles: Mapping[int, Sequence[Asked]]  # by job, the earliest first
    importer_id: int | None = None
    adjustments: bool = False


@dataclass(frozen=True)
class Place:
    """The place of a record; all None where the person had none that day."""

    site: int | None = None
    programme: int | None = None
    job: int | None = None


@dataclass(frozen=True)
class Witness:
    """Who evaluated, approved or observed: somebody known (`id`), or a name."""

    name: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Resolved:
    """A row that can be written: the person, place and witness found, and what the book adds to it."""

    draft: Draft
    person: PersonFact
    place: Place
    witness: Witness
    course: CourseFact | None = None
    skill: Named | None = None
    until: date | None = None


def resolve(draft: Draft, book: Book, people: Mapping[str, PersonFact]) -> Resolved | None:
    """The row with everything it names found; None where something is wrong, which `draft.faults` says, all of it.

    `people` by employee number in capitals: of this row and of its witness.
    """
    person = people.get(draft.text("number").upper())
    if draft.text("number") and person is None:
        draft.refuse("person_unknown", "number", value=draft.text("number"))
    witness = _witness(draft, people, person)
    course = _course(draft, book)
    skill = _skill(draft, book)
    place = _place(draft, book, person)
    if person is not None:
        _check_day(draft, book, person)
        if person.id == book.importer_id:
            draft.refuse("own_import", "number")
    if draft.faults or person is None or place is None:
        return None
    return Resolved(draft, person, place, witness, course, skill, _until(draft, book, place, course, skill))


def _check_day(draft: Draft, book: Book, person: PersonFact) -> None:
    on = draft.days.get("day")
    if on is None:
        return
    if on > local_day(book.now, person.zone):
        draft.refuse("day_future", "day", value=on.isoformat())
    elif not person.employed(on):
        if draft.kind is Kind.CERTIFICATE:  # a course may have been passed before the hire
            draft.warn("not_employed_certificate", "day", value=on.isoformat())
        else:
            draft.refuse("not_employed", "day", value=on.isoformat(), since=_since(person.employments))
    if draft.kind is Kind.HOURS and month_of(on) in book.closed and not book.adjustments:
        draft.refuse("month_closed", "day", month=on.isoformat()[:7])


def _since(employments: Iterable[tuple[date, date | None]]) -> str:
    return "; ".join(
        f"{first.isoformat()} – {last.isoformat() if last else '…'}" for first, last in sorted(employments)
    )


def _witness(draft: Draft, people: Mapping[str, PersonFact], person: PersonFact | None) -> Witness:
    """The evaluator or approver; nobody signs for themselves (invariant 9), by number or by name."""
    column = "approver" if draft.kind is Kind.CERTIFICATE else "evaluator"
    written = draft.text(column)
    if not written:
        return Witness()
    known = people.get(written.upper())
    same_name = person is not None and _words(written) == _words(person.name)
    if person is not None and (same_name or (known is not None and known.id == person.id)):
        draft.refuse("own_witness", column)
    if known is None:
        if any(sign.isdigit() for sign in written):
            draft.refuse("witness_unknown", column, value=written)
        return Witness(written)
    return Witness(known.name, known.id)


def _words(name: str) -> frozenset[str]:
    return frozenset(plain(name).split())


def _course(draft: Draft, book: Book) -> CourseFact | None:
    written = draft.text("course")
    if not written:
        return None
    known = book.courses.get(plain(written))
    if known is None and draft.kind is Kind.CERTIFICATE:
        draft.refuse("course_unknown", "course", value=written, known=_some(c.slug for c in book.courses.values()))
    return known


def _some(names: Iterable[str]) -> str:
    found = sorted(set(names), key=folded)
    return ", ".join(found[:8]) + ("…" if len(found) > 8 else "")


def _skill(draft: Draft, book: Book) -> Named | None:
    written = draft.text("skill")
    if not written or draft.pre_ojt:
        return None
    known = book.skills.get(plain(written))
    if known is None:
        draft.refuse("skill_unknown", "skill", value=written, known=_some(s.name for s in book.skills.values()))
    return known


def _place(draft: Draft, book: Book, person: PersonFact | None) -> Place | None:
    """The place of that day: what was known of it decides, the columns say it where nothing was known."""
    named: dict[str, Named] = {}
    for column, known in book.places.items():
        written = draft.text(column)
        if written:
            found = known.get(plain(written))
            if found is None:
                draft.refuse("place_unknown", column, value=written, known=_some(item.name for item in known.values()))
            else:
                named[column] = found
    on = draft.days.get("day")
    if person is None or on is None:
        return None
    held = [place for place in person.places if place.holds(on)]
    wanted = named.get("programme")
    if wanted is not None and draft.kind is Kind.VERIFICATION:
        held = [place for place in held if place.programme.id == wanted.id]
    else:
        held = [place for place in held if place.primary]
    if held:
        chosen = max(held, key=lambda place: place.primary)
        for column, found in named.items():
            real: Named = getattr(chosen, column)
            if real.id != found.id:
                draft.refuse("place_other", column, value=found.name, real=real.name, day=on.isoformat())
        return Place(chosen.site.id, chosen.programme.id, chosen.job.id)
    if draft.kind is Kind.VERIFICATION and len(named) < 3 and not any(f.key == "place_unknown" for f in draft.faults):
        draft.refuse("place_missing", "programme", day=on.isoformat())
    return Place(*(named[column].id if column in named else None for column in ("site", "programme", "job")))


def _until(draft: Draft, book: Book, place: Place, course: CourseFact | None, skill: Named | None) -> date | None:
    """The last day on which the record stands: as written, else as the course or the job's profile says."""
    on, written = draft.days["day"], draft.days.get("until")
    if written is not None:
        return written
    if draft.kind is Kind.CERTIFICATE and course is not None:
        return _months_later(on, course.valid_months)
    if draft.kind is Kind.VERIFICATION and skill is not None and place.job is not None:
        days = _valid_days(book.profiles.get(place.job, ()), skill.id, on)
        return None if days is None else on + timedelta(days=days)
    return None


def _valid_days(versions: Sequence[Asked], skill_id: int, on: date) -> int | None:
    """What the profile in force that day asked for; where there was none yet, the first one that came."""
    in_force = [version for version in versions if version.from_day <= on][-1:] or versions[:1]
    return in_force[0].valid_days.get(skill_id) if in_force else None


def _months_later(on: date, months: int | None) -> date | None:
    """The same day so many months later, or that month's last."""
    if months is None:
        return None
    index = on.year * 12 + on.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(on.day, last.day))


def score_of(resolved: Resolved) -> tuple[Fraction, Fraction, bool]:
    """Score, threshold, and whether exactly the threshold or more was reached."""
    score, threshold = resolved.draft.shares["score"], resolved.draft.shares["threshold"]
    return score, threshold, score >= threshold
