"""Connections that stay out of the pool between two uses, for statements that are transactions of their own.

A pool asks the server whether a connection still lives before it hands it out, and resets it afterwards: round trips
and switches that cost more than the statement of a command that comes alone (`make bench ARGS=latency`). A kept
connection is looked at instead of asked: one that the server has closed has something to read while nothing is asked.
"""

from __future__ import annotations

import asyncio
import select
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

from psycopg.pq import TransactionStatus

from adapters.database.failures import VENDOR_ERRORS

if TYPE_CHECKING:
    from psycopg import AsyncConnection as DriverConnection
    from psycopg.rows import TupleRow
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

LONGEST_LIFE: Final = 1800.0
"""Seconds after which a connection is closed, as the pool does: a server's memory for it grows with its age."""


class KeptConnections:
    """PostgreSQL connections in autocommit mode. Used by one event loop.

    Args:
        engine: whose pool they come from and count in.
        most: how many are kept; those above are given back to the pool.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._idle: list[AsyncConnection] = []
        self._born: dict[AsyncConnection, float] = {}

    async def take(self) -> AsyncConnection:
        """A connection that was alive a moment ago. To be given back or thrown away.

        Raises:
            SQLAlchemyError, OSError: none can be opened, or the pool has none left.
        """
        while self._idle:
            connection = self._idle.pop()
            if _is_alive(connection) and not self._is_old(connection):
                return connection
            await self.throw_away(connection)
        connection = self._engine.connect()
        await connection.start()
        try:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
        except BaseException:  # also when its caller gives up: the pool counts it until it is closed
            await asyncio.shield(self.throw_away(connection))
            raise
        self._born[connection] = _now()
        return connection

    async def give_back(self, connection: AsyncConnection) -> None:
        """Keep a connection that was used to the end; one that was not is thrown away.

        Raises:
            SQLAlchemyError, OSError: it broke meanwhile; it is thrown away.
        """
        try:
            await self._keep(connection)
        except BaseException:
            await asyncio.shield(self.throw_away(connection))
            raise

    async def _keep(self, connection: AsyncConnection) -> None:
        if driver_of(connection).info.transaction_status is not TransactionStatus.IDLE:
            await self.throw_away(connection)
        elif len(self._idle) >= self._most:
            self._born.pop(connection, None)
            await connection.close()
        else:
            if connection.in_transaction():  # SQLAlchemy's own idea of one; the server knows of none
                await connection.rollback()
            self._idle.append(connection)

    async def throw_away(self, connection: AsyncConnection) -> None:
        """Close a connection of which nothing is known. Never fails."""
        self._born.pop(connection, None)
        with suppress(*VENDOR_ERRORS):
            await connection.invalidate()
        with suppress(*VENDOR_ERRORS):
            await connection.close()

    async def drop(self) -> None:
        """Close those nobody uses."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await self.throw_away(connection)

    def _is_old(self, connection: AsyncConnection) -> bool:
        return _now() - self._born[connection] > LONGEST_LIFE


def driver_of(connection: AsyncConnection) -> DriverConnection[TupleRow]:
    """The psycopg connection below; of one that is not broken, so this neither waits nor fails."""
    pooled = connection.sync_connection.connection  # type: ignore[union-attr]  # started
    return cast("DriverConnection[TupleRow]", pooled.driver_connection)


def is_quiet(descriptor: int) -> bool:
    """Whether a socket has nothing to read: what a server says unasked is mostly a farewell. Does not wait."""
    look = select.poll()  # `select.select` refuses descriptors above 1,023
    look.register(descriptor, select.POLLIN)
    return not look.poll(0)


def _is_alive(connection: AsyncConnection) -> bool:
    driver = driver_of(connection)
    return not driver.closed and is_quiet(driver.fileno())


def _now() -> float:
    return asyncio.get_running_loop().time()
