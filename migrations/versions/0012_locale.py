"""The language that a person chose; none: as the browser says."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.alter_column("locale", existing_type=sa.String(), nullable=True)
    op.execute("UPDATE person SET locale = NULL")  # everybody had the only language there was: nobody chose it


def downgrade() -> None:
    op.execute("UPDATE person SET locale = 'es'")  # the only language of the code that goes with this shape
    with op.batch_alter_table("person") as batch:
        batch.alter_column("locale", existing_type=sa.String(), nullable=False)
