"""The oldest revision whose code may work on the schema, kept beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.Text() if op.get_bind().dialect.name == "sqlite" else sa.Text(collation="C")
    floor = op.create_table(
        "schema_floor",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("oldest", key, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_floor")),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_floor_id")),
    )
    op.bulk_insert(floor, [{"id": 1, "oldest": revision}])


def downgrade() -> None:
    op.drop_table("schema_floor")
