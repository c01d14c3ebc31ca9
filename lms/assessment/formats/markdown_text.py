"""Plain text as Markdown that shows the same, whatever signs it holds (they are escaped as our Markdown knows it)."""

from __future__ import annotations

import html
import re
from html.entities import html5

_LOOSE = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
"""Names of signs that browsers know without their final semicolon too."""
_INLINE = re.compile(
    r"(?P<slash>\\(?=[\\`*_{}\[\]()>#+.!~|:-]))"
    r"|(?P<tick>`)"
    r"|(?P<entity>&(?=#|\w{1,32};|(?:" + _LOOSE + r")))"
    r"|(?P<tag><(?=[A-Za-z/!?]))"
    r"|(?P<star>(?<!\s)\*|\*(?!\s|$))"
    r"|(?P<blank>(?<!\w)_{3,}(?!\w))"
    r"|(?P<under>(?<![A-Za-z0-9])_+|_{2,}|_(?![A-Za-z0-9]))"
    r"|(?P<bracket>[\[\]])"
    r"|(?P<attr>\{)"
)
_START = re.compile(r"(?P<indent>[ \t]+)?(?:(?P<mark>[0-9]{1,9})(?=\.)|[#>+:~=-]|!!!|\*(?=\s))")
_BACKSLASHED = re.compile(r"\\([\\`*_{}\[\]()>#+.!~|:-])")
_RULE = re.compile(r"[ \t]*([-=_*|:])[-=_*|: \t]*")


def escaped(text: str) -> str:
    """`text` on one line (line ends become spaces) as Markdown."""
    return _line(" ".join(text.split("\n")))


def escaped_lines(text: str) -> str:
    """`text` as Markdown, each line end a line break, empty lines between paragraphs."""
    lines = [line.strip() for line in text.strip().split("\n")]
    said: list[str] = []
    for at, line in enumerate(lines):
        if not line:
            if said and said[-1]:
                said.append("")
            continue
        more = at + 1 < len(lines) and lines[at + 1]
        said.append(_line(line) + ("  " if more else ""))
    return "\n".join(said)


def unescaped(text: str) -> str | None:
    """The plain text of one line that `escaped` writes as `text`; None where `text` is more than plain text."""
    plain = html.unescape(_BACKSLASHED.sub(r"\1", text))
    return plain if escaped(plain) == text else None


def inline(text: str) -> str:
    """`text` with the signs escaped that mean something inside a line."""
    return _INLINE.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    sign = match[0]
    if match.lastgroup == "blank":  # the line to write on of a text with a gap: no emphasis comes of it
        return sign
    if match.lastgroup == "entity":
        return "&amp;"
    if match.lastgroup == "tag":
        return "&lt;"
    return "".join(f"\\{each}" for each in sign)


def _line(text: str) -> str:
    text = text.strip()
    return start(inline(text))


def start(line: str) -> str:
    """`line`, already escaped inside, with what means something at its beginning escaped."""
    if rule := _RULE.fullmatch(line):
        sign = rule[1]
        return line.replace("*", "\\*") if sign == "*" else _apart(line, line.index(sign))
    match = _START.match(line)
    if match is None:
        return line
    at = match.end("mark") if (match["mark"] or "").isdigit() else match.end("indent") if match["indent"] else 0
    return _apart(line, at)


def _apart(line: str, at: int) -> str:
    """`line` with its sign at `at` escaped: by a backslash where our Markdown knows one for it, or by its number."""
    sign = line[at : at + 1]
    return f"{line[:at]}\\{line[at:]}" if sign in set("#>+-.!_*") else f"{line[:at]}&#{ord(sign)};{line[at + 1 :]}"
