"""SQLite databases whose schema is there from the start: copies of one. Migrating takes longer than most tests do."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.database import schema


def migrated_sqlite(file: Path) -> str:
    """Lay an empty database with the schema of now there, and tell its URL."""
    file.write_bytes(_empty())
    return f"sqlite:///{file}"


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "poon.db"
        schema.migrate(f"sqlite:///{file}")
        return file.read_bytes()
