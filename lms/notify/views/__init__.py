"""Pages of notices and of the tray of results."""

from lms.notify.messages import MESSAGES
from lms.web.routes import Routes

routes: Routes = Routes("notify", "lms.notify", MESSAGES)

from lms.notify.views import notices, tray  # noqa: E402 - the modules below add their pages to `routes`
from lms.notify.views.notices import mail_panel  # noqa: E402 - needs `routes`

__all__ = ["mail_panel", "notices", "routes", "tray"]
