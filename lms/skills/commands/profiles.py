"""Skills, and versions of job profiles: a new version never changes what was asked on an earlier day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.clock import local_day
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.ids import new_code
from lms.kit.permissions import Actor, Permission
from lms.skills import queries
from lms.skills.models import JobProfileVersion, ProfileRequirement, Skill
from lms.skills.rules import SIGN_ORDER, exact_share

SKILL_KINDS = ("skill", "knowledge")
METHODS = ("test", "observation", "role_play", "monitored_contacts")
MAX_DAYS = 3650


@dataclass(frozen=True)
class RequirementInput:
    """A line of a profile as its author wrote it; `threshold` from 0 (excluded) to 1, `valid_days` None: for good."""

    skill_code: str
    required: bool
    method: str
    threshold: Fraction
    valid_days: int | None


def _refuse_without_permission(actor: Actor) -> None:
    if not actor.can(Permission.MANAGE_SKILLS):
        raise NotAllowed("skills.manage")


def add_skill(session: Session, actor: Actor, *, name: str, kind: str, description: str, now: datetime) -> Skill:
    """Name a skill or a piece of knowledge that profiles can ask for.

    Raises: NotAllowed("skills.manage"); Invalid("skills.name_missing" | "skills.kind_unknown"); Conflict("skills.name_taken").
    """
    _refuse_without_permission(actor)
    wanted = " ".join(name.split())
    if not wanted:
        raise Invalid("skills.name_missing", field="name")
    if kind not in SKILL_KINDS:
        raise Invalid("skills.kind_unknown", field="kind")
    if queries.skill_by_name(session, wanted) is not None:
        raise Conflict("skills.name_taken", field="name")
    skill = Skill(code=new_code(), name=wanted, kind=kind, description=description.strip())
    session.add(skill)
    session.flush()
    audit.record(
        session, actor, action="skill.add", subject=("skill", skill.code), after={"name": wanted, "kind": kind}, now=now
    )
    return skill


def publish_profile(
    session: Session,
    actor: Actor,
    *,
    job_code: str,
    from_day: date,
    courses: Sequence[str],
    requirements: Sequence[RequirementInput],
    min_ojt_days: int,
    min_ojt_minutes: int,
    pre_ojt_threshold: Fraction,
    witness: bool = False,
    manager_signs_ojt: bool = False,
    now: datetime,
) -> JobProfileVersion:
    """A new version of what a job asks for, approved by the actor, in force from `from_day` on.

    Only the first version may begin in the past: a later one would change what was asked on days gone by.
    Raises: NotAllowed("skills.manage"); NotFound("skills.job_not_found" | "skills.skill_not_found"); Invalid
    ("skills.profile_*"), with the form's field.
    """
    _refuse_without_permission(actor)
    job = queries.job_by_code(session, job_code)
    earlier = queries.profile_versions(session, job.id)
    if earlier and from_day < max(local_day(now, actor.zone), earlier[0].from_day):
        raise Invalid("skills.profile_past", field="from_day")
    practice = {"min_ojt_days": min_ojt_days, "min_ojt_minutes": min_ojt_minutes}
    _check_profile(session, courses, requirements, pre_ojt=pre_ojt_threshold, **practice)
    version = JobProfileVersion(
        code=new_code(),
        job_id=job.id,
        number=earlier[0].number + 1 if earlier else 1,
        from_day=from_day,
        courses=list(dict.fromkeys(courses)),
        **practice,
        pre_ojt_num=pre_ojt_threshold.numerator,
        pre_ojt_den=pre_ojt_threshold.denominator,
        sign_roles=[role for role in SIGN_ORDER if witness or role != "witness"],
        ojt_sign_roles=["evaluator", "manager"] if manager_signs_ojt else ["evaluator"],
        approved_by=actor.person_id,
        approved_at=now,
        requirements=[_requirement(session, item) for item in requirements],
    )
    session.add(version)
    session.flush()
    _note(session, actor, job.code, version, now=now)
    return version


def _note(session: Session, actor: Actor, job_code: str, version: JobProfileVersion, *, now: datetime) -> None:
    audit.record(
        session,
        actor,
        action="profile.publish",
        subject=("job", job_code),
        after={
            "number": version.number,
            "from_day": version.from_day,
            "courses": version.courses,
            "skills": len(version.requirements),
        },
        now=now,
    )


def _requirement(session: Session, item: RequirementInput) -> ProfileRequirement:
    return ProfileRequirement(
        skill_id=queries.skill_by_code(session, item.skill_code).id,
        required=item.required,
        method=item.method,
        threshold_num=item.threshold.numerator,
        threshold_den=item.threshold.denominator,
        valid_days=item.valid_days,
    )


def _check_profile(
    session: Session,
    courses: Sequence[str],
    requirements: Sequence[RequirementInput],
    *,
    min_ojt_days: int,
    min_ojt_minutes: int,
    pre_ojt: Fraction,
) -> None:
    known = {course.slug for course in queries.course_choices(session)}
    codes = [item.skill_code for item in requirements]
    checks = (
        (not courses, "skills.profile_no_course", "courses"),
        (not set(courses) <= known, "skills.profile_course_unknown", "courses"),
        (not any(item.required for item in requirements), "skills.profile_no_skill", "requirements"),
        (len(codes) != len(set(codes)), "skills.profile_skill_twice", "requirements"),
        (any(item.method not in METHODS for item in requirements), "skills.profile_method", "requirements"),
        (any(not _threshold(item.threshold) for item in requirements), "skills.profile_threshold", "requirements"),
        (
            any(item.valid_days is not None and not 1 <= item.valid_days <= MAX_DAYS for item in requirements),
            "skills.profile_valid_days",
            "requirements",
        ),
        (not 1 <= min_ojt_days <= 365, "skills.profile_ojt_days", "min_ojt_days"),
        (not 1 <= min_ojt_minutes <= 365 * 720, "skills.profile_ojt_minutes", "min_ojt_minutes"),
        (not _threshold(pre_ojt), "skills.profile_threshold", "pre_ojt"),
    )
    for wrong, key, field in checks:
        if wrong:
            raise Invalid(key, field=field)


def _threshold(value: Fraction) -> bool:
    return value > 0 and exact_share(value)
