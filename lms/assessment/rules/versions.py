"""What names a version of a bank: the hash of everything that its files say, the test plan apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lms.assessment.rules.canonical import content_hash

FILES, BROWSER, IMPORT, MERGE = "files", "browser", "import", "merge"
"""Where a version came from; `MERGE` is of files joined with what others had published."""


def bank_hash(
    slug: str, title: str, course: str, topics: Iterable[tuple[str, str]], questions: Mapping[str, str]
) -> str:
    """The content hash of a bank: `topics` as (id, title), `questions` as key: content hash.

    The plan is not part of it: a new pass mark is a new plan version over the same bank version.
    """
    return content_hash(
        {
            "id": slug,
            "title": title,
            "course": course,
            "topics": [[key, name] for key, name in topics],
            "questions": dict(questions),
        }
    )
