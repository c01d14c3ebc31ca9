"""The harness itself: its content can be published, its arithmetic is right, its table says what was not met."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.browser import Seen, Visit
from benchmarks.content import BANK, DRAWN, PAGES, WORDS, write_content
from benchmarks.measure import Figures, Round, middle, percentile
from benchmarks.processes import processor_seconds, proportional_mb, tree
from benchmarks.report import as_markdown, document, table, verdict
from benchmarks.results import Found, Run
from benchmarks.rows import AXE, EXPORTS, JOURNEY, WEIGHTS
from benchmarks.rows import PAGES as ROWS
from lms.admin.publishing import read_content


def test_the_content_is_of_the_size_that_is_said(tmp_path: Path) -> None:
    content = read_content(write_content(tmp_path))
    assert content.report.ok, content.report.errors
    assert content.counts() | {"surveys": 0} == {
        "courses": 1, "modules": PAGES, "banks": 1, "questions": BANK, "surveys": 0
    }  # fmt: skip
    plan = content.banks[0].plan
    assert plan is not None
    assert sum(section.count for section in plan.sections) == DRAWN
    text = (tmp_path / "courses" / "medicion" / "01-pagina-1.md").read_text("utf-8").split("---\n", 2)[2]
    words = [
        word for line in text.splitlines() if not line.startswith("#") for word in line.split() if word.strip("-|*;.")
    ]
    assert WORDS <= len(words) + 1 <= WORDS + 40


def test_the_same_content_every_time(tmp_path: Path) -> None:
    one, two = (write_content(tmp_path / name) for name in ("a", "b"))
    for path in sorted(one.rglob("*.*")):
        assert path.read_bytes() == (two / path.relative_to(one)).read_bytes()


def test_percentiles_and_middles() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([3.0], 0.99) == 3
    rounds = [Round(cpu_ms, 1, 2, 3) for cpu_ms in (9.0, 1.0, 5.0)]
    assert middle(rounds) == Round(5, 1, 2, 3)


def test_a_verdict_says_by_how_much_not() -> None:
    assert verdict(4, 8, 4) == "met (aim too)"
    assert verdict(8, 8, 4) == "met"
    assert verdict(10, 8, 4) == "NOT met: +25 %"
    assert verdict(2, 0, 0) == "NOT met: 2"
    assert verdict(2, None) == "—"


def test_processor_time_of_a_tree_includes_children_that_ended() -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    code = (
        f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {busy!r}]); "
        "print('done', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert processor_seconds([process.pid]) >= 0.3
        assert proportional_mb([process.pid]) > 1
        assert tree(process.pid)[0] == process.pid
        assert process.pid in tree(os.getpid())
        process.kill()
    assert processor_seconds([process.pid]) == 0


def _found() -> Found:
    figures = Figures(Round(1, 1, 2, 500), Round(2, 3, 4, 800), 100)
    found = Found("SQLite", hello=figures, same=figures, memory_mb=120, keeper_mb=60)
    found.pages = {row.key: figures for row in (*ROWS, JOURNEY)}
    found.queries = {row.key: 4 for row in ROWS}
    found.exports = {export.key: (0.05, 9.9) for export in EXPORTS}
    found.seen = Seen({weight.key: Visit(20_000, 2) for weight in WEIGHTS}, {page: [] for page in AXE})
    return found


def test_the_page_holds_every_row_and_says_what_is_not_met() -> None:
    run = Run(quick=True, rounds=1, seconds=1, machine="2 cores.", hash_ms=30, found=[_found(), Found("PostgreSQL")])
    rows = table(run)
    assert len({len(row) for row in rows}) == 1
    by_name = {row[0]: row for row in rows}
    assert by_name["Module page: processor time"][4:6] == ("2.0 ms", "met (aim too)")
    assert by_name["Gradebook CSV, 5,000 learners"][5].startswith("NOT met")
    assert by_name["Repeat visit, course page"][5] == "NOT met: 1 requests too many"
    assert by_name["Module page: processor time"][6:] == ("not measured", "")
    assert by_name["Memory of the server's processes after load (PSS)"][5] == "met"
    page = document(run)
    assert as_markdown(rows) in page
    assert "A quick run" in page


def test_a_service_dies_with_the_harness(tmp_path: Path) -> None:
    """Killed outright, the harness leaves no server behind."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom benchmarks.processes import Service, free_port\n"
        "port = free_port()\n"
        "command = [sys.executable, '-m', 'http.server', str(port), '--bind', '127.0.0.1']\n"
        f"made = Service(command, {{}}, Path({str(tmp_path / 'log')!r}),"
        " f'http://127.0.0.1:{port}/')\nprint(made.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as harness:
        assert harness.stdout is not None
        server = int(harness.stdout.readline())
        harness.kill()
    deadline = time.monotonic() + 20
    while _alive(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(server)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
