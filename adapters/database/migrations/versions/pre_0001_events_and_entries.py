"""The event log, which is inbox and outbox too, and the current state of spending entries."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

Type = sa.types.TypeEngine[Any]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _create(
            moment=sa.String(27),
            now="(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))",
            amount=sa.BigInteger(),
            key=sa.Text(),
            document=sa.JSON(),
        )
    else:
        _create(
            moment=sa.DateTime(timezone=True),
            now="CURRENT_TIMESTAMP",
            amount=sa.Numeric(19, 4),
            key=sa.Text(collation="C"),
            document=JSONB(),
        )


def downgrade() -> None:
    op.drop_table("spending_entries")
    op.drop_table("events")


def _create(
    moment: Type,
    now: str,
    amount: Type,
    key: Type,
    document: Type,
) -> None:
    _create_events(moment, now, key)
    _create_spending_entries(amount, key, document)


def _create_events(moment: Type, now: str, key: Type) -> None:
    op.create_table(
        "events",
        sa.Column("tenant", key, nullable=False),
        sa.Column("stream", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handler", key, nullable=False),
        sa.Column("causation_id", key, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("type", key, nullable=False),
        sa.Column("topic", key, nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("correlation_id", key, nullable=False),
        sa.Column("occurred_at", moment, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", moment, server_default=sa.text(now), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", "version", name=op.f("pk_events")),
        sa.UniqueConstraint("tenant", "handler", "causation_id", "ordinal", name=op.f("uq_events_inbox")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        _check("events", "version", "version between 1 and 2147483647"),
        _check("events", "ordinal", "ordinal between 0 and 32767"),
        _check("events", "tenant", "length(tenant) between 1 and 64"),
        _check("events", "stream", "length(stream) between 1 and 400"),
        _check("events", "handler", "length(handler) between 1 and 64"),
        _check("events", "causation_id", "length(causation_id) between 1 and 256"),
        _check("events", "type", "length(type) between 1 and 200"),
        _check("events", "topic", "length(topic) between 1 and 249"),
        _check("events", "owner", "length(owner) between 1 and 128"),
        _check("events", "correlation_id", "length(correlation_id) between 1 and 256"),
    )


def _create_spending_entries(amount: Type, key: Type, document: Type) -> None:
    op.create_table(
        "spending_entries",
        sa.Column("tenant", key, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("amount", amount, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("spent_at", sa.Time()),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text()),
        sa.Column("payment_method", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("tags", document, nullable=False),
        sa.Column("raw_text", sa.Text()),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("processing_method", sa.Text(), nullable=False),
        sa.Column("source", document, nullable=False),
        sa.Column("deleted_reason", sa.Text()),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_spending_entries")),
        _check("spending_entries", "version", "version between 1 and 2147483647"),
        _check("spending_entries", "amount", "amount >= 0"),
        _check("spending_entries", "currency", "length(currency) = 3"),
        _check("spending_entries", "confidence", "confidence between 0 and 1"),
        _check("spending_entries", "tenant", "length(tenant) between 1 and 64"),
        _check("spending_entries", "owner", "length(owner) between 1 and 128"),
    )
    op.create_index(
        op.f("ix_spending_entries_tenant_owner_spent_on"), "spending_entries", ["tenant", "owner", "spent_on"]
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
