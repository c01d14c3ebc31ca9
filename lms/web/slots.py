"""Places in a page of a lower floor that upper floors fill: the course page knows no tests, yet shows one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

Filler = Callable[..., str | None]


def fill(app: Flask, slot: str, filler: Filler) -> None:
    """Add a filler: called with the slot's keywords, it returns HTML (rendered by a template) or None."""
    app.extensions.setdefault("umbral_slots", {}).setdefault(slot, []).append(filler)


def slot(name: str, **keywords: Any) -> Markup:
    """What the fillers of a slot give, in the order they were added; a Jinja global."""
    fillers = current_app.extensions.get("umbral_slots", {}).get(name, [])
    # Fillers return what render_template gave them: escaped already.
    return Markup("".join(html for filler in fillers if (html := filler(**keywords)) is not None))  # noqa: S704 - made by templates
