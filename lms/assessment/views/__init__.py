"""Pages of tests: taking one, its result, its steps for who verifies, practice, and the bank for who writes it."""

from lms.assessment.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("assessment", "lms.assessment", MESSAGES)

from lms.assessment.views import (  # noqa: E402 - they add their pages to `routes`
    browsing,
    disputing,
    granting,
    importing,
    marking,
    media,
    plan_publishing,
    planning,
    practice_sets,
    practising,
    questions,
    regrading,
    results,
    rooms,
    statistics,
    taking,
)

__all__ = [
    "browsing",
    "disputing",
    "granting",
    "importing",
    "marking",
    "media",
    "plan_publishing",
    "planning",
    "practice_sets",
    "practising",
    "questions",
    "regrading",
    "results",
    "rooms",
    "routes",
    "statistics",
    "taking",
]
