"""Mails and outgoing mails know which process works on them; mails know their lane."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (("mails", "claimed_by"), ("mails", "lane"), ("outbox", "claimed_by")):
        op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_mails_lane", "mails", ["state", "lane", "received_at", "id"])
