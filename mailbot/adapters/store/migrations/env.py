"""Alembic runs this for every upgrade. The connection comes from migrate.py, in a transaction of its own."""

from alembic import context

from mailbot.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
)
with context.begin_transaction():
    context.run_migrations()
