"""`StatementFiles` and `StatementStores` over obstore, chosen by URL: the store of images keeps statements too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from obstore.exceptions import BaseError
from pydantic import ValidationError

from adapters.storage.folder import ImageFolder, is_legal_key
from adapters.storage.opening import S3Options, is_no_bucket, open_store, storage_error
from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.statements import MAX_STATEMENT_BYTES, MoneyDirection, StatementReference
from workers.ports.errors import StatementError, StorageError
from workers.ports.sealing import UNSEALED
from workers.ports.statement_files import ChunkPlace, KeptRow, PlannedRow, RefusedRow
from workers.ports.vault import BrokenSealError, DestroyedKeyError

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import LocalStore, S3Store

    from adapters.storage.opening import OpenedStore
    from workers.ports.sealing import ContentSeal, ContentSeals
    from workers.ports.statement_files import StatementFiles, StatementStores

_PREFIX: Final = "statement-rows"
_PIECE: Final = 256 * 1024


def open_statement_stores(url: str, seals: ContentSeals, *, s3: S3Options | None = None) -> StatementStores:
    """Open a store by its URL.

    Raises:
        ValueError: the URL or the options are wrong; the message says how to write them.
        StorageError: the folder cannot be made.
    """
    return ObjectStatementStores(open_store(url, s3), seals)


class ObjectStatementStores:
    """`StatementStores` over a store of obstore."""

    def __init__(self, opened: OpenedStore, seals: ContentSeals) -> None:
        self._opened = opened
        self._seals = seals

    async def of(self, tenant: str, owner: str) -> StatementFiles:
        return ObjectStatementFiles(*self._opened, seal=await self._seals.of(tenant, owner))


class ObjectStatementFiles:
    """`StatementFiles` over a store of obstore.

    Args:
        name: how errors call the store.
        folder: guards a store of files; None for a bucket.
        seal: the owner's.
    """

    def __init__(
        self, store: LocalStore | S3Store, name: str, folder: ImageFolder | None = None, seal: ContentSeal = UNSEALED
    ) -> None:
        self._store = store
        self._name = name
        self._folder = folder
        self._seal = seal

    def pieces(self, reference: StatementReference) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with self._errors():
            found = self._get(reference.key)
            # Only the head has been read so far; one request tells the size of the very bytes that follow.
            size = found.meta["size"]
            if size > self._seal.stored_size(MAX_STATEMENT_BYTES):
                raise _too_large(size)
            read = 0
            for data in self._seal.opened(map(bytes, found.stream(min_chunk_size=_PIECE)), reference.key):
                read += len(data)
                if read > MAX_STATEMENT_BYTES:  # a plain one, a little larger, that what is sealed may be
                    raise _too_large(size)
                digest.update(data)
                yield data
        if digest.hexdigest() != reference.sha256:
            reason = "the stored bytes have another SHA-256"
            raise StatementError(ErrorCode.STATEMENT_MISMATCH, reason, field="file.sha256")

    def save(self, key: str, pieces: Iterable[bytes]) -> StatementReference:
        _checked(key)
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for piece in pieces:
                digest.update(piece)
                yield piece

        with self._errors():
            if self._folder and not self._folder.takes(key):
                raise ValueError("key: leads out of the folder, is a folder or lies below a file")
            self._store.put(key, self._seal.sealed(hashed(), key))
        return StatementReference(key=key, sha256=digest.hexdigest())

    def keep_rows(self, place: ChunkPlace, rows: Sequence[KeptRow]) -> None:
        key, lines = _key(place), b"\n".join(map(_line, rows))
        with self._errors():
            self._store.put(key, b"".join(self._seal.sealed((lines,), key)), use_multipart=False)

    def rows(self, place: ChunkPlace) -> Sequence[KeptRow]:
        key = _key(place)
        with self._errors():
            kept = b"".join(self._seal.opened((bytes(self._get(key).bytes()),), key))
        return [_row(line) for line in kept.splitlines()]

    def discard(self, tenant: str, statement_id: UUID) -> None:
        with self._errors():
            for found in self._store.list(rows_folder(tenant, statement_id)):
                self._store.delete([one["path"] for one in found])

    def _get(self, key: str) -> GetResult:
        if not is_legal_key(key) or (self._folder and not self._folder.holds(key)):
            raise _not_found()
        try:
            return self._store.get(key)
        except FileNotFoundError as error:
            if is_no_bucket(error):
                raise StorageError(f"{self._name}: there is no such bucket") from error
            raise _not_found() from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Let no error of the library, the machine or a seal through."""
        try:
            yield
        except DestroyedKeyError as error:
            raise _not_found(f"the statement cannot be read: {error}") from None
        except BrokenSealError as error:
            raise StatementError(ErrorCode.STATEMENT_MISMATCH, str(error), field="file.key") from None
        except (BaseError, OSError) as error:
            raise storage_error(self._name, error) from error


def rows_folder(tenant: str, statement_id: UUID) -> str:
    """Where the rows of an import wait."""
    return f"{_PREFIX}/{tenant}/{statement_id}"


def _key(place: ChunkPlace) -> str:
    return f"{rows_folder(place.tenant, place.statement_id)}/{place.chunk}.jsonl"


def _checked(key: str) -> None:
    try:
        StatementReference(key=key, sha256="0" * 64)
    except ValidationError:
        raise ValueError("key: must match the pattern of a statement reference's key") from None
    if not is_legal_key(key):
        raise ValueError("key: an empty, '.', '..' or overlong part leads nowhere in the store")


def _line(row: KeptRow) -> bytes:
    return orjson.dumps([*row], default=str)


def _row(line: bytes) -> KeptRow:
    values: list[Any] = orjson.loads(line)
    if len(values) == len(RefusedRow._fields):
        return RefusedRow(*values)
    row = PlannedRow(*values)
    return row._replace(
        day=date.fromisoformat(values[2]),
        at=None if row.at is None else time.fromisoformat(values[3]),
        amount=Decimal(values[4]),
        currency=Currency(row.currency),
        direction=MoneyDirection(row.direction),
    )


def _not_found(reason: str = "the store has no statement under this key") -> StatementError:
    return StatementError(ErrorCode.STATEMENT_NOT_FOUND, reason, field="file.key")


def _too_large(size: int) -> StatementError:
    return StatementError(ErrorCode.STATEMENT_TOO_LARGE, f"the stored file has {size} bytes", field="file.key")
