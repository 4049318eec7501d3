"""Gauges, worked out from what workers say of themselves at the moment of a scrape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily

from adapters.telemetry import instruments as known
from adapters.telemetry.tables import LabelValues, gauge_family
from workers.ports.status import BackendStatus, FollowerStatus, ModelStatus, PartitionStatus, WorkerStatus

GROUNDS: Final = frozenset({"broker", "database"})
"""Shown also while they are there; a capability is shown while all its backends are out."""


def gauge_families(statuses: Iterable[WorkerStatus], began: float) -> Iterator[GaugeMetricFamily]:
    """Every gauge with the values of the workers of one process.

    Args:
        statuses: of its workers.
        began: when their process did, seconds since the epoch.
    """
    families = {instrument.name: gauge_family(instrument) for instrument in known.GAUGES}
    for status in statuses:
        for instrument, labels, value in _readings(status):
            families[instrument.name].add_metric((status.area, *labels), value)
        families[known.BEGAN.name].add_metric((status.area,), began)
    yield from families.values()


def backend_families(statuses: Iterable[BackendStatus]) -> Iterator[GaugeMetricFamily]:
    """The gauges of AI backends."""
    told = list(statuses)
    for instrument, values in (
        (known.BACKEND_LIMIT, [status.limit for status in told]),
        (known.BACKEND_IN_FLIGHT, [status.in_flight for status in told]),
        (known.BACKEND_WAITING, [status.waiting for status in told]),
    ):
        family = gauge_family(instrument)
        for status, value in zip(told, values, strict=True):
            family.add_metric((status.backend,), value)
        yield family


def model_family(statuses: Iterable[ModelStatus]) -> GaugeMetricFamily:
    """The breakers of model servers."""
    family = gauge_family(known.MODEL_BREAKER)
    for status in statuses:
        family.add_metric((status.backend,), status.breaker)
    return family


def follower_families(statuses: Iterable[FollowerStatus]) -> Iterator[GaugeMetricFamily]:
    """The gauges of who keeps the read models."""
    families = {instrument: gauge_family(instrument) for instrument in known.FOLLOWER_GAUGES}
    for status in statuses:
        for partition, offset in sorted(status.positions.items()):
            place = (status.area, partition.topic, str(partition.number))
            families[known.FOLLOWER_POSITION].add_metric(place, offset)
        for topic, events in sorted(status.lag().items()):
            families[known.FOLLOWER_LAG].add_metric((status.area, topic), events)
        families[known.FOLLOWER_BEHIND].add_metric((status.area,), status.behind)
    yield from families.values()


def _readings(status: WorkerStatus) -> Iterator[tuple[known.Instrument, LabelValues, float]]:
    partitions = status.partitions
    yield known.UP, (), float(status.started)
    yield known.DRAINING, (), float(status.draining)
    for ground in sorted(GROUNDS | status.outages):
        yield known.OUTAGE, (ground,), float(ground in status.outages)
    if status.since_poll is not None:
        yield known.SINCE_POLL, (), status.since_poll
    yield known.LANES, (), status.lanes
    yield known.IN_FLIGHT, (), status.in_flight
    yield known.WAITING, (), status.waiting
    yield known.RETRYING, (), status.retrying
    yield known.RUNNABLE, (), max(0, status.waiting - status.retrying)
    yield known.PARTITIONS, (), len(partitions)
    yield known.PAUSED, (), sum(partition.paused for partition in partitions)
    yield known.UNFINISHED, (), sum(partition.unfinished for partition in partitions)
    for partition in partitions:
        yield known.DISTANCE, (str(partition.partition.number),), _distance(partition)
    yield known.OLDEST, (), max((partition.head.age for partition in partitions if partition.head), default=0.0)


def _distance(partition: PartitionStatus) -> int:
    if partition.next_offset is None or partition.last_delivered is None:
        return 0
    return max(0, partition.last_delivered + 1 - partition.next_offset)
