"""`docs/invariants.md` says what is true: every test it names exists, and every promise of the product has some."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
NUMBERS = range(1, 14)
_TEST = re.compile(r"test_invariant_(\d\d)_\w+")


def named() -> list[tuple[int, str]]:
    """The rows of the table: the number of the promise and each test beside it, by its whole name."""
    rows = re.findall(
        r"^\| (\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs" / "invariants.md").read_text("utf-8"), re.MULTILINE
    )
    return [(int(number), f"test_invariant_{test}") for number, cell in rows for test in re.findall(r"`(\w+)`", cell)]


def written() -> Counter[str]:
    """Every test of an invariant in the tree, and how many carry its name."""
    return Counter(
        node.name
        for path in ROOT.glob("tests/**/test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and _TEST.fullmatch(node.name)
    )


def test_every_test_that_is_named_exists_once_and_is_about_its_promise() -> None:
    there = written()
    assert [name for _number, name in named() if there[name] != 1] == []
    assert [(number, name) for number, name in named() if not name.startswith(f"test_invariant_{number:02d}_")] == []


def test_every_promise_has_its_row_and_its_tests() -> None:
    rows = {number for number, _name in named()}
    assert rows == set(NUMBERS)
    assert {int(_TEST.fullmatch(name)[1]) for name in written()} == set(NUMBERS)  # type: ignore[index]  # matched in `written`


def test_none_of_them_is_switched_off() -> None:
    """A test that is skipped or expected to fail proves nothing."""
    off = [
        f"{path.name}: {node.name}"
        for path in ROOT.glob("tests/**/test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and _TEST.fullmatch(node.name)
        if any(word in ast.unparse(decorator) for decorator in node.decorator_list for word in ("skip", "xfail"))
    ]
    assert off == []
