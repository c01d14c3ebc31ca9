"""Pages of tests: taking one, its result, its steps for who verifies, practice, and the bank for who writes it."""

from lms.assessment.messages import MESSAGES
from lms.web.routes import Routes

routes = Routes("assessment", "lms.assessment", MESSAGES)

from lms.assessment.views import (  # noqa: E402 - they add their pages to `routes`
    authoring,
    disputing,
    granting,
    importing,
    marking,
    media,
    practice_sets,
    practising,
    regrading,
    results,
    rooms,
    statistics,
    taking,
)

__all__ = [
    "authoring",
    "disputing",
    "granting",
    "importing",
    "marking",
    "media",
    "practice_sets",
    "practising",
    "regrading",
    "results",
    "rooms",
    "routes",
    "statistics",
    "taking",
]
