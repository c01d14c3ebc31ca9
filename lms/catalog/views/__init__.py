"""Pages of courses: the learner's, assigning, the author's preview."""

from lms.catalog.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("catalog", "lms.catalog", MESSAGES)

from lms.catalog.views import assigning, authoring, learning  # noqa: E402 - these add their pages to `routes`
from lms.catalog.views.panel import person_panel  # noqa: E402 - needs `routes`

__all__ = ["assigning", "authoring", "learning", "person_panel", "routes"]
