"""Skills and job profiles: what each job asks for, and since when."""

from __future__ import annotations

from fractions import Fraction

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.kit.errors import LmsError
from lms.kit.permissions import Permission
from lms.people import queries as people
from lms.people.models import Job
from lms.skills import commands, queries
from lms.skills.commands import RequirementInput
from lms.skills.forms import ProfileForm, SkillForm, choices, given
from lms.skills.messages import KINDS, METHODS
from lms.skills.models import JobProfileVersion
from lms.skills.views import routes
from lms.skills.views.texts import WORDS
from lms.web.context import actor, db, now, today

MANAGE = Permission.MANAGE_SKILLS


@routes.page("/habilidades", allow=MANAGE, methods=("GET", "POST"), nav=(_l("Perfiles"), 70))
def skills() -> ResponseReturnValue:
    """Jobs with the profile in force, and the list of skills."""
    form = SkillForm()
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            commands.add_skill(
                db(),
                actor(),
                name=form.name.data or "",
                kind=form.kind.data,
                description=form.description.data or "",
                now=now(),
            )
        except LmsError as error:
            form.add_error(error)
            status = error.status
        else:
            flash(_("Habilidad agregada."), "good")
            return redirect(url_for("skills.skills"), code=303)
    return render_template(
        "skills/skills.html",
        form=form,
        skills=queries.skills(db()),
        jobs=people.jobs(db()),
        in_force=queries.profiles_in_force(db(), today()),
        kinds=KINDS,
    ), status


@routes.page("/perfil/<job_code>", allow=MANAGE, methods=("GET", "POST"))
def profile(job_code: str) -> ResponseReturnValue:
    """The versions of a job's profile, and publishing a new one."""
    job = queries.job_by_code(db(), job_code)
    versions = queries.profile_versions(db(), job.id)
    form = _form(versions[0] if versions else None)
    if not form.validate_on_submit():
        return _page(job, form), 400 if form.is_submitted() else 200
    try:
        made = _publish(job, form)
    except LmsError as error:
        if error.status in {403, 404}:
            raise
        form.add_error(error)
        return _page(job, form), error.status
    flash(_("Versión %(number)s publicada.", number=made.number), "good")
    return redirect(url_for("skills.profile", job_code=job.code), code=303)


def _form(latest: JobProfileVersion | None) -> ProfileForm:
    """The form, with what the latest version asks for already in it."""
    asked = {item.skill_id: item for item in latest.requirements} if latest is not None else {}
    rows = []
    for skill in queries.skills(db()):
        item = asked.get(skill.id)
        row: dict[str, object] = {
            "skill": skill.code,
            "use": "no",
            "method": "observation",
            "threshold": "80",
            "valid_days": None,
        }
        if item is not None:
            row |= {
                "use": "required" if item.required else "desirable",
                "method": item.method,
                "threshold": _percent(item.threshold_num, item.threshold_den),
                "valid_days": item.valid_days,
            }
        rows.append(row)
    known: dict[str, object] = {"from_day": today(), "requirements": rows}
    if latest is not None:
        known |= {
            "courses": latest.courses,
            "pre_ojt": _percent(latest.pre_ojt_num, latest.pre_ojt_den),
            "min_ojt_days": latest.min_ojt_days,
            "min_ojt_minutes": latest.min_ojt_minutes,
            "witness": "witness" in latest.sign_roles,
            "manager_signs_ojt": "manager" in latest.ojt_sign_roles,
        }
    form = ProfileForm(data=known)
    form.courses.choices = choices((course.slug, course.title) for course in queries.course_choices(db()))
    return form


def _percent(numerator: int, denominator: int) -> str:
    """A threshold as it can be typed again: exact, as a share where a percentage would have to be rounded."""
    hundredths = Fraction(numerator * 10_000, denominator)
    if hundredths.denominator != 1:
        return f"{numerator}/{denominator}"
    whole, rest = divmod(hundredths.numerator, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)


def _publish(job: Job, form: ProfileForm) -> JobProfileVersion:
    lines = [line.form for line in form.requirements if line.form.use.data != "no"]
    return commands.publish_profile(
        db(),
        actor(),
        job_code=job.code,
        from_day=given(form.from_day.data),
        courses=form.courses.data or [],
        requirements=[
            RequirementInput(
                skill_code=line.skill.data or "",
                required=line.use.data == "required",
                method=line.method.data,
                threshold=line.threshold.score or Fraction(0),
                valid_days=line.valid_days.data,
            )
            for line in lines
        ],
        min_ojt_days=given(form.min_ojt_days.data),
        min_ojt_minutes=given(form.min_ojt_minutes.data),
        pre_ojt_threshold=form.pre_ojt.score or Fraction(0),
        witness=form.witness.data,
        manager_signs_ojt=form.manager_signs_ojt.data,
        now=now(),
    )


def _page(job: Job, form: ProfileForm) -> str:
    versions = queries.profile_versions(db(), job.id)
    titles = {course.slug: course.title for course in queries.course_choices(db())}
    return render_template(
        "skills/profile.html",
        job=job,
        form=form,
        versions=versions,
        in_force=queries.in_force(versions, today()),
        names={skill.code: skill.name for skill in queries.skills(db())},
        methods=METHODS,
        percent=_percent,
        titles_of=lambda version: [titles.get(slug, slug) for slug in version.courses],
        words=WORDS,
    )
