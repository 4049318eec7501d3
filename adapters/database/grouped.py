"""Group reads: whoever asks while a query is on its way shares the next one.

Handlers ask for one entry each and by the hundred at a time. One query each would cost a round trip and a connection
each, and the group commit would queue for a connection behind them. As a group commit does, this adapts without
lingering: an idle database is asked at once, a slow one with everything that gathered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final, Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

LARGEST_GROUP: Final = 200


class GroupedReads(Generic[Key, Value]):
    """Asks for many keys in one query, one query at a time.

    An answer is never older than its question: a key asked for while a query is on its way is in the next.

    Args:
        read: one query for some keys; keys it knows nothing of are missing from its answer.
        largest: the most keys in one query.
    """

    def __init__(
        self, read: Callable[[Collection[Key]], Awaitable[Mapping[Key, Value]]], largest: int = LARGEST_GROUP
    ) -> None:
        self._read = read
        self._largest = largest
        self._asked: dict[Key, asyncio.Future[Value | None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Value | None:
        """The value, or None.

        Raises:
            Exception: whatever the query raised; everybody in it is told.
        """
        answer = self._asked.get(key)
        if answer is None:
            answer = self._asked[key] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            # A task of its own: whoever asked first may give up, and the others still want their answers.
            self._reading = asyncio.get_running_loop().create_task(self._read_all(), name="grouped reads")
        return await asyncio.shield(answer)

    async def _read_all(self) -> None:
        try:
            while self._asked:
                await self._read_next()
        finally:
            self._reading = None
            for answer in self._asked.values():  # only when the loop ends around it
                answer.cancel()
            self._asked.clear()

    async def _read_next(self) -> None:
        keys = list(self._asked)[: self._largest]
        answers = {key: self._asked.pop(key) for key in keys}
        try:
            found = await self._read(keys)
        except Exception as error:  # noqa: BLE001  it is raised where the answer is awaited
            for answer in answers.values():
                answer.set_exception(error)
                answer.exception()  # nobody may be waiting any more
        except BaseException:
            for answer in answers.values():
                answer.cancel()
            raise
        else:
            for key, answer in answers.items():
                answer.set_result(found.get(key))
