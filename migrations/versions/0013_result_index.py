"""What every history of attempts asks for: the results of an attempt."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_result_attempt", "result", ["attempt_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_result_attempt", table_name="result")
