"""Finding entries that look alike, and the pairs that were said to be two purchases."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

Type = sa.types.TypeEngine[Any]

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_REFERENCE: Final = sa.text("(source ->> 'reference')")
_HAS_REFERENCE: Final = sa.text("(source ->> 'reference') IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        op.f("ix_spending_entries_reference"),
        "spending_entries",
        ["tenant", "owner", _REFERENCE],
        postgresql_where=_HAS_REFERENCE,
        sqlite_where=_HAS_REFERENCE,
    )
    _create(sa.Text() if op.get_bind().dialect.name == "sqlite" else sa.Text(collation="C"))


def downgrade() -> None:
    op.drop_table("duplicate_pairs")
    op.drop_index(op.f("ix_spending_entries_reference"), "spending_entries")


def _create(key: Type) -> None:
    op.create_table(
        "duplicate_pairs",
        sa.Column("tenant", key, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("one", sa.Uuid(), nullable=False),
        sa.Column("two", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_duplicate_pairs")),
        sa.UniqueConstraint("tenant", "one", "two", name=op.f("uq_duplicate_pairs_tenant_one_two")),
        _check("version", "version between 1 and 2147483647"),
        _check("order", "one < two"),
        _check("tenant", "length(tenant) between 1 and 64"),
        _check("owner", "length(owner) between 1 and 128"),
    )
    op.create_index(op.f("ix_duplicate_pairs_tenant_owner"), "duplicate_pairs", ["tenant", "owner"])


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_duplicate_pairs_{name}"))
