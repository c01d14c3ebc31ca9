"""The only writer of figures: targets. Everything else on the board is derived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from lms.kit import audit
from lms.kit.errors import Conflict, Invalid
from lms.kit.ids import new_code
from lms.kit.permissions import Actor
from lms.metrics import queries
from lms.metrics.figures import Figure, figure_by_key
from lms.metrics.models import Target
from lms.metrics.rules import read_value
from lms.people.rules import overlaps


def set_target(
    session: Session,
    actor: Actor,
    *,
    figure_key: str,
    value: str,
    from_day: date,
    to_day: date | None,
    source: str,
    replace: bool,
    now: datetime,
) -> Target:
    """Set the value that a figure is held against from a day to a day (None: until further notice).

    `value` is as typed ("90" of a share is 90 %). A target is never changed: with `replace` the new one takes the place
    of the older ones on its own days, and the older ones stay in the list.

    Raises: NotFound("metrics.figure_not_found"); Invalid: "metrics.value_wrong", "metrics.dates_wrong",
    "metrics.source_missing"; Conflict("metrics.target_overlap") where days are taken and `replace` is not said.
    """
    figure = figure_by_key(figure_key)
    exact = _checked(figure, value, from_day, to_day, source)
    known = queries.targets_of(session, figure.key)
    taken = [row for row in known if overlaps((row.from_day, row.to_day), (from_day, to_day))]
    if taken and not replace:
        raise _overlap(taken)
    target = Target(
        code=new_code(),
        figure=figure.key,
        value_num=exact.numerator,
        value_den=exact.denominator,
        direction=figure.better.value,
        from_day=from_day,
        to_day=to_day,
        note=source.strip(),
        set_at=now,
        set_by=actor.person_id,
    )
    session.add(target)
    session.flush()
    audit.record(
        session,
        actor,
        action="target.set",
        subject=("target", target.code),
        before={"replaces": [row.code for row in taken]},
        after={"figure": figure.key, "value": exact, "from": from_day, "to": to_day, "source": target.note},
        now=now,
    )
    return target


def _checked(figure: Figure, value: str, from_day: date, to_day: date | None, source: str) -> Fraction:
    """The exact value of what was typed, or the refusal of the first thing that is wrong."""
    exact = read_value(value, figure.unit)
    if exact is None:
        raise Invalid("metrics.value_wrong", field="value")
    if to_day is not None and to_day < from_day:
        raise Invalid("metrics.dates_wrong", field="to_day")
    if not source.strip():
        raise Invalid("metrics.source_missing", field="source")
    return exact


def _overlap(taken: Sequence[Target]) -> Conflict:
    first = min(row.from_day for row in taken)
    return Conflict("metrics.target_overlap", field="from_day", first=first.strftime("%d/%m/%Y"))
