"""Read models in generations, and indexes that give pages of entries in their order."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Type = sa.types.TypeEngine[Any]

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("processing_quality", "spending_merchants", "spending_months", "projection_streams")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        amount: Type = sa.BigInteger()
        moment: Type = sa.String(27)
        key: Type = sa.Text()
    else:
        amount, moment, key = sa.Numeric(19, 4), sa.DateTime(timezone=True), sa.Text(collation="C")
    _create_generations(moment, key)
    _create_rows(
        "projection_streams",
        [
            sa.Column("stream", key, nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("state", sa.Text(), nullable=False),
        ],
        ["stream"],
        key,
    )
    for table, what in (("spending_months", "category"), ("spending_merchants", "merchant")):
        columns = [
            sa.Column("owner", key, nullable=False),
            sa.Column("month", sa.Date(), nullable=False),
            sa.Column(what, key, nullable=False),
            sa.Column("currency", sa.String(3), nullable=False),
            sa.Column("count", sa.BigInteger(), nullable=False),
            sa.Column("amount", amount, nullable=False),
        ]
        _create_rows(table, columns, ["owner", "month", what, "currency"], key)
    _create_rows(
        "processing_quality",
        [
            sa.Column("day", sa.Date(), nullable=False),
            *(sa.Column(name, key, nullable=False) for name in ("area", "outcome", "code", "backend")),
            sa.Column("degraded", sa.Boolean(), nullable=False),
            sa.Column("count", sa.BigInteger(), nullable=False),
            sa.Column("milliseconds", amount, nullable=False),
        ],
        ["day", "area", "outcome", "code", "backend", "degraded"],
        key,
    )
    op.create_index(
        op.f("ix_spending_entries_tenant_owner_spent_on_id"), "spending_entries", ["tenant", "owner", "spent_on", "id"]
    )
    op.create_index(
        op.f("ix_spending_entries_tenant_owner_merchant_spent_on_id"),
        "spending_entries",
        ["tenant", "owner", "merchant", "spent_on", "id"],
    )
    op.drop_index(op.f("ix_spending_entries_tenant_owner_spent_on"), "spending_entries")


def downgrade() -> None:
    op.drop_index(op.f("ix_spending_entries_tenant_owner_merchant_spent_on_id"), "spending_entries")
    op.create_index(
        op.f("ix_spending_entries_tenant_owner_spent_on"), "spending_entries", ["tenant", "owner", "spent_on"]
    )
    op.drop_index(op.f("ix_spending_entries_tenant_owner_spent_on_id"), "spending_entries")
    for table in _TABLES:
        op.drop_table(table)
    op.drop_table("projection_generations")


def _create_generations(moment: Type, key: Type) -> None:
    op.create_table(
        "projection_generations",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("projection", key, nullable=False),
        sa.Column("status", key, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("finished_at", moment),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("after_tenant", key),
        sa.Column("after_stream", key),
        sa.Column("after_version", sa.Integer()),
        sa.Column("builder", key),
        sa.Column("builder_until", moment),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_projection_generations")),
        sa.CheckConstraint("status in ('building', 'live', 'retired')", name=op.f("ck_projection_generations_status")),
    )
    active = sa.text("status <> 'retired'")
    op.create_index(
        "uq_projection_generations_status",
        "projection_generations",
        ["projection", "status"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )


def _create_rows(table: str, columns: list[sa.Column[Any]], key_columns: list[str], key: Type) -> None:
    op.create_table(
        table,
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("tenant", key, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("generation", "tenant", *key_columns, name=op.f(f"pk_{table}")),
    )
