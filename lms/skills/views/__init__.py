"""Pages of skills: readiness, the road of a person, records and signatures, plans, live contacts, job profiles."""

from lms.skills.messages import MESSAGES
from lms.web.routes import Routes

routes: Routes = Routes("skills", "lms.skills", MESSAGES)

from lms.skills.views import live, ojt, plans, profiles, records, road, team, verify  # noqa: E402 - they add their pages
from lms.skills.views.road import person_panel, road_for  # noqa: E402 - its pages first need `routes`

__all__ = [
    "live",
    "ojt",
    "person_panel",
    "plans",
    "profiles",
    "records",
    "road",
    "road_for",
    "routes",
    "team",
    "verify",
]
