"""Which owners were erased, and finding what is stored of one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Type = sa.types.TypeEngine[Any]

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_events_tenant_owner"), "events", ["tenant", "owner"])
    if op.get_bind().dialect.name == "sqlite":
        _create(moment=sa.String(27), key=sa.Text())
    else:
        _create(moment=sa.DateTime(timezone=True), key=sa.Text(collation="C"))


def downgrade() -> None:
    op.drop_table("owner_erasures")
    op.drop_index(op.f("ix_events_tenant_owner"), "events")


def _create(moment: Type, key: Type) -> None:
    op.create_table(
        "owner_erasures",
        sa.Column("tenant", key, nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("command_id", key, nullable=False),
        sa.Column("erased_until", moment, nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "owner", name=op.f("pk_owner_erasures")),
        sa.CheckConstraint("length(tenant) between 1 and 64", name=op.f("ck_owner_erasures_tenant")),
        sa.CheckConstraint("length(owner) between 1 and 128", name=op.f("ck_owner_erasures_owner")),
    )
