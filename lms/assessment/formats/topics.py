"""Categories of other programs as topics of ours: a path such as `$course$/top/Norma/Fraude` is the topic "Norma / Fraude"."""

from __future__ import annotations

import re

from lms.assessment.formats.identity import digest, slug

_PART = re.compile(r"(?<!/)/(?!/)")
_CONTEXT = re.compile(r"\$[a-z]+\$", re.IGNORECASE)
_JOIN = " / "


def topic_of(path: str, topics: dict[str, str], *, key: str = "") -> str:
    """The id of the topic that `path` names, noted in `topics`; `key` is the id that the file gives it. "" for the top."""
    parts = [part.replace("//", "/").strip() for part in _PART.split(path)]
    parts = [part for part in parts if part and not _CONTEXT.fullmatch(part)]
    if parts and parts[0] == "top":
        parts = parts[1:]
    if not parts:
        return ""
    title = " ".join(_JOIN.join(parts).split())[:200]
    found = slug(key, 80) or slug(title) or f"tema-{digest({'title': title})}"
    if topics.get(found, title) != title:
        found = f"{found}-{digest({'title': title})}"
    topics[found] = title
    return found


def path_of(title: str) -> str:
    """The path of a topic, without what stands before it."""
    return "/".join(part.replace("/", "//") for part in title.split(_JOIN))
