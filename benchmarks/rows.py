"""The rows of the table: what is asked, and what it must cost. From the project's list of figures to beat."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.content import COURSE


@dataclass(frozen=True)
class Row:
    """A page under load. `must` and `aim` are milliseconds of processor time a request; `queries` the statements allowed."""

    key: str
    name: str
    kind: str
    path: str
    moodle: str
    must: float | None
    aim: float | None
    queries: int | None
    signed_in: bool = True


PAGES = (
    Row("sign_in", "Sign-in page, stranger", "get", "/ingresar", "24-29 ms, 64-75 req/s", 5, 3, None, signed_in=False),
    Row("course", "Course page", "get", "/curso/{enrolment}", "114-119 ms, 16-17 req/s, 36 queries", 8, 4, 4),
    Row(
        "module",
        "Module page",
        "get",
        "/curso/{enrolment}/modulo/pagina-3",
        "70-93 ms, 20-28 req/s, 34 queries",
        6,
        3,
        4,
    ),
    Row("cover", "Test cover", "get", "/prueba/{enrolment}", "61 queries", None, None, 4),
    Row("save", "Save an answer", "save", "", "37-49 ms, 37-52 req/s", 4, 2, None),
)

JOURNEY = Row(
    "journey",
    "Whole test journey (11 requests), hashing apart",
    "journey",
    "",
    "730-1,050 ms, 1.8-2.5 a second",
    40,
    25,
    None,
)


@dataclass(frozen=True)
class Export:
    """A file of a report: seconds that it may take with 300 and with 5,000 learners."""

    key: str
    name: str
    path: str
    moodle: tuple[float, float]
    must: tuple[float, float]


EXPORTS = (
    Export("gradebook", "Gradebook CSV", f"/informes/resultados.csv?curso={COURSE}", (0.07, 0.32), (0.07, 0.32)),
    Export("completion", "Completion report CSV", f"/informes/avance.csv?curso={COURSE}", (0.51, 9.3), (0.1, 0.5)),
)


@dataclass(frozen=True)
class Weight:
    """Bytes on the wire (kB of 1000) and requests of a visit."""

    key: str
    name: str
    path: str
    moodle: str
    must_kb: float
    aim_kb: float
    must_requests: int | None


WEIGHTS = (
    Weight("first_course", "First visit, course page", "/curso/{enrolment}", "1,350 kB, 29 requests", 100, 60, 8),
    Weight("first_quiz", "First visit, test page", "{attempt}", "1,170-4,400 kB", 100, 60, None),
    Weight("repeat", "Repeat visit, course page", "/curso/{enrolment}", "23-35 kB, 3-5 requests", 15, 10, 1),
)

MEMORY_MUST, MEMORY_ISSUE = 150, 300
"""MB of the server's processes after load: by the table, and by the issue."""
SHARE_MUST, SHARE_AIM = 1 / 3, 1 / 2
"""Of the requests a second of a bare view with the same bytes, what the module page must reach."""
AXE = ("course", "page", "test cover", "attempt", "summary", "review")
