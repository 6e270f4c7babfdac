"""The history keeps digests of its details, and its end stands apart; what is purged is marked.

The chain is made anew over the same rows. Where the old one was broken, the new one is too.
"""

import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op
from pydantic_core import to_jsonable_python

from mailbot.adapters.store.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = ("actor", "what", "dossier_id", "case", "mail_id", "entry_id", "outbox_id")


def upgrade() -> None:
    with op.batch_alter_table("history") as batch:
        batch.add_column(sa.Column("salt", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("history") as batch:
        batch.alter_column("salt", server_default=None)
        batch.alter_column("digest", server_default=None)
    for name in ("mails", "dossiers"):
        op.add_column(name, sa.Column("purged_at", Instant(), nullable=True))
    op.create_table(
        "history_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history_head"),
    )
    _chain_anew(op.get_bind())


def _chain_anew(connection: sa.Connection) -> None:
    history = sa.table(
        "history",
        sa.column("id", sa.Integer),
        sa.column("at", Instant),
        *(sa.column(name) for name in ("detail", "salt", "digest", "chain", *_COLUMNS)),
    )
    old = new = ""
    broken = False
    last = 0
    for row in connection.execute(sa.select(history).order_by(history.c.id)).mappings().all():
        said = {"detail": json.loads(row["detail"]), **{name: row[name] for name in _COLUMNS}}
        said["at"] = row["at"].timestamp()
        text = json.dumps(to_jsonable_python(said), sort_keys=True, separators=(",", ":"))
        broken = broken or hashlib.sha256(f"{old}\n{text}".encode()).hexdigest() != row["chain"]
        old = row["chain"]
        salt = secrets.token_hex(8)
        digest = hashlib.sha256(f"{salt}\n{row['detail']}".encode()).hexdigest()
        values = [row["id"], row["at"].isoformat(timespec="microseconds"), row["actor"], row["what"], digest]
        values += [row[name] for name in ("dossier_id", "case", "mail_id", "entry_id", "outbox_id")]
        line = json.dumps(values, separators=(",", ":"))
        new = "broken before" if broken else hashlib.sha256(f"{new}\n{line}".encode()).hexdigest()
        connection.execute(
            sa.update(history).where(history.c.id == row["id"]).values(salt=salt, digest=digest, chain=new)
        )
        last = row["id"]
    connection.execute(
        sa.table("history_head", *(sa.column(name) for name in ("id", "rows", "chain")))
        .insert()
        .values(id=1, rows=last, chain=new)
    )
