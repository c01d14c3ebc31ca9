"""Pages of who writes questions: the desk of a bank, the editor, a second person's review, new banks."""

from lms.authoring.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("authoring", "lms.authoring", MESSAGES)

from lms.authoring.views import banks, desks, editing, reviewing  # noqa: E402 - they add their pages to `routes`

__all__ = ["banks", "desks", "editing", "reviewing", "routes"]
