"""Certificates at stake: a result that a certificate stands on has failed after all, and a person decides what follows."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, UtcDateTime, append_only

revision = "0017"
down_revision = "0015"

_FIRST = sa.text("corrects_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "certificate_question",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("certificate_id", BigKey, nullable=False),
        sa.Column("result_id", BigKey, nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_question_certificate_id")
        ),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_certificate_question_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_question")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_question_code")),
        sa.UniqueConstraint("result_id", name=op.f("uq_certificate_question_result_id")),
    )
    op.create_index("ix_certificate_question_certificate", "certificate_question", ["certificate_id"])
    op.create_table(
        "certificate_decision",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("question_id", BigKey, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", BigKey, nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("corrects_id", BigKey, nullable=True),
        sa.CheckConstraint("decision IN ('keep', 'revoke', 'reopen')", name=op.f("ck_certificate_decision_decision")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_certificate_decision_reason")),
        sa.CheckConstraint(
            "decision <> 'reopen' OR corrects_id IS NOT NULL", name=op.f("ck_certificate_decision_reopen")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["certificate_decision.id"], name=op.f("fk_certificate_decision_corrects_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_certificate_decision_decided_by")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["certificate_question.id"], name=op.f("fk_certificate_decision_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_decision")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_certificate_decision_corrects_id")),
    )
    op.create_index(
        "uq_certificate_decision_first",
        "certificate_decision",
        ["question_id"],
        unique=True,
        sqlite_where=_FIRST,
        postgresql_where=_FIRST,
    )
    op.create_index("ix_certificate_decision_question", "certificate_decision", ["question_id", "id"])
    append_only(op, "certificate_question")
    append_only(op, "certificate_decision")


def downgrade() -> None:
    op.drop_table("certificate_decision")
    op.drop_table("certificate_question")
