"""Vendor errors, sorted into the two kinds the inside knows: the database is unavailable, or a row is unstorable."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors
from sqlalchemy.exc import SQLAlchemyError, StatementError

from workers.ports.errors import UnavailableError

VENDOR_ERRORS: Final = (SQLAlchemyError, psycopg.Error, sqlite3.Error, OSError, UnicodeEncodeError, OverflowError)
"""What the drivers raise; `TimeoutError` is an `OSError`."""

_ROW_ERRORS: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    errors.ProgramLimitExceeded,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    UnicodeEncodeError,
    OverflowError,
)
_NETWORK_ERRORS: Final = (TimeoutError, ConnectionError, socket.gaierror)
"""Errors of the system that no folder is to blame for."""
_MISSING_TABLES: Final = (errors.UndefinedTable, errors.UndefinedColumn)


class UnstorableRowError(Exception):
    """The database refuses a row for what is in it; `reason` says why, without the row's content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn vendor errors into the project's.

    Args:
        place: names the database for operators, without its password.

    Raises:
        UnavailableError: the database cannot be used now.
        UnstorableRowError: a row cannot be stored.
    """
    try:
        yield
    except VENDOR_ERRORS as error:
        raise translation(error, place) from error


def translation(error: Exception, place: str) -> UnavailableError | UnstorableRowError:
    """What a vendor error means here."""
    cause = _cause(error)
    if isinstance(cause, _ROW_ERRORS):
        return UnstorableRowError(_reason(cause))
    return UnavailableError(f"the database {place} cannot be used: {_reason(cause)}; {_advice(cause)}")


def _cause(error: Exception) -> BaseException:
    # SQLAlchemy's own text repeats the statement and its parameters, which may be somebody's receipt.
    return error.orig if isinstance(error, StatementError) and error.orig is not None else error


def _reason(cause: BaseException) -> str:
    if isinstance(cause, UnicodeEncodeError):
        return f"text cannot be encoded as {cause.encoding}: {cause.reason}"
    # The detail below the first line may repeat the row.
    told = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    lines = (told or str(cause)).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def _advice(cause: BaseException) -> str:
    if isinstance(cause, _MISSING_TABLES) or "no such table" in str(cause):
        return "run `poon migrate`"
    if isinstance(cause, sqlite3.Error):
        return "check that the file can be written, the disk has room and no other process holds a lock"
    if isinstance(cause, psycopg.ProgrammingError):
        return "check the user's rights, and run `poon migrate`"
    if isinstance(cause, OSError) and not isinstance(cause, _NETWORK_ERRORS):
        return "check that the folder POON_DATA_DIR names can be written"
    return "check that it runs, that POON_DATABASE__URL is right and that it takes more connections"
