"""Which releases may work on a schema: what a migration says of it."""

from alembic import op
from sqlalchemy import text


def works_from(oldest: str) -> None:
    """Say the oldest revision whose code may work on the schema from now on; code that does not know it may not.

    Called within a migration that takes away or changes what earlier code counts on, with the first revision whose
    code does without; and within its downgrade, with what was said before. One that only adds says nothing.
    """
    op.execute(text("UPDATE schema_floor SET oldest = :oldest").bindparams(oldest=oldest))
