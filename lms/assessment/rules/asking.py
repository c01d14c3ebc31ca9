"""What a person who asks for an attempt gets, by the plan, by what was granted to them, and by what they did before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from lms.assessment.rules import policy
from lms.assessment.rules.plan import TestPlan
from lms.assessment.rules.policy import AttemptFacts, StartDecision, Window


@dataclass(frozen=True, slots=True)
class Granted:
    """What stands for a person at a test: the factor of its minutes, and attempts beside those of the plan.

    Of several factors the largest holds; attempts add up.
    """

    time: Fraction = Fraction(1)
    attempts: int = 0


NOTHING_GRANTED = Granted()


def decide(plan: TestPlan, history: Sequence[AttemptFacts], now: datetime, granted: Granted) -> StartDecision:
    """What a person with this history and these grants gets who asks for an attempt."""
    return policy.may_start(
        history,
        now,
        attempts=plan.attempts + granted.attempts,
        delay=timedelta(hours=plan.delay_hours),
        window=Window(plan.opens, plan.closes),
    )
