"""Pictures and sound of question banks: which stored file a text of a question names."""

import sqlalchemy as sa
from alembic import op

from lms.kit.db import BigKey, append_only

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "bank_media",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("bank_id", BigKey, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file_id", BigKey, nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_media_bank_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_bank_media_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_media")),
        sa.UniqueConstraint("bank_id", "name", name=op.f("uq_bank_media_bank_id_name")),
    )
    op.create_index("ix_bank_media_name", "bank_media", ["name"])
    append_only(op, "bank_media")


def downgrade() -> None:
    op.drop_table("bank_media")
