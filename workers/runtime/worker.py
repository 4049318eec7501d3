"""The worker: takes over records, settles them, commits offsets, drains.

Intake -> accept -> decode + one inbox look-up a batch -> Dispatcher -> Settler -> Committer -> offsets
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from workers.ports.clock import Clock
from workers.ports.messages import Intake, Partition, Publisher, RawRecord
from workers.ports.observing import Observer
from workers.ports.replies import ReplyPublisher
from workers.ports.status import WorkerStatus
from workers.ports.store import DecisionStore, EventReader
from workers.ports.tracing import CarryOn, carry_nothing
from workers.runtime.assignment import Assignment
from workers.runtime.committer import Batch, Committer, Tools
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.dispatcher import Dispatcher, DispatchLimits
from workers.runtime.flow import FlowLimits
from workers.runtime.ground import Ground
from workers.runtime.guard import GuardedSink
from workers.runtime.membership import Membership
from workers.runtime.offset_commits import OffsetCommits
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.recognition import Recognition
from workers.runtime.recovery import Recovery
from workers.runtime.replies import NoReplies
from workers.runtime.reporting import Facts, worker_status
from workers.runtime.settling import Handling, Settler, Surroundings
from workers.runtime.stream_order import StreamOrder
from workers.runtime.supervisor import Supervisor
from workers.runtime.timers import TimerPorts, Timers

LOG: Final = logging.getLogger(__name__)


NONE: Final = frozenset[int]()
PULSE: Final = 0.5
"""Seconds between two looks at the clock, by which a long sleep is noticed."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of one worker.

    Attributes:
        dispatch: how many commands are settled at the same time, and whose.
        flow: when intake pauses and resumes.
        commit_batch: the most decisions in one transaction.
        offset_interval: how often offsets are committed, seconds.
        drain_timeout: how long a stop waits for what is in flight, seconds.
        revoke_timeout: how long a rebalance waits for what is stored to be published, seconds. With a commit and a
            heartbeat's interval it has to fit into the group's rebalance time-out.
    """

    dispatch: DispatchLimits = field(default_factory=DispatchLimits)
    flow: FlowLimits = field(default_factory=FlowLimits)
    commit_batch: int = 500
    offset_interval: float = 0.1
    drain_timeout: float = 25.0
    revoke_timeout: float = 2.0


@dataclass(frozen=True, slots=True)
class WorkerPorts:
    """What a worker needs from the outside.

    Attributes:
        timers: where the area has workflows, whose timers are to be fired.
        history: where the area has workflows, whose streams come from two topics and keep their order.
    """

    intake: Intake
    publisher: Publisher
    store: DecisionStore
    clock: Clock
    rng: random.Random
    observer: Observer
    replies: ReplyPublisher = field(default_factory=NoReplies)
    carry_on: CarryOn = carry_nothing
    timers: TimerPorts | None = None
    history: EventReader | None = None


class WorkerFailedError(Exception):
    """A part of the worker died; the cause says which. Nothing uncommitted is lost: redelivery repeats it."""


class Worker:
    """One member of the consumer group. Implements `RecordSink` for its intake.

    Args:
        area: whose commands it handles, for its status.
    """

    def __init__(self, ports: WorkerPorts, handling: Handling, limits: WorkerLimits, area: str = "") -> None:
        self._ports = ports
        self._clock = ports.clock
        self._observer = ports.observer
        self._limits = limits
        self._facts = Facts(area, handling.group)
        self._assignment = Assignment(limits.flow)
        self._ground = Ground(ports.clock, ports.rng, self._ground_changed)
        self._outages: frozenset[str] = frozenset()
        self._recovery = Recovery(ports.intake)
        self._membership = Membership(ports.clock)
        self._offsets = OffsetCommits(
            ports.intake, self._assignment, self._recovery, self._membership, ports.clock, ports.observer
        )
        self._supervisor = Supervisor()
        order = None if ports.history is None else StreamOrder(ports.history)
        about = (self._ground, ports.observer, ports.clock, self._membership, ports.carry_on, order)
        tools = Tools(ports.store, ports.publisher, *about)
        self._dispatcher = Dispatcher(limits.dispatch, self._begin)
        self._committer = Committer(tools, limits.commit_batch, self._settled)
        self._settler = Settler(
            handling,
            Surroundings(
                store=ports.store,
                ground=self._ground,
                clock=ports.clock,
                rng=ports.rng,
                observer=ports.observer,
                replies=ports.replies,
                submit=self._committer.submit,
                finished=self._finished,
                step_aside=self._dispatcher.step_aside,
                step_back=self._dispatcher.step_back,
                spawn=self._supervisor.spawn,
            ),
        )
        self._timers = None if ports.timers is None else self._timers_of(ports.timers)
        self._arrived: asyncio.Queue[list[tuple[RawRecord, PartitionOffsets]]] = asyncio.Queue()
        self._recognition = Recognition(ports.store, self._ground, self._settler.may_decide_at_once)
        self._accepting = False
        self._returning = False
        self._ready = asyncio.Event()
        self._aborted = asyncio.Event()

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
            await self._ports.replies.stop()

    def abort(self) -> None:
        """End a drain, or the one that comes, at once: what is in flight is left to whoever gets its partition."""
        self._aborted.set()

    @property
    def outages(self) -> frozenset[str]:
        """What the worker is waiting for at this moment."""
        return self._ground.outages

    @property
    def unfinished(self) -> int:
        """Records taken over and not done with."""
        return self._assignment.unfinished

    def status(self) -> WorkerStatus:
        """What the worker does at this moment; costs a walk over its lanes."""
        return worker_status(
            self._facts, self._assignment, self._dispatcher, self._ground.outages, self._clock.monotonic()
        )

    async def ready(self) -> None:
        """Wait until the group gave this worker its first assignment."""
        await self._ready.wait()

    def polled(self) -> None:
        """See `RecordSink.polled`."""
        self._facts.polled = self._clock.monotonic()

    def accept(self, records: Sequence[RawRecord]) -> None:
        """See `RecordSink.accept`."""
        if not self._accepting:
            return
        self._membership.look()
        noted = ((record, self._assignment.deliver(record)) for record in records)
        fresh = [(record, offsets) for record, offsets in noted if offsets is not None]
        if fresh:
            self._arrived.put_nowait(fresh)
        self._steer()

    async def assigned(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.assigned`: adopt what came back, cancel only what is really gone."""
        handover = self._assignment.assign(partitions)
        # Also of what came back: somebody else may have had it since. Not in a drain, whose last commit must not wait.
        in_question = partitions if self._accepting else handover.new
        self._recovery.doubt(in_question)
        self._recovery.forget(handover.gone)
        for partition in handover.gone:
            self._abandon(self._dispatcher.cancel(partition))
        facts = {"group": self._facts.group, "partitions": len(partitions), "gone": len(handover.gone)}
        LOG.info("assigned", extra=facts)
        self._observer.assigned(sorted(partitions), len(handover.gone))
        if in_question and self._accepting:
            self._returning = True
            self._arrived.put_nowait([])  # nothing arrived, but there are partitions to learn about
        else:
            self._go_on()
        self._steer()
        self._facts.started = True
        self._ready.set()

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.revoked`: commit what is ready; in-flight work goes on until the next assignment.

        What is stored is published first, and nothing more is stored: who gets the partition would publish it again.
        """
        if self._accepting:  # a drain has no time for another member that is slow to join
            self._committer.hold()
        if not self._committer.is_quiet:
            await self._supervisor.first_of(self._committer.quiet(), self._clock.sleep(self._limits.revoke_timeout))
        await self._offsets.commit_changes()
        if self._accepting:
            self._offsets.suspend()
        self._assignment.revoke(partitions)

    def _timers_of(self, ports: TimerPorts) -> Timers:
        def owned() -> frozenset[int]:
            return frozenset(partition.number for partition in self._assignment.owned) if self._accepting else NONE

        around = self._ports
        return Timers(ports, self._ground, around.clock, around.rng, owned, self._supervisor.first_of)

    async def _start(self) -> None:
        await self._ports.publisher.start()
        for work, name in (
            (self._committer.store_forever(), "store"),
            (self._committer.publish_forever(), "publish"),
            (self._take_over_forever(), "take over"),
            (self._offsets.commit_forever(self._limits.offset_interval), "commit offsets"),
            (self._notice_sleeps_forever(), "notice sleeps"),
        ):
            self._supervisor.spawn(work, name)
        if self._timers is not None:
            self._supervisor.spawn(self._timers.fire_forever(), "fire timers")
        self._accepting = True
        await self._ports.intake.start(GuardedSink(self, self._supervisor.fail))

    async def _drain(self) -> None:
        """Finish what is in flight, within the time set; what only waits is left to whoever gets the partition."""
        self._accepting = False
        self._facts.draining = True
        self._ports.intake.pause(self._assignment.owned)
        self._dispatcher.halt()
        started = self._clock.monotonic()
        LOG.info("draining", extra={"group": self._facts.group, "in_flight": self._dispatcher.in_flight})
        left = 0 if await self._idle_in_time() else self._dispatcher.in_flight
        if left:
            LOG.warning("drain given up", extra={"group": self._facts.group, "in_flight": left})
        await self._offsets.commit_changes()
        self._observer.drained(left, self._clock.monotonic() - started)
        LOG.info("drained", extra={"group": self._facts.group})

    async def _idle_in_time(self) -> bool:
        """Whether nothing is in flight any more before the time is up or the drain is aborted."""
        timeout = self._clock.sleep(self._limits.drain_timeout)
        await self._supervisor.first_of(self._dispatcher.idle(), self._aborted.wait(), timeout)
        return self._dispatcher.in_flight == 0

    async def _notice_sleeps_forever(self) -> None:
        asking: asyncio.Task[None] | None = None
        while True:
            await self._clock.sleep(PULSE)
            if self._membership.look() and (asking is None or asking.done()):
                asking = self._supervisor.spawn(self._offsets.confirm(), "ask whether we are a member")

    async def _take_over_forever(self) -> None:
        while True:
            arrived = await self._next_arrivals()
            if self._membership.in_doubt:
                self._recovery.doubt({Partition(record.topic, record.partition) for record, _ in arrived})
            if self._recovery.is_needed:
                await self._learn()
            if self._returning and not self._recovery.is_needed:
                self._go_on()
            taken = self._clock.monotonic()
            deliveries = [
                receive(record, offsets, taken) for record, offsets in arrived if not self._done(record, offsets)
            ]
            if self._assignment.is_paused:  # what was finished before may be all there was to wait for
                self._steer()
            if not deliveries:
                continue
            self._observer.taken([delivery.record for delivery in deliveries], taken)
            await self._recognition.recognise(deliveries)
            self._dispatcher.dispatch([delivery for delivery in deliveries if self._is_still_ours(delivery)])

    async def _next_arrivals(self) -> list[tuple[RawRecord, PartitionOffsets]]:
        """Whatever arrived while the last batch was looked up, up to a batch: many small polls cost one look-up."""
        arrived = list(await self._arrived.get())
        while len(arrived) < self._limits.commit_batch and not self._arrived.empty():
            arrived += self._arrived.get_nowait()
        return arrived

    def _done(self, record: RawRecord, offsets: PartitionOffsets) -> bool:
        """Whether the last owner of the partition had finished the record; then it is finished here too."""
        finished = self._recovery.is_finished(record.topic, record.partition, record.offset)
        if finished:
            offsets.finish(record.offset)
        return finished

    def _is_still_ours(self, delivery: Delivery) -> bool:
        """Whether its partition was not lost to another member while it was looked up."""
        ours = self._assignment.holds(delivery.partition, delivery.offsets)
        if not ours:
            self._recognition.forget(delivery)
        return ours

    def _begin(self, delivery: Delivery) -> None:
        self._settler.start(delivery)

    def _settled(self, batch: Batch) -> None:
        if self._timers is not None:
            self._timers.expect(entry.verdict.workflow for entry, _ in batch if entry.verdict is not None)
        self._settler.settled(batch)

    def _finished(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if not delivery.gone:
                self._recognition.forget(delivery)
                delivery.offsets.finish(delivery.record.offset)
        self._dispatcher.done(deliveries)
        if self._assignment.is_paused:
            self._steer()

    async def _learn(self) -> None:
        """Ask how far the group has come, and leave alone what other members have done meanwhile."""
        reading = await self._recovery.read()
        self._assignment.skip_to(reading.next_offsets)
        for topic, number in reading.next_offsets:
            is_done = partial(self._recovery.is_finished, topic, number)
            done_elsewhere = self._dispatcher.withdraw(Partition(topic, number), is_done)
            self._abandon(done_elsewhere)
            for delivery in done_elsewhere:
                delivery.offsets.finish(delivery.record.offset)
        await self._offsets.define(reading.silent)

    def _go_on(self) -> None:
        """Store, publish and commit again, after a rebalance."""
        self._returning = False
        self._offsets.resume()
        self._membership.confirm(self._clock.monotonic())
        self._committer.release()

    def _abandon(self, deliveries: Sequence[Delivery]) -> None:
        """Somebody else has done them, or will."""
        for delivery in deliveries:
            self._recognition.forget(delivery)
            if delivery.task is not None:
                delivery.task.cancel()
            if delivery.waiter is not None:
                delivery.waiter.leave()

    def _ground_changed(self) -> None:
        """An outage has begun or ended."""
        before, self._outages = self._outages, self._ground.outages
        for ground in self._outages ^ before:
            self._observer.outage(ground, over=ground in before)
        self._steer()

    def _steer(self) -> None:
        if not self._accepting:  # an outage that ends with the draining lanes must not let records in
            return
        change = self._assignment.flow(out=self._ground.is_out)
        if change.pause:
            self._ports.intake.pause(change.pause)
        if change.resume:
            self._ports.intake.resume(change.resume)
