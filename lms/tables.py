"""Declares every table, for migrations and tests: importing it fills `Base.metadata`."""

from lms.assessment import models as assessment
from lms.authoring import models as authoring
from lms.catalog import models as catalog
from lms.certificates import models as certificates
from lms.hours import models as hours
from lms.kit import anchors, audit, dated, files, jobs, keys, outbox, provenance
from lms.metrics import models as metrics
from lms.notify import models as notify
from lms.people import models as people
from lms.skills import models as skills
from lms.surveys import models as surveys

__all__ = [
    "anchors",
    "assessment",
    "audit",
    "authoring",
    "catalog",
    "certificates",
    "dated",
    "files",
    "hours",
    "jobs",
    "keys",
    "metrics",
    "notify",
    "outbox",
    "people",
    "provenance",
    "skills",
    "surveys",
]
