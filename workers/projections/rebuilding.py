"""Rebuilds a projection blue/green: a new generation of its rows is filled while the old one answers.

Nothing is missed. From the moment a generation is registered, every batch of live events changes its rows too; the
scan of the table begins after that moment. An event that is stored behind the scan's place was stored after the
registration, so it is published after it, and whoever applies it sees the new generation. An event both find is
applied once: each row knows the version it was changed by. So at the end of the scan the new generation holds whatever
the old one does, and one update of one row has it answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from workers.ports.clock import Clock
from workers.ports.projections import Generation, GenerationStatus, Lease, Position, ProjectionBuilds, ProjectionStore
from workers.projections.projector import Projector, happened_of

PAGE: Final = 1_000
LEASE: Final = timedelta(seconds=60)
"""How long one who builds may be silent before another takes over where it left off."""
_LOOK: Final = 2.0
"""Seconds between two looks at what another builds."""


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a rebuild is.

    Attributes:
        generation: the number of the new generation.
        events: scanned so far, by everybody who worked on it.
        rate: events applied in a second by this one.
        position: how far the scan is.
        done: whether the generation answers now.
    """

    generation: int
    events: int
    rate: float
    position: Position | None
    done: bool = False


Tell = Callable[[BuildProgress], None]


class Rebuilder:
    """Builds new generations of a projection.

    Args:
        builder: names who builds, for others who would.
    """

    def __init__(
        self, projector: Projector, store: ProjectionStore, builds: ProjectionBuilds, clock: Clock, builder: str
    ) -> None:
        self._projector = projector
        self._store = store
        self._builds = builds
        self._clock = clock
        self._builder = builder

    @property
    def _name(self) -> str:
        return self._projector.projection.name

    async def ensure(self, tell: Tell) -> None:
        """Build a projection that has never been; remove what an earlier rebuild left.

        Raises:
            UnavailableError: the database cannot be used; what is done stays done, and going on is safe.
        """
        found = await self._store.generations(self._name)
        if any(generation.status is GenerationStatus.LIVE for generation in found):
            await self._swept()
        else:
            await self.rebuild(tell)

    async def rebuild(self, tell: Tell, page: int = PAGE) -> int:
        """Build a new generation, or go on with the one that was begun, have it answer and remove the old one.

        Waits while another builds it.

        Args:
            tell: told of each page of events.
            page: events applied in one transaction.

        Returns:
            The number of the generation that answers.

        Raises:
            UnavailableError: the database cannot be used; what is done stays done, and going on is safe.
        """
        generation = await self._builds.begin(self._name, self._clock.now())
        if await self._claimed(generation.number):
            await self._filled(generation.number, page, tell)
            await self._builds.swap(generation.number, self._clock.now())
        await self._swept()
        return generation.number

    async def _claimed(self, number: int) -> bool:
        """Whether it is ours to build; False once another has built it."""
        while not await self._builds.claim(number, self._lease()):
            current = await self._generation(number)
            if current is None or current.status is not GenerationStatus.BUILDING:
                return False
            await self._clock.sleep(_LOOK)
        return True

    async def _filled(self, number: int, page: int, tell: Tell) -> None:
        begun = await self._generation(number)
        position, events = (begun.position, begun.events) if begun else (None, 0)
        started, applied = self._clock.monotonic(), 0
        wanted = self._projector.projection.scanned
        while found := await self._builds.page(position, wanted, page):
            await self._projector.apply([happened_of(event) for event in found], number)
            position = Position(found[-1].tenant, found[-1].stream, found[-1].version)
            await self._builds.advance(number, len(found), position)
            await self._builds.claim(number, self._lease())
            applied += len(found)
            tell(BuildProgress(number, events + applied, self._rate(applied, started), position))
        tell(BuildProgress(number, events + applied, self._rate(applied, started), position, done=True))

    async def _generation(self, number: int) -> Generation | None:
        found = await self._store.generations(self._name)
        return next((generation for generation in found if generation.number == number), None)

    async def _swept(self) -> None:
        while await self._builds.sweep(self._name):
            pass

    def _lease(self) -> Lease:
        now = self._clock.now()
        return Lease(self._builder, now, now + LEASE)

    def _rate(self, applied: int, started: float) -> float:
        seconds = self._clock.monotonic() - started
        return applied / seconds if seconds > 0 else 0.0
