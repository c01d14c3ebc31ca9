"""A set of practice questions by topic: drawn anew for each address, with feedback at once, nothing recorded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.assessment.queries import attempts as reading
from lms.assessment.queries import content
from lms.assessment.queries.content import ReadyQuestion
from lms.assessment.queries.practice import practice_bank
from lms.assessment.rules.stream import Stream
from lms.assessment.views import routes
from lms.assessment.views.practising import feedback, practice_view
from lms.catalog.models import Enrolment
from lms.catalog.queries import enrolment_for
from lms.kit.errors import NotFound
from lms.kit.ids import new_code
from lms.kit.permissions import Permission
from lms.web.context import actor, db, services, today

SIZE = 10
"""Questions of a set."""
_SEED = re.compile(r"[a-z0-9]{4,20}")


def _drawn(known: Sequence[ReadyQuestion], enrolment: Enrolment, seed: str) -> list[ReadyQuestion]:
    """The set that a seed means: the same each time, without storing anything."""
    stream = Stream(hashlib.sha256(f"{enrolment.code} {seed}".encode()).digest(), "practice set")
    return [question for question, _ in zip(stream.permuted(known), range(SIZE), strict=False)]


@routes.page("/prueba/<code>/practica", allow=Permission.LEARN)
def practice_set(code: str) -> ResponseReturnValue:
    """Questions of the practice pool, of the topics that the address names (none: of all)."""
    enrolment = enrolment_for(db(), actor(), code, Permission.LEARN, today())
    bank = practice_bank(db(), enrolment, actor())
    titles = {topic["id"]: topic["title"] for topic in bank.topics}
    topics = [topic for topic in dict.fromkeys(request.args.getlist("tema")) if topic in titles]
    seed = request.args.get("semilla", "")
    if not _SEED.fullmatch(seed):
        return redirect(
            url_for("assessment.practice_set", code=code, tema=topics, semilla=new_code(8).lower()), code=303
        )
    questions = _drawn(content.practice_topics(db(), bank.id, topics), enrolment, seed)
    return render_template(
        "assessment/practice_set.html",
        enrolment=enrolment,
        titles=[titles[topic] for topic in topics],
        topics=topics,
        seed=seed,
        questions=[(each.key, practice_view(enrolment, each, number)) for number, each in enumerate(questions, 1)],
        again=url_for("assessment.practice_set", code=code, tema=topics, semilla=new_code(8).lower()),
    )


@routes.page("/prueba/<code>/practica/<key>", allow=Permission.LEARN, methods=("POST",), transaction=False)
def practise_set(code: str, key: str) -> ResponseReturnValue:
    """Feedback on one question of a set. It writes nothing, so it does not take its turn among the writers."""
    with services().database.reading() as session:
        enrolment = enrolment_for(session, actor(), code, Permission.LEARN, today())
        bank = practice_bank(session, enrolment, actor())
        known = content.practice_topics(session, bank.id, ())
        taking = reading.is_taking(session, enrolment.person_id)
    question = next((each for each in known if each.key == key), None)
    if question is None:
        raise NotFound("assessment.practice_not_found")
    topics, seed = request.form.getlist("tema"), request.form.get("semilla", "")
    back = url_for("assessment.practice_set", code=code, tema=topics, semilla=seed, _anchor=f"p-{key}")
    return feedback(enrolment, question, number=1, taking=taking, back=back, module=False)
