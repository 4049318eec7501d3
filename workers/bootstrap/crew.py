"""Worker processes of one machine, as many as the lag asks for: the decisions, over a table of processes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol

from workers.bootstrap.errors import ProcessesAbortedError, WorkerProcessError
from workers.bootstrap.signals import Stop
from workers.domain.scaling import controller
from workers.domain.scaling.controller import ControllerState
from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.local import PROVEN_SECONDS, restart_delay
from workers.domain.scaling.values import ScalingValues
from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError

LOG: Final = logging.getLogger(__name__)
TICK: Final = 0.5
"""Seconds between two looks at the processes."""

HOPELESS: Final = frozenset({2, 78})
"""Exit codes of a process whose command line or settings are wrong: the next one would end as it did."""


class WorkerProcess(Protocol):
    """One worker process that was started."""

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative by a signal; None while it runs."""
        ...

    def drain(self) -> None:
        """Ask it to finish its work and end; a second time, not to wait for its work. Never blocks or fails."""
        ...


class ProcessTable(Protocol):
    """Starts worker processes."""

    async def start(self, place: int) -> WorkerProcess:
        """Start one.

        Args:
            place: a number no running process has, the lowest there is.

        Raises:
            OSError: the system starts no more.
        """
        ...


@dataclass(slots=True)
class _Member:
    place: int
    process: WorkerProcess
    since: float
    is_leaving: bool = False


class Crew:
    """Keeps as many worker processes as the formula asks for.

    One that is no longer wanted drains, and its place is free when it has ended. One that dies is replaced: at once
    the first time, after growing delays while those that follow die young as well.

    Args:
        table: starts processes.
        clock: tells and passes the time.
        values: the scaling values, one trigger for each lag that is read.
        read: reads the lags now.
        stop: how the crew is asked to stop.
    """

    def __init__(
        self,
        table: ProcessTable,
        clock: Clock,
        values: ScalingValues,
        read: Callable[[], Awaitable[Sequence[LagReading]]],
        stop: Stop,
    ) -> None:
        self._table = table
        self._clock = clock
        self._values = values
        self._read = read
        self._stop = stop
        self._state = ControllerState(next_poll=clock.monotonic(), next_sync=clock.monotonic())
        self._members: list[_Member] = []
        self._failures = 0
        self._not_before = 0.0
        self.wanted = values.min_replica_count
        """How many processes there shall be."""

    @property
    def running(self) -> int:
        """How many there are, those that drain included."""
        return len(self._members)

    async def run(self) -> None:
        """Keep the crew until it is asked to stop, then drain it and wait for its end.

        Raises:
            WorkerProcessError: the processes end for a reason that starting them again does not cure.
            ProcessesAbortedError: one of them was stopped before it had finished its work.
        """
        try:
            while not self._stop.drain.is_set():
                await self.look()
                await self._clock.sleep(TICK)
        finally:
            codes = await self._end()
        if any(code != 0 for code in codes):
            raise ProcessesAbortedError(
                f"worker processes ended with {', '.join(str(code) for code in codes)} when asked to stop:"
                " what they left is redelivered"
            )

    async def look(self) -> None:
        """One look: bury the dead, decide, start or drain.

        Raises:
            WorkerProcessError: see `run`.
        """
        self._bury()
        await self._decide()
        await self._adjust()

    def _bury(self) -> None:
        now = self._clock.monotonic()
        for member in [each for each in self._members if each.process.exit_code is not None]:
            self._members.remove(member)
            code = member.process.exit_code
            if member.is_leaving:
                LOG.info("worker process has left", extra={"place": member.place, "exit_code": code})
                continue
            if code in HOPELESS:
                raise WorkerProcessError(f"worker process {member.place} ended with {code}: its messages say why")
            self._failures = 1 if now - member.since >= PROVEN_SECONDS else self._failures + 1
            delay = 0.0 if self._failures == 1 else restart_delay(self._failures - 1)
            self._not_before = now + delay
            told = {"place": member.place, "exit_code": code, "restart_in_seconds": delay}
            LOG.warning("worker process died", extra=told)

    async def _decide(self) -> None:
        now = self._clock.monotonic()
        if now < self._state.next_look:
            return
        before = self.wanted
        try:
            if now >= self._state.next_poll:
                readings = await self._read()
                self.wanted, self._state = controller.poll(self._values, self._state, now, self.wanted, readings)
            if now >= self._state.next_sync:
                readings = await self._read()
                self.wanted, self._state = controller.sync(self._values, self._state, now, self.wanted, readings)
                lag = sum(reading.with_persistent for reading in readings)
                LOG.debug("lag read", extra={"lag": lag, "wanted": self.wanted})
        except UnavailableError as error:  # as KEDA without a fallback: what cannot be read changes nothing
            LOG.warning("lag cannot be read, the number of processes stays", extra={"reason": str(error)})
            self._state = controller.skipped(self._values, self._state, now)
        if self.wanted != before:
            LOG.info("worker processes wanted", extra={"wanted": self.wanted, "before": before})

    async def _adjust(self) -> None:
        staying = [member for member in self._members if not member.is_leaving]
        for member in staying[self.wanted :]:
            member.is_leaving = True
            member.process.drain()
        now = self._clock.monotonic()
        if now < self._not_before:
            return
        for _ in range(self.wanted - len(staying)):
            place = self._free_place()
            process = await self._table.start(place)
            self._members.append(_Member(place, process, now))
            LOG.info("worker process started", extra={"place": place})

    def _free_place(self) -> int:
        taken = {member.place for member in self._members}
        return next(place for place in count() if place not in taken)

    async def _end(self) -> list[int | None]:
        """Drain everybody, hand a second signal on, and wait until all have ended."""
        for member in self._members:
            if not member.is_leaving:
                member.process.drain()
        handed_on = False
        while any(member.process.exit_code is None for member in self._members):
            if self._stop.abort.is_set() and not handed_on:
                handed_on = True
                for member in self._members:
                    member.process.drain()
            await self._clock.sleep(TICK)
        return [member.process.exit_code for member in self._members]
