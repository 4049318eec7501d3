"""Where statements wait to be imported, and their rows between being read and being recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from contracts.money import Currency
from contracts.statements import MoneyDirection, StatementReference


class PlannedRow(NamedTuple):
    """A readable row of a statement.

    Attributes:
        number: as in StatementRow.
        occurrence: which of the rows that are alike in this file, from 1; 0 for money that came in.
        account: its number in one form, empty where nothing tells it.
    """

    number: int
    occurrence: int
    day: date
    at: time | None
    amount: Decimal
    currency: Currency
    direction: MoneyDirection
    description: str
    reference: str | None
    account: str


class RefusedRow(NamedTuple):
    """A row that cannot be read; as BadRow, without its cells."""

    number: int
    code: str
    field: str
    reason: str


KeptRow = PlannedRow | RefusedRow


class ChunkPlace(NamedTuple):
    """Where a chunk of rows is kept."""

    tenant: str
    statement_id: UUID
    chunk: int


class StatementFiles(Protocol):
    """An object store for statements, as far as they are one owner's.

    All of it blocks: callers on an event loop use a thread.
    """

    def pieces(self, reference: StatementReference) -> Iterator[bytes]:
        """The file by pieces, never whole. What it hashes to is known at its end, so use nothing of it before.

        Raises:
            StatementError: statement_not_found, also where its key was destroyed or it is another owner's;
                statement_too_large, before it is read; statement_mismatch: at the end, or where what is sealed was
                changed.
            StorageError: the store is unavailable.
            MasterKeyError: it is sealed, and no master key is set.
        """
        ...

    def save(self, key: str, pieces: Iterable[bytes]) -> StatementReference:
        """Keep a file under a key, replacing what was there.

        Raises:
            ValueError: the key is no legal one (see StatementReference.key).
            StorageError: the store is unavailable.
        """
        ...

    def keep_rows(self, place: ChunkPlace, rows: Sequence[KeptRow]) -> None:
        """Keep a chunk, replacing what was there.

        Raises:
            StorageError: the store is unavailable.
        """
        ...

    def rows(self, place: ChunkPlace) -> Sequence[KeptRow]:
        """A chunk.

        Raises:
            StatementError: statement_not_found, for a chunk that was never kept or is discarded, or whose key was
                destroyed; statement_mismatch, for one that is sealed and was changed.
            StorageError: the store is unavailable.
            MasterKeyError: it is sealed, and no master key is set.
        """
        ...

    def discard(self, tenant: str, statement_id: UUID) -> None:
        """Forget the chunks of an import; not the file it was made from. Again and again changes nothing.

        Raises:
            StorageError: the store is unavailable.
        """
        ...


class StatementStores(Protocol):
    """The object store, owner by owner."""

    async def of(self, tenant: str, owner: str) -> StatementFiles:
        """Where an owner's statements are: sealed as `ImageStores` says.

        Raises:
            UnavailableError: the owner's key cannot be had.
        """
        ...
