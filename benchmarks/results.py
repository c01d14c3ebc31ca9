"""What a run found, for one database and as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.browser import Seen
from benchmarks.measure import Figures


@dataclass
class Found:
    """Figures of one database. Keys are those of `benchmarks.rows`; exports in seconds for 300 and for 5,000 learners."""

    database: str
    pages: dict[str, Figures] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    hello: Figures | None = None
    same: Figures | None = None
    exports: dict[str, tuple[float, float]] = field(default_factory=dict)
    memory_mb: float = 0.0
    keeper_mb: float = 0.0
    seen: Seen | None = None

    @property
    def share(self) -> float | None:
        """The module page's requests a second as a share of the bare view's that returns the same bytes, at 8 clients."""
        module = self.pages.get("module")
        if module is None or self.same is None:
            return None
        return module.eight.per_second / self.same.eight.per_second


@dataclass
class Run:
    """A whole run: how long its rounds were, what one password hash cost, what each database gave."""

    quick: bool
    rounds: int
    seconds: float
    machine: str
    hash_ms: float
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
