"""Pages of tests: taking one, its result, its steps for who verifies, practice, and the bank for who writes it."""

from lms.assessment.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("assessment", "lms.assessment", MESSAGES)

from lms.assessment.views import authoring, media, practising, results, taking  # noqa: E402 - they add their pages to `routes`

__all__ = ["authoring", "media", "practising", "results", "routes", "taking"]
