"""Pages of people: sign-in and account, the directory, access."""

from lms.people.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("people", "lms.people", MESSAGES)

from lms.people.views import access, directory, holidays, signin  # noqa: E402 - the modules below add their pages to `routes`

__all__ = ["access", "directory", "holidays", "routes", "signin"]
