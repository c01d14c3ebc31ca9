"""Icons drawn in the page: only those that a template names are ever read out of Bootstrap's sprite."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from markupsafe import Markup, escape

_SYMBOL = re.compile(r'<symbol[^>]*?viewBox="([^"]+)" id="([^"]+)">(.*?)</symbol>', re.DOTALL)


@cache
def _symbols() -> dict[str, tuple[str, str]]:
    """Name -> (viewBox, drawing) of the whole sprite (about 2,000, 1 MB); read at the first icon that is asked for."""
    sprite = files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
    found = _SYMBOL.findall(sprite.read_text(encoding="utf-8"))
    return {name: (view_box, drawing) for view_box, name, drawing in found}


@lru_cache(maxsize=512)
def icon_svg(name: str, label: str | None = None) -> Markup:
    """The icon as inline SVG, one `em` high, in the colour of the text around it.

    Without a label it is decoration and hidden from assistive technology. Raises: LookupError for an unknown name.
    """
    try:
        view_box, drawing = _symbols()[name]
    except KeyError:
        raise LookupError(f"there is no icon named {name!r} in Bootstrap's icons") from None
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" viewBox="{}" fill="currentColor" {} focusable="false">{}</svg>').format(
        escape(view_box),
        voice,
        Markup(drawing),  # noqa: S704  the drawing comes from the installed package, never from a person
    )
