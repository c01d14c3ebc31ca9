"""Drafts of test plans, written in the browser."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, JsonDoc, UtcDateTime

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "plan_draft",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("test_slug", sa.String(), nullable=False),
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("bank_version_id", BigKey, nullable=True),
        sa.Column("base_plan_id", BigKey, nullable=True),
        sa.Column("document", JsonDoc, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", BigKey, nullable=True),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_plan_draft_revision")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_plan_draft_bank_id")),
        sa.ForeignKeyConstraint(["bank_version_id"], ["bank_version.id"], name=op.f("fk_plan_draft_bank_version_id")),
        sa.ForeignKeyConstraint(["base_plan_id"], ["plan_version.id"], name=op.f("fk_plan_draft_base_plan_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_plan_draft_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_draft")),
        sa.UniqueConstraint("test_slug", name=op.f("uq_plan_draft_test_slug")),
    )


def downgrade() -> None:
    op.drop_table("plan_draft")
