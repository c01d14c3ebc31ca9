"""The house rules that a machine can check: sizes, messages, templates, nothing that must not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[1]
MAX_FILE, MAX_FUNCTION = 400, 50
SOURCES = sorted([*ROOT.glob("lms/**/*.py"), *ROOT.glob("*.py"), *ROOT.glob("benchmarks/**/*.py")])
TEMPLATES = sorted(ROOT.glob("lms/**/templates/**/*.html"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*SOURCES, *sorted(ROOT.glob("tests/**/*.py"))], ids=_name)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_FILE


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_function_is_too_long(path: Path) -> None:
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    ]
    assert long == []


ROOMS = [path for path in SOURCES if {"commands", "commands.py", "rules", "rules.py"} & set(path.parts)]


@pytest.mark.parametrize("path", ROOMS, ids=_name)
def test_public_functions_of_the_floors_say_what_they_do(path: Path) -> None:
    """Commands and rules are what newcomers read first: each public function there has a docstring."""
    bare = [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node) is None
    ]
    assert bare == []


def test_every_message_key_that_is_raised_has_a_text(app: Flask) -> None:
    raised = re.compile(r"\b(?:NotFound|NotAllowed|Conflict|Invalid|TooMany)\(\s*\"([a-z_.0-9]+)\"")
    keys = {key for path in SOURCES for key in raised.findall(path.read_text())}
    known = set(app.extensions["umbral_messages"])
    assert keys, "the pattern found nothing: has the way of raising changed?"
    assert keys - known == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_template_breaks_the_content_security_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "an inline style"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "an inline event handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "an inline script"
    assert not re.search(r"(?:src|href)=[\"']https?://", text), "something from another host"
    assert "|safe" not in text.replace(" ", "") or "sanitised" in text, "say where this HTML was sanitised"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_form_that_posts_carries_the_token(path: Path) -> None:
    text = path.read_text()
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL | re.IGNORECASE):
        assert "csrf" in form or ".hidden_tag()" in form, form[:80]  # the hidden tag of a form of ours holds the token


def test_nothing_is_committed_that_must_not_be() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not listed:
        pytest.skip("not a checkout")
    forbidden = re.compile(r"--(?:extra-)?index-url|--find-links|/simple/|(?<![\w.])/(?:root|work|home)/[a-z]")
    for name in listed:
        path = ROOT / name
        if path.suffix in {".png", ".svg"} or not path.is_file() or path == Path(__file__):
            continue
        found = forbidden.search(path.read_text(errors="replace"))
        assert found is None, f"{name}: {found.group() if found else ''}"
