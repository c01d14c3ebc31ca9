"""Item statistics: what was computed from results, kept for its pages."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime

revision = "0020"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "statistics_run",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("test_id", BigKey, nullable=False),
        sa.Column("first_only", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_result_id", BigKey, nullable=False),
        sa.Column("figures", JsonDoc, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name=op.f("fk_statistics_run_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_run")),
        sa.UniqueConstraint("code", name=op.f("uq_statistics_run_code")),
        sa.UniqueConstraint("test_id", "first_only", name=op.f("uq_statistics_run_test_id_first_only")),
    )
    op.create_table(
        "item_statistic",
        sa.Column("run_id", BigKey, nullable=False),
        sa.Column("question_version_id", BigKey, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("flags", JsonDoc, nullable=False),
        sa.Column("figures", JsonDoc, nullable=False),
        sa.Column("responses", JsonDoc, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_item_statistic_question_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["statistics_run.id"], name=op.f("fk_item_statistic_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "question_version_id", name=op.f("pk_item_statistic")),
    )
    op.create_index("ix_item_statistic_question_version", "item_statistic", ["question_version_id"])


def downgrade() -> None:
    op.drop_table("item_statistic")
    op.drop_table("statistics_run")
