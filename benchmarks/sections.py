"""Parts of docs/benchmarks.md that are measured by themselves: each is kept in a file, so that a run of one leaves the others."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("sections")
NAMES = ("taking", "crowd", "statistics", "banks", "formats")
"""In the order of the page."""


def keep(name: str, text: str) -> None:
    """Store what a part found."""
    _FOLDER.mkdir(exist_ok=True)
    (_FOLDER / f"{name}.md").write_text(text.strip() + "\n", "utf-8")


def kept() -> str:
    """Every part that was ever measured, each between marks of its own."""
    paths = [_FOLDER / f"{name}.md" for name in NAMES]
    return "\n".join(_marked(path.stem, path.read_text("utf-8")) for path in paths if path.exists())


def put(page: Path, name: str) -> None:
    """Bring one part of a page that is there up to date."""
    text, (begins, ends) = page.read_text("utf-8"), _marks(name)
    part = _marked(name, (_FOLDER / f"{name}.md").read_text("utf-8"))
    before, found, rest = text.partition(begins)
    if found:
        page.write_text(before + part.rstrip("\n") + rest.partition(ends)[2], "utf-8")
    else:
        method = "\n## How it is measured"
        page.write_text(text.replace(method, f"\n{part}{method}", 1), "utf-8")


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def _marked(name: str, text: str) -> str:
    begins, ends = _marks(name)
    return f"{begins}\n\n{text.strip()}\n\n{ends}\n"
