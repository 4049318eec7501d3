"""Statements' files in memory."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Self
from uuid import UUID

from contracts.errors import ErrorCode
from contracts.statements import StatementReference
from workers.ports.errors import StatementError
from workers.ports.statement_files import ChunkPlace, KeptRow

PIECE = 16_384


class MemoryStatementFiles:
    """`StatementStores` and `StatementFiles` that holds what the test saved.

    Attributes:
        chunks: that are kept.
    """

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self.chunks: dict[ChunkPlace, tuple[KeptRow, ...]] = {}

    async def of(self, _tenant: str, _owner: str) -> Self:
        return self

    def pieces(self, reference: StatementReference) -> Iterator[bytes]:
        data = self._files.get(reference.key)
        if data is None:
            raise StatementError(ErrorCode.STATEMENT_NOT_FOUND, "the fake store has no such file", field="file.key")
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]
        if hashlib.sha256(data).hexdigest() != reference.sha256:
            raise StatementError(ErrorCode.STATEMENT_MISMATCH, "another file", field="file.sha256")

    def save(self, key: str, pieces: Iterable[bytes]) -> StatementReference:
        self._files[key] = b"".join(pieces)
        return StatementReference(key=key, sha256=hashlib.sha256(self._files[key]).hexdigest())

    def keep_rows(self, place: ChunkPlace, rows: Sequence[KeptRow]) -> None:
        self.chunks[place] = tuple(rows)

    def rows(self, place: ChunkPlace) -> Sequence[KeptRow]:
        if place not in self.chunks:
            raise StatementError(ErrorCode.STATEMENT_NOT_FOUND, "the fake store has no such rows", field="file.key")
        return self.chunks[place]

    def discard(self, tenant: str, statement_id: UUID) -> None:
        for place in [place for place in self.chunks if place[:2] == (tenant, statement_id)]:
            del self.chunks[place]
