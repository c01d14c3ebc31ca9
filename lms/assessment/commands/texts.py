"""Keeping the words of questions where they are searched, and which are alike: part of publishing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.models import BankVersionQuestion, Question, QuestionLikeness, QuestionText, QuestionVersion
from lms.assessment.rules.likeness import alike
from lms.assessment.rules.texts import said, searched
from lms.kit.db import insert_values

_CHUNK = 2_000


def keep_texts(session: Session, bank_version_id: int) -> int:
    """Keep the words of those questions of a bank version that are new, and whom each is like; gives how many they were."""
    held = select(BankVersionQuestion.question_version_id).where(BankVersionQuestion.bank_version_id == bank_version_id)
    query = (
        select(QuestionVersion, Question.key)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(held), QuestionVersion.id.not_in(select(QuestionText.question_version_id)))
    )
    rows = [_text(version, key) for version, key in session.execute(query)]
    if not rows:
        return 0
    for start in range(0, len(rows), _CHUNK):
        insert_values(session, QuestionText, rows[start : start + _CHUNK])
    texts = session.execute(
        select(QuestionText.question_version_id, QuestionText.said).where(QuestionText.question_version_id.in_(held))
    )
    pairs = alike({row[0]: row[1] for row in texts}, {int(row["question_version_id"]) for row in rows})
    likenesses = [{"one_id": each.one, "other_id": each.other, "share": each.share} for each in pairs]
    for start in range(0, len(likenesses), _CHUNK):
        insert_values(session, QuestionLikeness, likenesses[start : start + _CHUNK])
    return len(rows)


def _text(version: QuestionVersion, key: str) -> dict[str, int | str]:
    texts = (key, version.title, version.scenario, version.scenario_stem, version.explanation)
    return {
        "question_version_id": version.id,
        "searched": searched(texts, version.body, version.tags),
        "said": said(version.body, version.scenario_stem),
    }
