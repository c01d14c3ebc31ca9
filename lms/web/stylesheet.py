"""Cutting style sheets to what the site uses: plain text work, done once at start-up.

Bootstrap's compressed sheet alone is 31 kB on the wire. We use its reset, grid, forms, buttons, tables and utilities; its
other components are never in our pages, because our own stand in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

UNUSED_BOOTSTRAP = [
    "accordion",
    "alert",
    "badge",
    "blockquote",
    "breadcrumb",
    "bs-popover",
    "bs-tooltip",
    "card",
    "carousel",
    "collapse",
    "collapsing",
    "dropdown",
    "dropend",
    "dropstart",
    "dropup",
    "figure",
    "float",
    "form-floating",
    "input-group",
    "link",
    "list-group",
    "modal",
    "nav",
    "navbar",
    "object-fit",
    "offcanvas",
    "offset",
    "page",
    "pagination",
    "placeholder",
    "popover",
    "progress",
    "ratio",
    "spinner",
    "tab-content",
    "tab-pane",
    "toast",
    "tooltip",
    "was-validated",
    "focus-ring",
    "icon-link",
    "btn-close",
    "btn-outline",
    "btn-success",
    "btn-info",
    "btn-warning",
    "btn-light",
    "btn-dark",
    "btn-link",
    "btn-check",
    "btn-toolbar",
    "form-range",
    "table-primary",
    "table-secondary",
    "table-success",
    "table-info",
    "table-warning",
    "table-danger",
    "table-light",
    "table-dark",
    "table-hover",
    "table-striped",
    "table-striped-columns",
    "text-bg",
    "border-primary",
    "border-success",
]
"""First names of the classes whose rules are left out, with everything that begins with them and a hyphen."""

_UNUSED_CLASS = re.compile(r"\.(?:" + "|".join(UNUSED_BOOTSTRAP) + r")(?![a-z0-9])")
_NEGATION = re.compile(r":not\([^)]*\)")
_COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_SPACE_AROUND = re.compile(r" ?([{};,]) ?")


def minify(css: str) -> str:
    """The sheet without comments (those of a licence, `/*!`, stay) and needless white space. Strings must not hold two spaces."""
    bare = _SPACE.sub(" ", _COMMENT.sub("", css))
    return _SPACE_AROUND.sub(r"\1", bare).replace(";}", "}").strip()


def without_unused(css: str) -> str:
    """The sheet without the rules of the components we do not use; a rule stays if any of its selectors is in use."""
    return "".join(_kept_rules(css))


def _kept_rules(css: str) -> Iterator[str]:
    for head, body in _blocks(css):
        name = head.strip()
        if not body:
            yield head
        elif name.startswith("@media"):
            inner = without_unused(body[1:-1])
            if inner.strip():
                yield f"{head}{{{inner}}}"
        elif name.startswith("@keyframes"):
            if not re.search(r"spinner|placeholder|progress", name):
                yield head + body
        else:
            used = [selector for selector in _selectors(head) if not _UNUSED_CLASS.search(_NEGATION.sub("", selector))]
            if used:
                yield ",".join(used) + body


def _selectors(head: str) -> list[str]:
    """Split at the commas that stand outside brackets: `:not(a,b)` is one selector."""
    return re.split(r",(?![^()]*\))", head)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Top-level (head, "{body}") pairs; a statement or a licence comment comes as (text, "")."""
    position = 0
    while position < len(css):
        if css.startswith("/*", position):
            end = css.index("*/", position) + 2
            yield css[position:end], ""
            position = end
            continue
        opening = css.find("{", position)
        statement = css.find(";", position)
        if opening < 0:
            yield css[position:], ""
            return
        if 0 <= statement < opening:
            yield css[position : statement + 1], ""
            position = statement + 1
            continue
        end = _closing(css, opening)
        yield css[position:opening], css[opening:end]
        position = end


def _closing(css: str, opening: int) -> int:
    """The position just after the brace that closes the one at `opening`."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(css, opening):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    raise ValueError("the style sheet has a block that is never closed")
