"""The current state of category mappings: what merchants and phrases mean to an owner, or to all of a tenant."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

Type = sa.types.TypeEngine[Any]

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _create(key=sa.Text(), document=sa.JSON())
    else:
        _create(key=sa.Text(collation="C"), document=JSONB())


def downgrade() -> None:
    op.drop_table("category_mappings")


def _create(key: Type, document: Type) -> None:
    op.create_table(
        "category_mappings",
        sa.Column("tenant", key, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", key, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("match", key, nullable=False),
        sa.Column("aliases", document, nullable=False),
        sa.Column("patterns", document, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text()),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("source", key, nullable=False),
        sa.Column("status", key, nullable=False),
        sa.Column("confirmations", sa.Integer(), nullable=False),
        sa.Column("contradictions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_category_mappings")),
        _check("version", "version between 1 and 2147483647"),
        _check("key", "length(key) between 1 and 400"),
        _check("status", "status in ('active', 'candidate', 'retired')"),
        _check("counts", "confirmations >= 0 and contradictions >= 0"),
        _check("tenant", "length(tenant) between 1 and 64"),
        _check("owner", "length(owner) between 1 and 128"),
    )
    _index("tenant", "owner", "version")
    _index("tenant", "key")


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_category_mappings_{name}"))


def _index(*columns: str) -> None:
    op.create_index(op.f(f"ix_category_mappings_{'_'.join(columns)}"), "category_mappings", columns)
