"""Reading what the start page gathers; a fixed number of queries whatever somebody has on record."""

from lms.home.queries.hr import HrDesk, hr_desk
from lms.home.queries.learner import LearnerDesk, learner_desk
from lms.home.queries.office import audit_count, course_count, jobs_without_profile, people_count
from lms.home.queries.team import LateCourse, TeamDesk, against_count, team_desk

__all__ = [
    "HrDesk",
    "LateCourse",
    "LearnerDesk",
    "TeamDesk",
    "against_count",
    "audit_count",
    "course_count",
    "hr_desk",
    "jobs_without_profile",
    "learner_desk",
    "people_count",
    "team_desk",
]
