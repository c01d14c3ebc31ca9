"""The table and docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import Figures, Round
from benchmarks.results import Found, Run
from benchmarks.rows import (
    AXE,
    EXPORTS,
    JOURNEY,
    MEMORY_ISSUE,
    MEMORY_MUST,
    PAGES,
    SHARE_AIM,
    SHARE_MUST,
    WEIGHTS,
    Export,
    Row,
    Weight,
)
from benchmarks.sections import kept

Line = tuple[str, ...]
_METHOD = Path(__file__).with_name("method.md")


def verdict(value: float, must: float | None, aim: float | None = None) -> str:
    """Whether a figure that should be small is: "met", "met (aim too)", or by how much not."""
    if must is None:
        return "—"
    if value <= must:
        return "met (aim too)" if aim is not None and value <= aim else "met"
    return f"NOT met: {100 * (value - must) / must:+.0f} %" if must else f"NOT met: {value:g}"


def table(run: Run) -> list[Line]:
    """The rows of the main table, its head first: what, the reference, must and aim, then figure and verdict by database."""
    head = (
        "what",
        "Moodle 5.0.2",
        "ours must be",
        "aim",
        *(cell for each in run.found for cell in (each.database, "")),
    )
    rows = [*_page_rows(run), *_export_rows(run), *_visit_rows(run), *_rest(run)]
    return [head, *rows]


def _cells(run: Run, tell: Callable[[Found], tuple[str, str]]) -> Iterator[str]:
    for each in run.found:
        yield from tell(each)


def _page_rows(run: Run) -> Iterator[Line]:
    for row in (*PAGES, JOURNEY):
        if row.must is not None:
            yield (
                f"{row.name}: processor time",
                row.moodle,
                f"{row.must:g} ms",
                f"{row.aim:g} ms",
                *_cells(run, lambda found, row=row: _cpu(found, row)),  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            )
        if row.queries is not None:
            yield (
                f"{row.name}: queries",
                row.moodle.rpartition(", ")[2] if "queries" in row.moodle else "",
                str(row.queries),
                "",
                *_cells(run, lambda found, row=row: _queries(found, row)),  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            )
    yield (
        "Module page: requests a second, of a bare view's with the same bytes",
        "",
        f"{SHARE_MUST:.2f}",
        f"{SHARE_AIM:.2f}",
        *_cells(run, _share),
    )


def _cpu(found: Found, row: Row) -> tuple[str, str]:
    figures = found.pages.get(row.key)
    if figures is None:
        return "not measured", ""
    return f"{figures.eight.cpu_ms:.1f} ms", verdict(figures.eight.cpu_ms, row.must, row.aim)


def _queries(found: Found, row: Row) -> tuple[str, str]:
    count = found.queries.get(row.key)
    return ("not measured", "") if count is None else (str(count), verdict(count, row.queries))


def _share(found: Found) -> tuple[str, str]:
    share = found.share
    if share is None:
        return "not measured", ""
    if share < SHARE_MUST:
        return f"{share:.2f}", f"NOT met: {100 * (share - SHARE_MUST) / SHARE_MUST:+.0f} %"
    return f"{share:.2f}", "met (aim too)" if share >= SHARE_AIM else "met"


def _export_rows(run: Run) -> Iterator[Line]:
    for export in EXPORTS:
        for place, learners in enumerate((300, 5000)):
            yield (
                f"{export.name}, {learners:,} learners",
                f"{export.moodle[place]:g} s",
                f"{export.must[place]:g} s",
                "",
                *_cells(run, lambda found, export=export, place=place: _export(found, export, place)),  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            )


def _export(found: Found, export: Export, place: int) -> tuple[str, str]:
    seconds = found.exports.get(export.key)
    if seconds is None:
        return "not measured", ""
    return f"{seconds[place]:.2f} s", verdict(seconds[place], export.must[place])


def _visit_rows(run: Run) -> Iterator[Line]:
    for weight in WEIGHTS:
        must = f"{weight.must_kb:g} kB" + (f", {weight.must_requests} requests" if weight.must_requests else "")
        yield (
            weight.name,
            weight.moodle,
            must,
            f"{weight.aim_kb:g} kB",
            *_cells(run, lambda found, weight=weight: _visit(found, weight)),  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        )


def _visit(found: Found, weight: Weight) -> tuple[str, str]:
    if found.seen is None:
        return "not measured", ""
    visit = found.seen.visits[weight.key]
    kilobytes = visit.bytes / 1000
    told = verdict(kilobytes, weight.must_kb, weight.aim_kb)
    if weight.must_requests is not None and visit.requests > weight.must_requests:
        told = f"NOT met: {visit.requests - weight.must_requests} requests too many"
    return f"{kilobytes:.1f} kB, {visit.requests} requests", told


def _rest(run: Run) -> Iterator[Line]:
    yield (
        "Memory of the server's processes after load (PSS)",
        "168 MB",
        f"{MEMORY_MUST} MB",
        "",
        *_cells(run, lambda found: (f"{found.memory_mb:.0f} MB", verdict(found.memory_mb, MEMORY_MUST))),
    )
    yield (
        "The same with the housekeeping process",
        "",
        f"{MEMORY_ISSUE} MB",
        "",
        *_cells(
            run,
            lambda found: (
                f"{found.memory_mb + found.keeper_mb:.0f} MB",
                verdict(found.memory_mb + found.keeper_mb, MEMORY_ISSUE),
            ),
        ),
    )
    yield (f"Rules of axe broken: {', '.join(AXE)}", "2, 4, 3, 4, 3, 4", "0", "0", *_cells(run, _axe))


def _axe(found: Found) -> tuple[str, str]:
    if found.seen is None:
        return "not measured", ""
    counts = [len(found.seen.broken[page]) for page in AXE]
    return ", ".join(map(str, counts)), verdict(sum(counts), 0, 0)


def _detail(run: Run) -> Iterator[Line]:
    yield (
        "database",
        "what",
        "ms alone",
        "ms of 8",
        "p50 / p99 alone",
        "p50 / p99 of 8",
        "a second, alone / of 8",
        "of the yardstick's time",
    )
    for found in run.found:
        hello = found.hello.eight.cpu_ms if found.hello else None
        for row in (*PAGES, JOURNEY):
            if figures := found.pages.get(row.key):
                yield _detail_row(found.database, row.name, figures, hello)
        for name, bare in (
            ("Yardstick: bare Flask and Jinja", found.hello),
            ("Yardstick: the module page's bytes", found.same),
        ):
            if bare is not None:
                yield _detail_row(found.database, name, bare, hello)


def _detail_row(database: str, name: str, figures: Figures, hello: float | None) -> Line:
    alone, eight = figures.alone, figures.eight
    ratio = f"{eight.cpu_ms / hello:.1f} times" if hello else ""
    return (
        database,
        name,
        f"{alone.cpu_ms:.1f}",
        f"{eight.cpu_ms:.1f}",
        _times(alone),
        _times(eight),
        f"{alone.per_second:,.0f} / {eight.per_second:,.0f}",
        ratio,
    )


def _times(found: Round) -> str:
    return f"{found.p50_ms:.1f} / {found.p99_ms:.1f} ms"


def as_text(lines: list[Line]) -> str:
    """A table for the terminal."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def as_markdown(lines: list[Line]) -> str:
    head, *rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rows])


def document(run: Run) -> str:
    """docs/benchmarks.md."""
    kind = "A quick run: rounds too short to quote." if run.quick else "A full run."
    notes = "\n".join(f"- {note}" for note in run.notes)
    return f"""# Benchmarks

Written by `make bench`: what is changed here by hand is lost with the next run. The text under the tables is
`benchmarks/method.md`.
{kind} {run.rounds} rounds of {run.seconds:g} s for each figure, medians. {run.machine}

## The figures to beat

{as_markdown(table(run))}

One password hash costs {run.hash_ms:.0f} ms of processor time; the journey's row is without it.

{notes}

## In detail

Processor time in milliseconds a request (of the journey: the whole), of the server's and the database's processes together.

{as_markdown(list(_detail(run)))}

{kept()}
{_METHOD.read_text(encoding="utf-8")}"""
