"""Pictures and sound of questions, for whoever is signed in: their address says what they hold and nothing else."""

from __future__ import annotations

from flask import Response

from lms.assessment.queries import content
from lms.assessment.views import routes
from lms.web.context import services
from lms.web.files import send_inline
from lms.web.routes import SIGNED_IN


@routes.page("/medio/<name>", allow=SIGNED_IN, transaction=False)
def media(name: str) -> Response:
    """A picture or a sound, to be shown inside a page; the transaction ends before the first byte is sent."""
    with services().database.reading() as session:
        file = content.media_file(session, name)
    return send_inline(file)
