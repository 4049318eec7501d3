"""Findings: what is wrong, what that means, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from workers.entrypoints.exits import ExitCode

RUNBOOKS = "docs/runbooks/"


class Severity(IntEnum):
    """How bad a finding is."""

    NOTICE = 1
    """Worth knowing."""
    WARNING = 2
    """Work goes on, and not as it should."""
    CRITICAL = 3
    """Work stands still, or will not begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong.

    Attributes:
        what: the fact.
        means: what follows from it for the work.
        do: what to do next, with the command where there is one.
        page: of the documentation.
        exit_code: what `poon doctor` ends with where nothing is worse.
    """

    severity: Severity
    what: str
    means: str
    do: str
    page: str | None = None
    exit_code: ExitCode = ExitCode.NO


def critical(
    what: str, means: str, do: str, page: str | None = None, exit_code: ExitCode = ExitCode.UNAVAILABLE
) -> Finding:
    """Work stands still, or will not begin."""
    return Finding(severity=Severity.CRITICAL, what=what, means=means, do=do, page=page, exit_code=exit_code)


def warning(what: str, means: str, do: str, page: str | None = None) -> Finding:
    """Work goes on, and not as it should."""
    return Finding(severity=Severity.WARNING, what=what, means=means, do=do, page=page)


def notice(what: str, means: str, do: str, page: str | None = None) -> Finding:
    """Worth knowing."""
    return Finding(severity=Severity.NOTICE, what=what, means=means, do=do, page=page, exit_code=ExitCode.OK)


def runbook(alert: str) -> str:
    """The page of an alert."""
    return f"{RUNBOOKS}{alert}.md"


def some(names: list[str], most: int = 5) -> str:
    """The first few of many, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
