"""What no page could have sent: each value alone is enough for an entry to be refused, and nothing else of its request."""

from __future__ import annotations

ANSWERS: list[object] = [
    7,
    1.5,
    True,
    "0",
    "",
    "x" * 2_000,
    {"0": "0"},
    [0],
    [None],
    [True],
    [["0"]],
    ["9"],
    ["-1"],
    ["00"],
    [" 0"],
    ["٠"],
    ["0"] * 200,
    ["x" * 2_000],
]
POSITIONS: list[object] = [0, -1, 6, 99, 2**31, 2**70, True, "1", 1.0, None, [1], {"q": 1}]
TABS: list[object] = [
    "",
    "short",
    "x" * 41,
    "form",
    "server",
    "with a blank",
    "ñandú-tab",
    "tab-one-1\n",
    None,
    7,
    ["t"],
]
NUMBERS: list[object] = [-1, 2**31, 2**70, True, "3", 1.5, None, [1]]
FLAGS: list[object] = ["", "true", 0, 1, [], {}]
BASES = [-(2**70), -5, 10**6, 2**70]
