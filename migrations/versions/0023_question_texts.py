"""The words of questions, for the search of a bank, and which questions are alike. Made from what is published."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from lms.assessment.rules.likeness import alike
from lms.assessment.rules.texts import said, searched
from lms.kit.db import BigKey, JsonDoc

revision = "0023"
down_revision = "0022"

_QUESTION = sa.table("question", sa.column("id"), sa.column("key"))
_VERSION = sa.table(
    "question_version",
    *(sa.column(name) for name in ("id", "question_id", "title", "scenario", "scenario_stem", "explanation")),
    sa.column("body", JsonDoc),
    sa.column("tags", JsonDoc),
)
_HELD = sa.table("bank_version_question", sa.column("bank_version_id"), sa.column("question_version_id"))
_BANK = sa.table("bank", sa.column("current_version_id"))
_CHUNK = 2_000


def upgrade() -> None:
    texts = op.create_table(
        "question_text",
        sa.Column("question_version_id", BigKey, nullable=False),
        sa.Column("searched", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_question_text_question_version_id")
        ),
        sa.PrimaryKeyConstraint("question_version_id", name=op.f("pk_question_text")),
    )
    likeness = op.create_table(
        "question_likeness",
        sa.Column("one_id", BigKey, nullable=False),
        sa.Column("other_id", BigKey, nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_question_likeness_order")),
        sa.ForeignKeyConstraint(["one_id"], ["question_version.id"], name=op.f("fk_question_likeness_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["question_version.id"], name=op.f("fk_question_likeness_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_question_likeness")),
    )
    op.create_index("ix_question_likeness_other", "question_likeness", ["other_id"])
    _fill_texts(texts)
    _fill_likeness(texts, likeness)


def _fill_texts(texts: sa.Table) -> None:
    query = sa.select(_VERSION, _QUESTION.c.key).join(_QUESTION, _QUESTION.c.id == _VERSION.c.question_id)
    rows = [
        {
            "question_version_id": row.id,
            "searched": searched(
                (row.key, row.title, row.scenario, row.scenario_stem, row.explanation), row.body, row.tags
            ),
            "said": said(row.body, row.scenario_stem),
        }
        for row in op.get_bind().execute(query)
    ]
    for start in range(0, len(rows), _CHUNK):
        op.bulk_insert(texts, rows[start : start + _CHUNK])


def _fill_likeness(texts: sa.Table, likeness: sa.Table) -> None:
    query = (
        sa.select(_HELD.c.bank_version_id, texts.c.question_version_id, texts.c.said)
        .join(_HELD, _HELD.c.question_version_id == texts.c.question_version_id)
        .join(_BANK, _BANK.c.current_version_id == _HELD.c.bank_version_id)
    )
    banks: dict[int, dict[int, str]] = defaultdict(dict)
    for bank_version, version, text in op.get_bind().execute(query):
        banks[bank_version][version] = text
    for held in banks.values():
        rows = [{"one_id": each.one, "other_id": each.other, "share": each.share} for each in alike(held, held)]
        for start in range(0, len(rows), _CHUNK):
            op.bulk_insert(likeness, rows[start : start + _CHUNK])


def downgrade() -> None:
    op.drop_table("question_likeness")
    op.drop_table("question_text")
