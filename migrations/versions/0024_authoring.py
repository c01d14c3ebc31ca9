"""Authoring: drafts of questions, whether a bank asks for a second person, publications for a time to come."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("bank", sa.Column("second_person", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "bank_desk",
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("topics", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_desk_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", name=op.f("pk_bank_desk")),
    )
    op.create_table(
        "question_draft",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("document", JsonDoc, nullable=False),
        sa.Column("base_hash", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", BigKey, nullable=True),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("approved_revision", sa.Integer(), nullable=False),
        sa.Column("approved_by", BigKey, nullable=True),
        sa.Column("approved_by_name", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('question', 'scenario')", name=op.f("ck_question_draft_kind")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_question_draft_revision")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_question_draft_approved_by")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_question_draft_bank_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_question_draft_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_draft")),
        sa.UniqueConstraint("bank_id", "kind", "key", name=op.f("uq_question_draft_bank_id_kind_key")),
        sa.UniqueConstraint("code", name=op.f("uq_question_draft_code")),
    )
    op.create_table(
        "bank_release",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("pieces", JsonDoc, nullable=False),
        sa.Column("carry", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", BigKey, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed', 'withdrawn')", name=op.f("ck_bank_release_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_bank_release_asked_by")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_release_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_release")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_release_code")),
    )
    op.create_index("ix_bank_release_due", "bank_release", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("bank_release")
    op.drop_table("question_draft")
    op.drop_table("bank_desk")
    op.drop_column("bank", "second_person")
