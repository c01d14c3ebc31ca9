"""Reading the records behind figures: `training` (C.3), `verification` and `renewal` (C.4), `headcount`, `targets`."""

from lms.metrics.queries.selection import Choices, choices, names_of, place_names, reachable
from lms.metrics.queries.targets import goal, goals, target_rows, targets_of

__all__ = ["Choices", "choices", "goal", "goals", "names_of", "place_names", "reachable", "target_rows", "targets_of"]
