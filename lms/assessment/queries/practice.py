"""What a learner practises from."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.assessment.models import BankVersion
from lms.assessment.queries import content
from lms.catalog.models import Enrolment
from lms.catalog.queries import content as course_content
from lms.kit.errors import Conflict
from lms.kit.permissions import Actor


def practice_bank(session: Session, enrolment: Enrolment, actor: Actor) -> BankVersion:
    """The bank that the test of one's own enrolment draws from now.

    Raises: Conflict("assessment.no_test") for a course without a test, and for anybody else's enrolment.
    """
    found = content.test_plan(session, course_content(session, enrolment.version_id).test)
    if found is None or enrolment.person_id != actor.person_id:
        raise Conflict("assessment.no_test")
    return found[1].bank_version
