"""What a rate of messages needs: workers, partitions, processors of database and broker, from what was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_MICRO: Final = 1_000_000
PARTITIONS_A_WORKER: Final = 2
"""Partitions for each worker at the peak: they cannot be taken back, and a worker more has to find some."""
_PARTITIONS_STEP: Final = 12
"""Partitions come in multiples of this, which many numbers of workers divide evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredJob:
    """What one message of a kind costs, as measured.

    Attributes:
        worker_us: processor time of a worker, microseconds.
        postgres_us: of PostgreSQL.
        kafka_us: of the broker.
        message_bytes: of a command with its headers.
        memory_mib: of a worker process.
        is_parallel: whether one worker uses all its processors, and not one alone.
    """

    worker_us: float
    postgres_us: float
    kafka_us: float
    message_bytes: int
    memory_mib: float
    is_parallel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked of a fleet.

    Attributes:
        rate: messages a second, at the peak.
        use: the share of a processor that is planned with; the rest is for bursts and starts.
        cores: processors of one worker.
        call_seconds: how long a call of a model takes on average; 0 where none is called.
        in_flight: messages one worker works on at a time.
        outage_seconds: a standstill whose messages have to be caught up with.
        catch_up_seconds: within this time, beside what comes.
        core_price: of a processor for an hour.
    """

    rate: float
    use: float = 0.6
    cores: float = 1.0
    call_seconds: float = 0.0
    in_flight: int = 64
    outage_seconds: float = 300.0
    catch_up_seconds: float = 600.0
    core_price: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What it takes.

    Attributes:
        worker_rate: messages a second that one worker is planned with.
        bound_by: what keeps a worker from more: processor or calls.
        workers: at the peak.
        workers_catching_up: after the outage.
        partitions: of the command topic.
        worker_cores: processors of all workers that catch up.
        database_cores: processors PostgreSQL needs at the catch-up rate, at the planned use.
        broker_cores: the same for Kafka's brokers, without replication.
        megabytes: commands a second at the peak, in MB, without replication.
        memory_gib: of all workers that catch up.
        cost: of all these processors for an hour.
    """

    worker_rate: float
    bound_by: str
    workers: int
    workers_catching_up: int
    partitions: int
    worker_cores: float
    database_cores: float
    broker_cores: float
    megabytes: float
    memory_gib: float
    cost: float


def capacity(job: MeasuredJob, demand: Demand) -> Capacity:
    """Reckon what a demand takes.

    Args:
        job: what a message costs.
        demand: what is asked.
    """
    worker_rate, bound_by = _worker_rate(job, demand)
    most = demand.rate * (1 + demand.outage_seconds / demand.catch_up_seconds)
    catching_up = max(1, math.ceil(most / worker_rate))
    worker_cores = catching_up * demand.cores
    database, broker = (most * each / _MICRO / demand.use for each in (job.postgres_us, job.kafka_us))
    return Capacity(
        worker_rate=worker_rate,
        bound_by=bound_by,
        workers=max(1, math.ceil(demand.rate / worker_rate)),
        workers_catching_up=catching_up,
        partitions=math.ceil(catching_up * PARTITIONS_A_WORKER / _PARTITIONS_STEP) * _PARTITIONS_STEP,
        worker_cores=worker_cores,
        database_cores=database,
        broker_cores=broker,
        megabytes=demand.rate * job.message_bytes / _MICRO,
        memory_gib=catching_up * job.memory_mib / 1024,
        cost=(worker_cores + database + broker) * demand.core_price,
    )


def _worker_rate(job: MeasuredJob, demand: Demand) -> tuple[float, str]:
    cores = demand.cores if job.is_parallel else min(1.0, demand.cores)
    by_processor = cores * demand.use * _MICRO / job.worker_us
    if demand.call_seconds <= 0:
        return by_processor, "processor"
    by_calls = demand.use * demand.in_flight / demand.call_seconds
    return min((by_processor, "processor"), (by_calls, "calls"))
