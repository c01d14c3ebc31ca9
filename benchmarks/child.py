"""A client in a process of its own: it is given its work, says when it is ready, and does it when it is told to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.processes import ROOT


class Child:
    """The process as the harness sees it: `go()` runs the work that was prepared."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def go(self) -> dict[str, Any]:
        """Run, and give what the client measured. Raises: RuntimeError where it failed."""
        found: dict[str, Any] = json.loads(self.tell("go"))
        return found

    def tell(self, line: str) -> str:
        """Give the client a line and take its answer. Raises: RuntimeError where there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the client failed; what it said stands above")
        return answer


@contextmanager
def prepared(module: str, work: Mapping[str, Any]) -> Iterator[Child]:
    """The client `module` with its `work` prepared; its process ends with this block."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            child = Child(process)
            child.tell(json.dumps(work))
            yield child
        finally:
            process.kill()
