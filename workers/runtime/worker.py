"""The worker: takes over records, settles them, commits offsets, drains.

Intake -> accept -> decode + one inbox look-up a batch -> Dispatcher -> Settler -> Committer -> offsets
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, Intake, Partition, Publisher, RawRecord, StaleAssignmentError
from workers.ports.store import DecisionStore, InboxKey
from workers.runtime.assignment import Assignment
from workers.runtime.committer import Committer
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.dispatcher import Dispatcher
from workers.runtime.flow import FlowLimits
from workers.runtime.ground import Ground
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.recovery import Recovery
from workers.runtime.settling import Handling, Settler, Time
from workers.runtime.supervisor import Supervisor

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of one worker.

    Attributes:
        max_in_flight: commands settled at the same time.
        flow: when intake pauses and resumes.
        commit_batch: the most decisions in one transaction.
        offset_interval: how often offsets are committed, seconds.
        drain_timeout: how long a stop waits for what is in flight, seconds.
    """

    max_in_flight: int = 500
    flow: FlowLimits = field(default_factory=FlowLimits)
    commit_batch: int = 200
    offset_interval: float = 0.1
    drain_timeout: float = 25.0


@dataclass(frozen=True, slots=True)
class WorkerPorts:
    """What a worker needs from the outside."""

    intake: Intake
    publisher: Publisher
    store: DecisionStore
    clock: Clock
    rng: random.Random


class WorkerFailedError(Exception):
    """A part of the worker died; the cause says which. Nothing uncommitted is lost: redelivery repeats it."""


class Worker:
    """One member of the consumer group. Implements `RecordSink` for its intake."""

    def __init__(self, ports: WorkerPorts, handling: Handling, limits: WorkerLimits) -> None:
        self._ports = ports
        self._limits = limits
        self._group = handling.group
        self._assignment = Assignment(limits.flow)
        self._ground = Ground(ports.clock, ports.rng, self._steer)
        self._committer = Committer(ports.store, ports.publisher, self._ground, limits.commit_batch)
        self._recovery = Recovery(ports.intake)
        self._supervisor = Supervisor()
        self._dispatcher = Dispatcher(
            limits.max_in_flight,
            self._settle,
            self._finished,
            lambda lane: self._supervisor.spawn(lane, "lane"),
        )
        time = Time(ports.clock, ports.rng, self._dispatcher.aside)
        self._settler = Settler(handling, ports.store, self._committer, self._ground, time)
        self._arrived: asyncio.Queue[list[tuple[RawRecord, PartitionOffsets]]] = asyncio.Queue()
        self._in_flight_keys: Counter[InboxKey] = Counter()
        self._accepting = False
        self._offset_lock = asyncio.Lock()
        self._ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then drain. May be called once.

        Raises:
            WorkerFailedError: a part of the worker died.
            UnavailableError: the broker could not be reached at the start; like any other error of the start itself.
        """
        try:
            starting = self._supervisor.spawn(self._start(), "start")
            error = await self._supervisor.until(stop)
            if error is not None:
                if starting.done() and not starting.cancelled() and starting.exception() is error:
                    raise error
                msg = f"the worker stops: {type(error).__name__}: {error}"
                raise WorkerFailedError(msg) from error
            await self._drain()
        finally:
            self._accepting = False
            self._dispatcher.halt()
            await self._supervisor.close()
            await self._ports.intake.stop()
            await self._ports.publisher.stop()

    @property
    def outages(self) -> frozenset[str]:
        """What the worker is waiting for at this moment."""
        return self._ground.outages

    @property
    def unfinished(self) -> int:
        """Records taken over and not done with."""
        return self._assignment.unfinished

    async def ready(self) -> None:
        """Wait until the group gave this worker its first assignment."""
        await self._ready.wait()

    def accept(self, records: Sequence[RawRecord]) -> None:
        """See `RecordSink.accept`."""
        if not self._accepting:
            return
        noted = ((record, self._assignment.deliver(record)) for record in records)
        fresh = [(record, offsets) for record, offsets in noted if offsets is not None]
        if fresh:
            self._arrived.put_nowait(fresh)
        self._steer()

    async def assigned(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.assigned`: adopt what came back, cancel only what is really gone."""
        handover = self._assignment.assign(partitions)
        self._recovery.begin(handover.new)
        self._recovery.forget(handover.gone)
        for partition in handover.gone:
            for delivery in self._dispatcher.cancel(partition):
                self._forget(delivery)
        facts = {"group": self._group, "partitions": len(partitions), "gone": len(handover.gone)}
        LOG.info("assigned", extra=facts)
        self._steer()
        self._ready.set()

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.revoked`: commit what is ready; in-flight work goes on until the next assignment."""
        await self._commit_offsets()
        self._assignment.revoke(partitions)

    async def _start(self) -> None:
        await self._ports.publisher.start()
        for work, name in (
            (self._committer.store_forever(), "store"),
            (self._committer.publish_forever(), "publish"),
            (self._take_over_forever(), "take over"),
            (self._commit_offsets_forever(), "commit offsets"),
        ):
            self._supervisor.spawn(work, name)
        self._accepting = True
        await self._ports.intake.start(self)

    async def _drain(self) -> None:
        """Finish what is in flight, within the time set; what only waits is left to whoever gets the partition."""
        self._accepting = False
        self._ports.intake.pause(self._assignment.owned)
        self._dispatcher.halt()
        LOG.info("draining", extra={"group": self._group, "in_flight": self._dispatcher.in_flight})
        try:
            async with asyncio.timeout(self._limits.drain_timeout):
                await self._dispatcher.idle()
        except TimeoutError:
            LOG.warning("drain timed out", extra={"group": self._group, "in_flight": self._dispatcher.in_flight})
        await self._commit_offsets()
        LOG.info("drained", extra={"group": self._group})

    async def _take_over_forever(self) -> None:
        while True:
            records = await self._arrived.get()
            await self._recovery.read()
            deliveries = [receive(record, offsets) for record, offsets in records if not self._done(record, offsets)]
            if self._assignment.is_paused:  # what was finished before may be all there was to wait for
                self._steer()
            if not deliveries:
                continue
            await self._recognise(deliveries)
            for delivery in deliveries:
                if self._assignment.holds(delivery.partition, delivery.offsets):
                    self._dispatcher.dispatch(delivery)
                else:  # lost to another member while it was looked up
                    self._forget(delivery)

    def _done(self, record: RawRecord, offsets: PartitionOffsets) -> bool:
        """Whether the last owner of the partition had finished the record; then it is finished here too."""
        finished = self._recovery.is_finished(Partition(record.topic, record.partition), record.offset)
        if finished:
            offsets.finish(record.offset)
        return finished

    async def _recognise(self, deliveries: Sequence[Delivery]) -> None:
        """Find, in one look-up, which commands were decided before, so that no AI call is paid for twice."""
        for delivery in deliveries:
            # Noted before the look-up: one that ends while it is on its way may be missing from the answer.
            key = delivery.inbox_key
            delivery.recheck = self._in_flight_keys[key] > 0
            self._in_flight_keys[key] += 1
        keys = {delivery.inbox_key for delivery in deliveries}
        recorded = await self._ground.until_available("database", lambda: self._ports.store.recorded(keys))
        for delivery in deliveries:
            delivery.recorded = recorded.get(delivery.inbox_key, ())

    async def _settle(self, delivery: Delivery) -> None:
        await self._settler.settle(delivery)

    def _finished(self, delivery: Delivery) -> None:
        self._forget(delivery)
        delivery.offsets.finish(delivery.record.offset)
        if self._assignment.is_paused:
            self._steer()

    def _forget(self, delivery: Delivery) -> None:
        key = delivery.inbox_key
        self._in_flight_keys[key] -= 1
        if self._in_flight_keys[key] <= 0:
            del self._in_flight_keys[key]

    def _steer(self) -> None:
        if not self._accepting:  # an outage that ends with the draining lanes must not let records in
            return
        change = self._assignment.flow(out=self._ground.is_out)
        if change.pause:
            self._ports.intake.pause(change.pause)
        if change.resume:
            self._ports.intake.resume(change.resume)

    async def _commit_offsets_forever(self) -> None:
        while True:
            await self._ports.clock.sleep(self._limits.offset_interval)
            await self._commit_offsets()

    async def _commit_offsets(self) -> None:
        async with self._offset_lock:
            # Before a new partition's metadata was read, a commit would wipe it out.
            changed = {
                partition: progress
                for partition, progress in self._assignment.to_commit().items()
                if not self._recovery.is_unread(partition)
            }
            if not changed:
                return
            points = {
                partition: CommitPoint(progress.next_offset, progress.metadata)
                for partition, progress in changed.items()
            }
            try:
                await self._ports.intake.commit(points)
            except (StaleAssignmentError, UnavailableError) as error:
                # Nothing is lost: the records are redelivered, recognised and published again.
                LOG.warning("offsets not committed", extra={"group": self._group, "reason": str(error)})
            else:
                self._assignment.committed(changed)
