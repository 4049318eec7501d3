"""What is refused before any work is taken on."""

from pathlib import Path

import pytest

from adapters.database import engine
from adapters.database.engine import open_database
from workers.ports.errors import UnavailableError


async def test_an_sqlite_too_old_for_our_statements_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST_SQLITE", (99, 1))
    database = open_database(f"sqlite:///{tmp_path}/poon.db")
    with pytest.raises(UnavailableError, match=r"99\.1 or newer"):
        await database.check()
    await database.close()
