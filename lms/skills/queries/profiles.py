"""What jobs ask for: skills, and versions of profiles with the day each is in force from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.catalog.models import Course
from lms.kit.errors import NotFound
from lms.people.models import Job
from lms.skills.models import JobProfileVersion, ProfileRequirement, Skill
from lms.skills.rules import Profile, Requirement

_WHOLE = (
    selectinload(JobProfileVersion.requirements).joinedload(ProfileRequirement.skill),
    joinedload(JobProfileVersion.approver),
)

_VERSIONS = (
    select(JobProfileVersion)
    .options(*_WHOLE)
    .where(JobProfileVersion.job_id.in_(bindparam("jobs", expanding=True)))
    .order_by(JobProfileVersion.number.desc())
)


def skills(session: Session) -> Sequence[Skill]:
    """Every skill and piece of knowledge, by name."""
    return session.scalars(select(Skill).order_by(Skill.name)).all()


def skill_by_name(session: Session, name: str) -> Skill | None:
    return session.scalar(select(Skill).where(Skill.name == name))


def skill_by_code(session: Session, code: str) -> Skill:
    """Raises: NotFound("skills.skill_not_found")."""
    found = session.scalar(select(Skill).where(Skill.code == code))
    if found is None:
        raise NotFound("skills.skill_not_found")
    return found


def job_by_code(session: Session, code: str) -> Job:
    """Raises: NotFound("skills.job_not_found")."""
    found = session.scalar(select(Job).where(Job.code == code))
    if found is None:
        raise NotFound("skills.job_not_found")
    return found


def course_choices(session: Session) -> Sequence[Course]:
    """Published courses, whose certificate a profile can ask for."""
    return session.scalars(select(Course).where(Course.current_version_id.is_not(None)).order_by(Course.title)).all()


def profile_versions(session: Session, job_id: int) -> Sequence[JobProfileVersion]:
    """Every version of a job's profile with its requirements, the newest first."""
    return session.scalars(
        select(JobProfileVersion)
        .options(*_WHOLE)
        .where(JobProfileVersion.job_id == job_id)
        .order_by(JobProfileVersion.number.desc())
    ).all()


def versions_of_jobs(session: Session, job_ids: Collection[int]) -> dict[int, list[JobProfileVersion]]:
    """The same for several jobs in two queries; versions by job, the newest first."""
    found: dict[int, list[JobProfileVersion]] = {job_id: [] for job_id in job_ids}
    if not found:
        return found
    for version in session.scalars(_VERSIONS, {"jobs": list(found)}):
        found[version.job_id].append(version)
    return found


def in_force(versions: Sequence[JobProfileVersion], on: date) -> JobProfileVersion | None:
    """Of versions with the newest first, the one in force on a day: the newest whose `from_day` has come."""
    return next((version for version in versions if version.from_day <= on), None)


def profile_in_force(session: Session, job_id: int, on: date) -> JobProfileVersion | None:
    """The version of a job's profile that counts on a day; None before the first."""
    return in_force(profile_versions(session, job_id), on)


def profiles_in_force(session: Session, on: date) -> dict[int, JobProfileVersion]:
    """By job id, the profile in force on a day; jobs without one are left out. Two queries."""
    jobs = session.scalars(select(Job.id)).all()
    found = {job_id: in_force(versions, on) for job_id, versions in versions_of_jobs(session, jobs).items()}
    return {job_id: version for job_id, version in found.items() if version is not None}


def rule_profile(version: JobProfileVersion) -> Profile:
    """A version as the pure rules see it."""
    return Profile(
        version_id=version.id,
        courses=tuple(version.courses),
        requirements=tuple(
            Requirement(
                item.skill_id, Fraction(item.threshold_num, item.threshold_den), item.valid_days, required=item.required
            )
            for item in version.requirements
        ),
        min_ojt_days=version.min_ojt_days,
        min_ojt_minutes=version.min_ojt_minutes,
        ojt_sign_roles=tuple(version.ojt_sign_roles),
        sign_roles=tuple(version.sign_roles),
    )
