"""Exact scores of many different shares are long fractions: 64 bits for them.

SQLite keeps 64 bits in every integer column already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_COLUMNS = (("result", "score_num"), ("result", "score_den"), ("mark", "grade_num"), ("mark", "grade_den"))


def upgrade() -> None:
    _retype(sa.BigInteger())


def downgrade() -> None:
    _retype(sa.Integer())


def _retype(kind: sa.types.TypeEngine[int]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column in _COLUMNS:
        op.alter_column(table, column, type_=kind)
