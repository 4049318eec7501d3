"""The mass-failure limit: a broken release or backend stops the worker, before a whole topic is dead-lettered.

A few dead letters are everyday life. When many commands fail, and most of those that are settled do, the fault is the
fleet's, and the next command will fail as well: stopping with the offset uncommitted keeps them all where they are.

Poison has a limit of its own, off by default. It is the producer's fault, costs no AI call, and is the same after a
restart: one producer's broken records must not stop the work for all the others.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

from contracts.errors import ERRORS, ErrorCode

SLOTS: Final = 20
"""The window moves on in steps of its twentieth, so that it costs the same however many commands are settled."""


@dataclass(frozen=True, slots=True)
class MassFailureLimits:
    """When to stop.

    Attributes:
        failures: failed commands that may be dead-lettered within the window; 0 is without a limit.
        poison: the same for records that are no commands.
        share: of all commands settled within the window, above which so many failures stop the worker; for poison of
            all records.
        window: the time looked back upon, seconds.
    """

    failures: int = 50
    poison: int = 0
    share: float = 0.5
    window: float = 600.0


class MassFailureError(Exception):
    """Too much would be dead-lettered; the message says how much, why most often, and what to do."""


@dataclass(slots=True)
class _Slot:
    number: int
    settled: int = 0
    failed: Counter[ErrorCode] = field(default_factory=Counter)
    poisoned: Counter[ErrorCode] = field(default_factory=Counter)


class MassFailureRule:
    """Counts what one worker settles and says when it has to stop. Pure but for its own counts.

    Readings of the clock, in seconds, are passed in and never run backwards. Commands that were decided before are not
    counted: they say nothing of how things are now.
    """

    def __init__(self, limits: MassFailureLimits) -> None:
        self._limits = limits
        self._slots: deque[_Slot] = deque()
        self._length = limits.window / SLOTS
        self._next_begins = -math.inf

    def settled(self, now: float, count: int = 1) -> None:
        """Commands ended without a dead letter: in success, or rejected for what is wrong with them."""
        self._slot(now).settled += count

    def failing(self, code: ErrorCode, now: float) -> None:
        """A command is to be dead-lettered because the fleet gives up; it is counted.

        Raises:
            MassFailureError: it must not be, and the worker has to stop with its offset uncommitted.
        """
        slot = self._slot(now)
        slot.failed[code] += 1
        failed = sum((each.failed for each in self._slots), Counter[ErrorCode]())
        ended = failed.total() + sum(each.settled for each in self._slots)
        if self._is_too_much(failed.total(), ended, self._limits.failures):
            slot.failed[code] -= 1
            raise MassFailureError(self._reason("commands failed", failed, ended, "failures"))

    def poisoned(self, code: ErrorCode, now: float) -> None:
        """A record that is no command is to be dead-lettered; it is counted.

        Raises:
            MassFailureError: see `failing`.
        """
        slot = self._slot(now)
        slot.poisoned[code] += 1
        poisoned = sum((each.poisoned for each in self._slots), Counter[ErrorCode]())
        ended = poisoned.total() + sum(each.settled + each.failed.total() for each in self._slots)
        if self._is_too_much(poisoned.total(), ended, self._limits.poison):
            slot.poisoned[code] -= 1
            raise MassFailureError(self._reason("records are no commands", poisoned, ended, "poison"))

    def _slot(self, now: float) -> _Slot:
        """The slot of this moment; those that have left the window are forgotten."""
        if now >= self._next_begins:
            number = math.floor(now / self._length)
            while self._slots and self._slots[0].number <= number - SLOTS:
                self._slots.popleft()
            self._slots.append(_Slot(number))
            self._next_begins = (number + 1) * self._length
        return self._slots[-1]

    def _is_too_much(self, dead: int, ended: int, limit: int) -> bool:
        return 0 < limit < dead and dead > self._limits.share * ended

    def _reason(self, what: str, codes: Counter[ErrorCode], ended: int, setting: str) -> str:
        code, times = codes.most_common(1)[0]
        return (
            f"{codes.total()} of {ended} {what} within {self._limits.window:g} s, {times} of them with {code}"
            f" ({ERRORS[code].english} {ERRORS[code].cure}); the last was not dead-lettered and nothing is lost:"
            f" find the cause, then start the worker again. runtime.mass_failure.{setting} is the limit, 0 lifts it"
        )
