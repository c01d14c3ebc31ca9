"""The e-mail of a notice: written when it is sent, in the language of who gets it."""

from __future__ import annotations

from flask import render_template, url_for

from lms.kit.db import Database
from lms.kit.mail import Letter
from lms.kit.outbox import Message
from lms.notify import queries
from lms.notify.kinds import known
from lms.web.context import settings
from lms.web.speaking import Speaking


def compose(database: Database, speaking: Speaking, message: Message) -> Letter | None:
    """The letter of a notice; None where nothing is to be sent any more (see `queries.for_letter`)."""
    with database.reading() as session:
        found = queries.for_letter(session, message.payload["notice"])
    if found is None or found[1].email is None:
        return None
    notice, person = found
    with speaking.to(person.id):
        kind = known().get(notice.kind)
        if kind is None:  # the code that told it is gone
            return None
        words = {
            "title": kind.title(notice.params),
            "text": kind.text(notice.params),
            "link": url_for("notify.notices", _external=True),
            "settings_link": url_for("people.account", _external=True),
            "name": person.given_name,
            "company": settings().company,
        }
        return Letter(
            to=person.email or "",
            subject=words["title"],
            text=render_template("notify/letter.txt", **words),
            html=render_template("notify/letter.html", **words),
        )
