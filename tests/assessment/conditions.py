"""What the tests of the conditions of an attempt share: a scene over a plan, a start, a refusal by its key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.assessment.commands import start
from lms.assessment.rules.plan import Section
from lms.kit.errors import LmsError
from tests.conftest import NOW

HOUR = timedelta(hours=1)
SECTION = Section("a", "any", 4)


def begin(session, scene, member=None, **given):
    who = member or scene.cast.agent
    enrolment = scene.enrolment if who is scene.cast.agent else scene.other
    return start(session, who.actor, enrolment_code=enrolment.code, **({"now": NOW} | given))


def refused(key, call, *args, **kwargs):
    with pytest.raises(LmsError) as caught:
        call(*args, **kwargs)
    assert caught.value.key == f"assessment.{key}"
