"""Where a version of a bank or a plan came from, and the title and course of a bank, which its files say.

What was published before came from files, or was imported beside them: `files` is what lets them go on as they did. The
title and the course were not kept then: `queries.bank_content` finds the course by the content hash.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("bank_version", sa.Column("title", sa.String(), nullable=False, server_default=""))
    op.add_column("bank_version", sa.Column("course", sa.String(), nullable=True))
    for table in ("bank_version", "plan_version"):
        op.add_column(table, sa.Column("origin", sa.String(), nullable=False, server_default="files"))


def downgrade() -> None:
    for table in ("plan_version", "bank_version"):
        op.drop_column(table, "origin")
    op.drop_column("bank_version", "course")
    op.drop_column("bank_version", "title")
