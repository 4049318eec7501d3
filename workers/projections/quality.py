"""How commands ended: outcomes by day, type, code, backends and whether they were degraded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date
from decimal import Decimal
from typing import Final, NamedTuple

from contracts.base import Event
from contracts.events.outcomes import Unsuccessful
from contracts.readings import Processing
from contracts.registry import AREAS, FAILURES, REJECTIONS, SUCCESSES
from workers.ports.projections import Cell, QualityCell, ScanFilter, Tally
from workers.projections.projection import Happened, Place

OUTCOMES: Final[frozenset[type[Event]]] = frozenset({*SUCCESSES.values(), *REJECTIONS.values(), *FAILURES.values()})
"""What ends a command; not what is told beside it."""

_MILLISECONDS: Final = Decimal("0.001")


class _Counted(NamedTuple):
    """What an outcome has added."""

    day: str
    area: str
    outcome: str
    code: str
    backend: str
    degraded: bool
    milliseconds: str


class ProcessingQuality:
    """The projection `quality`. Each outcome is a stream of its own with one event: it is counted once."""

    name = "quality"
    about = "how commands ended, by day, outcome, code and backends"
    areas = AREAS
    scanned = ScanFilter("", frozenset(event.type for event in OUTCOMES))

    def place(self, happened: Happened) -> Place | None:
        """See `Projection.place`."""
        return Place(happened.id, 1) if type(happened.event) in OUTCOMES else None

    def follow(self, state: str, happened: Happened) -> str:
        """See `Projection.follow`."""
        event = happened.event
        if event is None:
            return state
        processing = getattr(event, "processing", None)
        told = processing if isinstance(processing, Processing) else None
        counted = _Counted(
            happened.occurred_at.astimezone(UTC).date().isoformat(),
            event.area,
            event.type,
            str(event.code) if isinstance(event, Unsuccessful) else "",
            "+".join(dict.fromkeys(answer.backend for answer in told.backends)) if told else "",
            bool(told and told.degraded),
            str(Decimal(told.duration_ms).quantize(_MILLISECONDS)) if told else "0",
        )
        return json.dumps(counted)

    def cells(self, tenant: str, state: str) -> Mapping[Cell, Tally]:
        """See `Projection.cells`."""
        if not state:
            return {}
        counted = _Counted(*json.loads(state))
        cell = QualityCell(
            tenant,
            date.fromisoformat(counted.day),
            counted.area,
            counted.outcome,
            counted.code,
            counted.backend,
            counted.degraded,
        )
        return {cell: Tally(1, Decimal(counted.milliseconds))}
