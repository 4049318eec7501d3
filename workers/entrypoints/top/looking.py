"""Takes the snapshots: asks every fleet at the same time, and follows the lag beside that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from workers.bootstrap.clients import consumed_topics, fleet_reader, lag_reader
from workers.config import Settings
from workers.entrypoints.lags import LagRow, lag_rows
from workers.entrypoints.top.frames import Snapshot
from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.fleet import FleetReader, FleetView

LAG_INTERVAL: Final = 1.0
"""Seconds between two readings of the lag."""


class Lookout:
    """Sees fleets and their broker.

    The broker is asked on the side: one that is away takes long to say so, and the view shall go on meanwhile.

    Raises:
        FleetUrlError: one of the addresses is none.
    """

    def __init__(self, settings: Settings, urls: Sequence[str], areas: Sequence[str], clock: Clock) -> None:
        self._settings = settings
        self._fleets = {url: fleet_reader(url) for url in urls}
        self._topics = consumed_topics(settings, areas)
        self._clock = clock
        self._lags: Sequence[LagRow] | str = "the broker was not asked yet"
        self._asked = asyncio.Event()

    async def follow_lag(self) -> None:
        """Keep the lag known; runs beside `snapshot` until cancelled."""
        while True:
            try:
                async with lag_reader(self._settings) as reader:
                    while True:
                        self._note(lag_rows(await reader.read(self._topics), self._clock.now()))
                        await self._clock.sleep(LAG_INTERVAL)
            except UnavailableError as error:
                self._note(str(error))
            await self._clock.sleep(LAG_INTERVAL)

    async def snapshot(self) -> Snapshot:
        """What is to be seen now. The first one waits until the broker has answered, or did not in time."""
        await self._asked.wait()
        told = await asyncio.gather(*(_ask(fleet) for fleet in self._fleets.values()))
        return Snapshot(
            at=self._clock.now(),
            moment=self._clock.monotonic(),
            fleets=dict(zip(self._fleets, told, strict=True)),
            lags=self._lags,
        )

    def _note(self, lags: Sequence[LagRow] | str) -> None:
        self._lags = lags
        self._asked.set()


async def _ask(fleet: FleetReader) -> FleetView | str:
    try:
        return await fleet.status()
    except UnavailableError as error:
        return str(error)
