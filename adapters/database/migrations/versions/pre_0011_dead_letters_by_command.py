"""Indexes to find a command's dead letter by, and what a redrive's command replaced."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REDRIVEN: Final = sa.text("redriven_as IS NOT NULL")


def upgrade() -> None:
    op.create_index(op.f("ix_dead_letters_command_id"), "dead_letters", ["command_id"])
    op.create_index(
        op.f("ix_dead_letters_redriven_as"),
        "dead_letters",
        ["redriven_as"],
        postgresql_where=_REDRIVEN,
        sqlite_where=_REDRIVEN,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_dead_letters_redriven_as"), table_name="dead_letters")
    op.drop_index(op.f("ix_dead_letters_command_id"), table_name="dead_letters")
