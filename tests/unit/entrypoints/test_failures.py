"""Errors and their exit codes."""

import pytest
import typer

from contracts.errors import ErrorCode
from workers.bootstrap import signals
from workers.bootstrap.errors import (
    FleetAbortedError,
    HttpAddressError,
    ProcessesAbortedError,
    WorkerProcessError,
)
from workers.config import SettingsError
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.failures import InputError, exit_code_of, report
from workers.ports.archive import ArchiveError
from workers.ports.backups import BackupError
from workers.ports.errors import RejectionError, StorageError, UnavailableError
from workers.runtime.mass_failure import MassFailureError
from workers.runtime.worker import WorkerFailedError


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (caused(WorkerFailedError("the worker stops"), MassFailureError("x")), ExitCode.UNAVAILABLE),
        (caused(WorkerFailedError("the worker stops"), UnavailableError("x")), ExitCode.UNEXPECTED),
        (SettingsError([]), ExitCode.CONFIGURATION),
        (HttpAddressError("x"), ExitCode.CONFIGURATION),
        (FleetAbortedError(3), ExitCode.ABORTED),
        (ProcessesAbortedError("x"), ExitCode.ABORTED),
        (WorkerProcessError("x"), ExitCode.CONFIGURATION),
        (InputError("x"), ExitCode.BAD_INPUT),
        (RejectionError(ErrorCode.NO_AMOUNT, "x"), ExitCode.BAD_INPUT),
        (UnavailableError("x"), ExitCode.UNAVAILABLE),
        (StorageError("x"), ExitCode.UNAVAILABLE),
        (ArchiveError("x"), ExitCode.UNAVAILABLE),
        (BackupError("x"), ExitCode.UNAVAILABLE),
        (ExceptionGroup("tasks", [UnavailableError("x")]), ExitCode.UNAVAILABLE),
        (ExceptionGroup("tasks", [UnavailableError("x"), ValueError()]), ExitCode.UNEXPECTED),
        (ZeroDivisionError(), ExitCode.UNEXPECTED),
        (typer.Exit(3), None),
        (typer.BadParameter("x"), None),
        (BrokenPipeError(), None),
    ],
)
def test_every_error_has_its_code(error: BaseException, code: ExitCode | None) -> None:
    assert exit_code_of(error) == code


def test_ending_by_force_has_the_code_of_an_aborted_fleet() -> None:
    assert ExitCode(signals.EXIT_CODE) is ExitCode.ABORTED


def test_every_line_of_an_error_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    report(InputError("line 1: [bold]wrong", "line 2: wrong too"), ExitCode.BAD_INPUT)

    assert capsys.readouterr().err.splitlines() == ["error: line 1: [bold]wrong", "error: line 2: wrong too"]


def test_an_unexpected_error_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    report(ZeroDivisionError("oh"), ExitCode.UNEXPECTED)

    assert "unexpected ZeroDivisionError: oh" in capsys.readouterr().err
