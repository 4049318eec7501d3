"""An index for statistics of workflows: they read them by the time they began."""

from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_workflow_runs_started_at_id"), "workflow_runs", ["started_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_workflow_runs_started_at_id"), table_name="workflow_runs")
