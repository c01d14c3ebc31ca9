"""What can be done with courses: publish, assign and withdraw, get on, take back. The only writers of the capability."""

from lms.catalog.commands.batch import StudyBatch
from lms.catalog.commands.enrolling import Enrolled, enrol, enrol_many, withdraw
from lms.catalog.commands.importing import bring_certificates
from lms.catalog.commands.progress import (
    complete_where_done,
    expiry,
    finish_module,
    may_follow,
    record_part,
    reopen_part,
    save_position,
)
from lms.catalog.commands.publishing import publish_course
from lms.catalog.commands.revoking import revoke_completion

__all__ = [
    "Enrolled",
    "StudyBatch",
    "bring_certificates",
    "complete_where_done",
    "enrol",
    "enrol_many",
    "expiry",
    "finish_module",
    "may_follow",
    "publish_course",
    "record_part",
    "reopen_part",
    "revoke_completion",
    "save_position",
    "withdraw",
]
