"""The patterns of QTI that are our accepted answers with stars: never run as expressions of somebody else."""

from __future__ import annotations

import re

from lms.assessment.formats.qti.variables import NotUnderstood
from lms.assessment.types.typed import reads_like

_PIECE = re.compile(
    r"(?P<any>\.\*)|\\(?P<escaped>[^A-Za-z0-9])|\[(?P<alone>[^\]\\^])\]|\[(?P<one>[^\]\\^])(?P<other>[^\]\\])\]"
    r"|(?P<plain>[^\\.*+?\[\](){}|^$])",
    re.DOTALL,
)
_SPECIAL = frozenset("\\|.-^?*+{}()[]")


def starred(pattern: str) -> tuple[str, bool | None] | None:
    """The accepted answer that a pattern means, and whether capitals matter (None without letters); None where it is more."""
    pattern = pattern.removeprefix("^")
    pattern = pattern if pattern.endswith("\\$") else pattern.removesuffix("$")
    found, at, case, folded = [], 0, False, False
    while at < len(pattern):
        match = _PIECE.match(pattern, at)
        if match is None:
            return None
        at = match.end()
        if match["any"]:
            found.append("*")
            continue
        if match["one"]:
            if match["one"].swapcase() != match["other"]:
                return None
            folded = True
        sign = match["one"] or match["escaped"] or match["alone"] or match["plain"]
        case = case or (not match["one"] and sign.swapcase() != sign and len(sign.swapcase()) == 1)
        found.append(f"\\{sign}" if sign in "*\\" else sign)
    return "".join(found), case if case or folded else None


def pattern_of(accepted: str, *, case: bool) -> str:
    """The pattern of an accepted answer of ours; the inverse of `starred`."""
    parts, at = [], 0
    while at < len(accepted):
        sign = accepted[at]
        if sign == "\\" and accepted[at + 1 : at + 2] in {"*", "\\"}:
            at += 1
            parts.append(f"\\{accepted[at]}")
        elif sign == "*":
            parts.append(".*")
        elif not case and sign.swapcase() != sign and len(sign.swapcase()) == 1:
            parts.append(f"[{sign}{sign.swapcase()}]")
        elif sign == "$":
            parts.append("[$]")
        else:
            parts.append(f"\\{sign}" if sign in _SPECIAL else sign)
        at += 1
    return "".join(parts)


def pattern_matches(pattern: str, text: str) -> bool:
    """Whether `text` fits. Raises: NotUnderstood where the pattern is more than stars."""
    found = starred(pattern)
    if found is None:
        raise NotUnderstood(f"el patrón «{pattern[:40]}»")
    return reads_like(text, found[0], case=found[1] is not False, accents=True)
