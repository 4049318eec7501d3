"""Where each workflow stands, and the timers of its steps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Type = sa.types.TypeEngine[Any]

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _create(moment=sa.String(27), key=sa.Text())
    else:
        _create(moment=sa.DateTime(timezone=True), key=sa.Text(collation="C"))


def downgrade() -> None:
    op.drop_table("workflow_timers")
    op.drop_table("workflow_runs")


def _create(moment: Type, key: Type) -> None:
    op.create_table(
        "workflow_runs",
        sa.Column("tenant", key, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("workflow", key, nullable=False),
        sa.Column("phase", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", key),
        sa.Column("code", key),
        sa.Column("correlation_id", key, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_runs")),
        sa.CheckConstraint(
            "phase in ('running', 'compensating', 'stuck', 'completed', 'compensated')",
            name=op.f("ck_workflow_runs_phase"),
        ),
        *_lengths("workflow_runs"),
    )
    op.create_index(op.f("ix_workflow_runs_phase_updated_at_id"), "workflow_runs", ["phase", "updated_at", "id"])
    op.create_index(op.f("ix_workflow_runs_tenant_owner"), "workflow_runs", ["tenant", "owner"])
    op.create_table(
        "workflow_timers",
        sa.Column("tenant", key, nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("step", key, nullable=False),
        sa.Column("token", key, nullable=False),
        sa.Column("owner", key, nullable=False),
        sa.Column("correlation_id", key, nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "step", name=op.f("pk_workflow_timers")),
        *_lengths("workflow_timers"),
    )
    op.create_index(op.f("ix_workflow_timers_shard_due_at"), "workflow_timers", ["shard", "due_at"])
    op.create_index(op.f("ix_workflow_timers_tenant_owner"), "workflow_timers", ["tenant", "owner"])


def _lengths(table: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(f"length({name}) between 1 and {most}", name=op.f(f"ck_{table}_{name}"))
        for name, most in (("tenant", 64), ("owner", 128), ("correlation_id", 256))
    ]
