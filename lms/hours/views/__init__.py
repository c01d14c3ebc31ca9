"""Pages of hours: the cut, the entries behind it, corrections, the close of months, exports."""

from lms.hours.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("hours", "lms.hours", MESSAGES)

from lms.hours.views import exporting, ledger, months, pivots  # noqa: E402 - the modules below add their pages to `routes`
from lms.hours.views.panel import person_panel  # noqa: E402 - needs `routes`

__all__ = ["exporting", "ledger", "months", "person_panel", "pivots", "routes"]
