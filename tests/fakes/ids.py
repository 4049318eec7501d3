"""Ids that can be foretold."""

from uuid import UUID


class SequentialIds:
    """`IdFactory` that counts: 00000000-0000-7000-8000-000000000001 and on."""

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> UUID:
        self._last += 1
        return UUID(f"00000000-0000-7000-8000-{self._last:012x}")
