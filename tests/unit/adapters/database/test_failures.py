"""Which vendor errors are an outage, and which are a row's own fault."""

import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.database.failures import UnstorableRowError, translated, translation
from workers.ports.errors import UnavailableError

PLACE = "db.example.org:5432/poon"

OUTAGES = [
    psycopg.OperationalError("connection refused"),
    psycopg.InterfaceError("the connection is closed"),
    errors.AdminShutdown("terminating connection due to administrator command"),
    errors.DeadlockDetected("deadlock detected"),
    errors.SerializationFailure("could not serialize access"),
    errors.TooManyConnections("too many clients"),
    errors.DiskFull("no space left on device"),
    errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"),
    errors.InsufficientPrivilege("permission denied for table events"),
    errors.UndefinedTable('relation "events" does not exist'),
    sqlite3.OperationalError("database is locked"),
    sqlite3.OperationalError("database or disk is full"),
    sqlite3.DatabaseError("file is not a database"),
    PoolTimeoutError("QueuePool limit of size 1 overflow 0 reached"),
    TimeoutError(),
    ConnectionResetError("reset"),
]
ROW_FAULTS = [
    psycopg.DataError("text fields cannot contain NUL"),
    errors.CheckViolation("violates check constraint"),
    errors.NumericValueOutOfRange("integer out of range"),
    errors.ProgramLimitExceeded("index row size 2712 exceeds btree version 4 maximum 2704"),
    sqlite3.IntegrityError("CHECK constraint failed: ck_events_version"),
    sqlite3.DataError("string or blob too big"),
    OverflowError("Python int too large to convert to SQLite INTEGER"),
    UnicodeEncodeError("utf-8", "my \ud83c secret", 3, 4, "surrogates not allowed"),
]


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: type(error).__name__)
def test_an_outage_names_the_place_and_what_to_do(error: Exception) -> None:
    found = translation(error, PLACE)
    assert isinstance(found, UnavailableError)
    assert PLACE in str(found)
    assert "check" in str(found) or "poon migrate" in str(found)


@pytest.mark.parametrize("error", ROW_FAULTS, ids=lambda error: type(error).__name__)
def test_a_rows_own_fault_is_no_outage(error: Exception) -> None:
    found = translation(error, PLACE)
    assert isinstance(found, UnstorableRowError)
    assert "secret" not in found.reason


def test_missing_tables_ask_for_a_migration() -> None:
    for error in (errors.UndefinedTable("x"), sqlite3.OperationalError("no such table: events")):
        assert str(translation(error, PLACE)).endswith("run `poon migrate`")


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file"), PermissionError(13, "Permission denied")])
def test_a_folder_that_cannot_be_written_is_named_by_its_setting(error: OSError) -> None:
    assert str(translation(error, PLACE)).endswith("; check that the folder POON_DATA_DIR names can be written")


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), TimeoutError(), psycopg.OperationalError("refused")])
def test_a_database_out_of_reach_is_named_by_its_setting(error: Exception) -> None:
    assert "POON_DATABASE__URL is right" in str(translation(error, PLACE))


def test_what_sqlalchemy_wraps_is_judged_by_what_is_inside_and_shows_no_statement() -> None:
    wrapped = DBAPIError("INSERT INTO events", ("my secret",), errors.CheckViolation("violates check"))
    found = translation(wrapped, PLACE)
    assert isinstance(found, UnstorableRowError)
    assert found.reason == "violates check"
    locked = OperationalError("INSERT", ("my secret",), sqlite3.OperationalError("database is locked"))
    assert "secret" not in str(translation(locked, PLACE))


def test_only_the_first_line_is_told_as_the_rest_may_repeat_the_row() -> None:
    found = translation(psycopg.DataError("invalid value\nDETAIL: Failing row contains (my secret)"), PLACE)
    assert str(found) == "invalid value"


def test_an_error_of_our_own_passes_untouched() -> None:
    with pytest.raises(KeyError), translated(PLACE):
        raise KeyError


def test_a_vendor_error_is_kept_as_the_cause() -> None:
    lost = psycopg.OperationalError("server closed the connection unexpectedly")
    with pytest.raises(UnavailableError) as raised, translated(PLACE):
        raise lost
    assert raised.value.__cause__ is lost
