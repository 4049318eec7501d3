"""The owners' keys, and which of them were destroyed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Type = sa.types.TypeEngine[Any]

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("owner_erasures", sa.Column("keys_from", sa.Integer(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "sqlite":
        _create(moment=sa.String(27), key=sa.Text())
    else:
        _create(moment=sa.DateTime(timezone=True), key=sa.Text(collation="C"))


def downgrade() -> None:
    op.drop_table("owner_keys")
    op.drop_column("owner_erasures", "keys_from")


def _create(moment: Type, key: Type) -> None:
    op.create_table(
        "owner_keys",
        sa.Column("tenant", key, nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid()),
        sa.Column("master", key),
        sa.Column("wrapped", sa.LargeBinary()),
        sa.Column("created_at", moment),
        sa.PrimaryKeyConstraint("tenant", "owner", name=op.f("pk_owner_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_owner_keys_id")),
        _check("generation", "generation >= 1"),
        _check("whole", "(id is null) = (wrapped is null) and (id is null) = (master is null)"),
        _check("tenant", "length(tenant) between 1 and 64"),
        _check("owner", "length(owner) between 1 and 128"),
    )
    op.create_index(op.f("ix_owner_keys_master_tenant_owner"), "owner_keys", ["master", "tenant", "owner"])


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_owner_keys_{name}"))
