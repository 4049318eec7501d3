"""Databases that seal, and the same one without a key."""

from collections.abc import AsyncIterator

import pytest

from adapters.database.engine import Database, open_database
from tests.fakes.vault import vault


class Keyed:
    """A subclass gives `url`."""

    @pytest.fixture(autouse=True)
    def _sealed(self, database: Database, other_database: Database) -> None:
        database.seal_with(vault())
        other_database.seal_with(vault())

    @pytest.fixture
    async def plain(self, url: str) -> AsyncIterator[Database]:
        """The same database as somebody opens it who has no key, or who did before there was one."""
        opened = open_database(url)
        yield opened
        await opened.close()
