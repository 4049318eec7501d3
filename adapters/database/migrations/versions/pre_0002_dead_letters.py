"""A row for each dead letter, for operators to search, edit, redrive and discard."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Type = sa.types.TypeEngine[Any]

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _create(moment=sa.String(27), key=sa.Text())
    else:
        _create(moment=sa.DateTime(timezone=True), key=sa.Text(collation="C"))


def downgrade() -> None:
    op.drop_table("dead_letters")


def _create(moment: Type, key: Type) -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant", key, nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("area", key, nullable=False),
        sa.Column("command_id", key, nullable=False),
        sa.Column("command_type", key, nullable=False),
        sa.Column("code", key, nullable=False),
        sa.Column("reason", key, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("redrives", sa.Integer(), nullable=False),
        sa.Column("consumer_group", key, nullable=False),
        sa.Column("failed_at", moment, nullable=False),
        sa.Column("original_topic", key, nullable=False),
        sa.Column("original_partition", sa.Integer(), nullable=False),
        sa.Column("original_offset", sa.BigInteger(), nullable=False),
        sa.Column("original_timestamp", sa.BigInteger(), nullable=False),
        sa.Column("record_key", sa.LargeBinary()),
        sa.Column("record_value", sa.LargeBinary()),
        sa.Column("record_headers", sa.Text(), nullable=False),
        sa.Column("status", key, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edit_type", key),
        sa.Column("edit_tenant", key),
        sa.Column("edit_owner", key),
        sa.Column("edit_data", sa.Text()),
        sa.Column("redriven_as", key),
        sa.Column("acted_at", moment),
        sa.Column("acted_by", key),
        sa.Column("action_reason", key),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
        _check("status", "status in ('waiting', 'redriving', 'redriven', 'discarded')"),
        _check("revision", "revision >= 1"),
        _check("tenant", "length(tenant) between 1 and 64"),
        _check("owner", "length(owner) between 1 and 128"),
    )
    _index("status", "failed_at", "id")
    _index("original_topic", "original_partition", "original_offset")
    _index("tenant", "owner")


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_dead_letters_{name}"))


def _index(*columns: str) -> None:
    op.create_index(op.f(f"ix_dead_letters_{'_'.join(columns)}"), "dead_letters", columns)
