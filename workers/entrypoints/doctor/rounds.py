"""Makes all checks side by side, each within its time: one that hangs is a finding like any other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.http.client import FleetUrlError
from adapters.kafka.connection import TlsFileError
from workers.bootstrap.errors import DatabaseRefusedError
from workers.entrypoints.doctor.findings import Finding, Severity, critical, warning
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import StorageError, UnavailableError

EXPECTED: Final = (UnavailableError, StorageError, DatabaseRefusedError, TlsFileError, FleetUrlError)
"""Errors that say themselves what is wrong."""

Look = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        name: of what is looked at.
        look: finds what is wrong; changes nothing.
        needs: checks without whose grounds this one would only say the same again.
    """

    name: str
    look: Look
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check.

    Attributes:
        skipped: because of which other check; None where it was made.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str | None = None

    @property
    def stands_in_the_way(self) -> bool:
        """Whether looking further would only say the same again."""
        return self.skipped is not None or any(one.severity is Severity.CRITICAL for one in self.findings)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all checks, in the order they were given."""

    checked: tuple[Checked, ...]

    @property
    def findings(self) -> tuple[tuple[str, Finding], ...]:
        """All findings with the checks that made them, the worst first."""
        found = [(checked.name, finding) for checked in self.checked for finding in checked.findings]
        return tuple(sorted(found, key=lambda one: -one[1].severity))

    @property
    def exit_code(self) -> ExitCode:
        """That of the worst finding."""
        return self.findings[0][1].exit_code if self.findings else ExitCode.OK


async def make(checks: Sequence[Check], seconds: float) -> Report:
    """Make all checks side by side; those that need another after it, and not at all where that one stands in the way.

    Args:
        checks: what to look at; what another one needs comes before it.
        seconds: the longest a check may take.
    """
    made: dict[str, Checked] = {}
    while turn := [one for one in checks if one.name not in made and (one.needs is None or one.needs in made)]:
        hopeless = {check.name for check in turn if _is_hopeless(check, made)}
        skipped = {check.name: Checked(check.name, skipped=check.needs) for check in turn if check.name in hopeless}
        made |= skipped | await _side_by_side([check for check in turn if check.name not in hopeless], seconds)
    return Report(tuple(made[check.name] for check in checks))


def _is_hopeless(check: Check, made: Mapping[str, Checked]) -> bool:
    ground = made.get(check.needs or "")
    return ground is not None and ground.stands_in_the_way


async def _side_by_side(checks: Sequence[Check], seconds: float) -> dict[str, Checked]:
    async with asyncio.TaskGroup() as group:
        tasks = {check.name: group.create_task(_made(check, seconds)) for check in checks}
    return {name: Checked(name, tuple(task.result())) for name, task in tasks.items()}


async def _made(check: Check, seconds: float) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await check.look()
    except TimeoutError:
        return [
            critical(
                f"looking at {check.name} took longer than {seconds:g} s and was given up",
                "Whatever answers there is overloaded, cut off by the network, or hangs; the fleet waits for it, too.",
                "Look at that service and at the network between; run again with a longer --timeout to tell slow from"
                " dead.",
            )
        ]
    except EXPECTED as error:
        return [critical(str(error), "It could not be looked at.", "Mend that first, then run `poon doctor` again.")]
    except Exception as error:  # noqa: BLE001  a doctor goes on with the other checks
        return [
            warning(
                f"the check of {check.name} failed by itself: {type(error).__name__}",
                "Nothing is known of it.",
                "This is a mistake of the program: report it, with POON_LOGGING__LEVEL=debug.",
            )
        ]
