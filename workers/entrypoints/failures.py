"""Turns every expected error into one clear message and its documented exit code."""

from __future__ import annotations

import logging
from typing import Any

import typer
from typer.core import TyperGroup

from adapters.kafka.connection import TlsFileError
from workers.bootstrap.errors import (
    DatabaseRefusedError,
    FleetAbortedError,
    HttpAddressError,
    ProcessesAbortedError,
    WorkerProcessError,
)
from workers.config import SettingsError
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain
from workers.ports.archive import ArchiveError
from workers.ports.backups import BackupError
from workers.ports.errors import BackendError, RejectionError, StorageError, UnavailableError
from workers.ports.messages import UnpublishableError
from workers.ports.topics import UnmanagedTopicsError
from workers.ports.vault import BrokenSealError
from workers.queries.replay import UnreadableHistoryError
from workers.runtime.mass_failure import MassFailureError


class InputError(Exception):
    """What was given to a command cannot be sent; `problems` says why, line by line."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


_EXITS: dict[type[BaseException], ExitCode] = {
    SettingsError: ExitCode.CONFIGURATION,
    TlsFileError: ExitCode.CONFIGURATION,
    DatabaseRefusedError: ExitCode.CONFIGURATION,
    HttpAddressError: ExitCode.CONFIGURATION,
    UnreadableHistoryError: ExitCode.CONFIGURATION,
    FleetAbortedError: ExitCode.ABORTED,
    ProcessesAbortedError: ExitCode.ABORTED,
    WorkerProcessError: ExitCode.CONFIGURATION,
    InputError: ExitCode.BAD_INPUT,
    RejectionError: ExitCode.BAD_INPUT,
    UnpublishableError: ExitCode.BAD_INPUT,
    UnavailableError: ExitCode.UNAVAILABLE,
    UnmanagedTopicsError: ExitCode.UNAVAILABLE,
    StorageError: ExitCode.UNAVAILABLE,
    BackendError: ExitCode.UNAVAILABLE,
    ArchiveError: ExitCode.UNAVAILABLE,
    BackupError: ExitCode.UNAVAILABLE,
    BrokenSealError: ExitCode.UNAVAILABLE,
    MassFailureError: ExitCode.UNAVAILABLE,
}


class CarefulGroup(TyperGroup):
    """The command group whose commands end with a message and an exit code, never with a stack trace."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  the context class is private to typer
        try:
            return super().invoke(ctx)
        except Exception as error:
            code = exit_code_of(error)
            if code is None:
                raise
            report(error, code)
            raise typer.Exit(code) from None


def exit_code_of(error: BaseException) -> ExitCode | None:
    """The documented exit code of an error; None where the command-line library handles it itself."""
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        return exit_code_of(error.exceptions[0])
    if isinstance(error.__cause__, MassFailureError):  # the worker that stopped because of it says so in its own words
        return exit_code_of(error.__cause__)
    for kind, code in _EXITS.items():
        if isinstance(error, kind):
            return code
    ours = type(error).__module__.split(".", 1)[0] not in {"typer", "click"}
    return ExitCode.UNEXPECTED if ours and not isinstance(error, BrokenPipeError) else None


def report(error: BaseException, code: ExitCode) -> None:
    """Say on standard error what is wrong."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if code is ExitCode.UNEXPECTED:
        logging.getLogger(__name__).debug("unexpected", exc_info=error)
        complain(f"unexpected {type(error).__name__}: {error}")
        complain("run again with POON_LOGGING__LEVEL=debug for the details")
        return
    for line in str(error).splitlines():
        complain(line)
