"""Targets of figures."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, UtcDateTime, append_only

revision = "0008"
down_revision = "0007"


def upgrade() -> None:

    op.create_table(
        "target",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("value_num", sa.Integer(), nullable=False),
        sa.Column("value_den", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", BigKey, nullable=True),
        sa.CheckConstraint("direction IN ('at_least', 'at_most')", name=op.f("ck_target_direction")),
        sa.CheckConstraint("to_day IS NULL OR to_day >= from_day", name=op.f("ck_target_order")),
        sa.CheckConstraint("value_den > 0", name=op.f("ck_target_value")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_target_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("code", name=op.f("uq_target_code")),
    )
    op.create_index("ix_target_figure", "target", ["figure"], unique=False)

    append_only(op, "target")


def downgrade() -> None:

    op.drop_table("target")
