"""Alembic's entry: runs the migrations on the connection that `lms.kit.migrate` hands over."""

from alembic import context

import lms.tables
from lms.kit.db import Base

assert lms.tables  # importing it declares every table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
