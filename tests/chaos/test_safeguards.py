"""The checker is itself checked: with any single safeguard taken away it finds the promise that breaks."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from uuid import UUID

import pytest

from contracts.commands.texts import ParseText
from tests.chaos.sandbox import Parts, Sandbox
from tests.fakes.broker import FakePublisher
from tests.fakes.cluster import MemoryIntake
from tests.fakes.store import MemoryStore
from tests.ledger.checker import Evidence, republished_too_often, violations
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition, RawRecord, RecordSink
from workers.ports.store import CommitResult, Committed, InboxKey, StoredEvent, Verdict

pytestmark = [pytest.mark.chaos, pytest.mark.alone, pytest.mark.xdist_group("chaos")]


async def quiet_run(parts: Parts) -> list[str]:
    """One worker, nothing done to it."""
    sandbox = Sandbox(parts)
    await sandbox.start("a")
    await sandbox.rebalance()
    return judged(sandbox, await sandbox.finish())


async def crash_run(parts: Parts) -> list[str]:
    """One of two workers dies with work in flight and finished work uncommitted."""
    sandbox = Sandbox(parts)
    await sandbox.start("a")
    await sandbox.start("b")
    await sandbox.rebalance()
    await sandbox.deliver(20, 1.0)
    await sandbox.deliver(20, 0.2)
    await sandbox.crash("a")
    await sandbox.rebalance()
    evidence = await sandbox.finish()
    # What a crash costs in repetitions is the share of a whole run, not of a few seconds around it.
    return violations(sandbox.plan, evidence)


async def handover_run(parts: Parts) -> list[str]:
    """A second worker joins while the first has work in flight."""
    sandbox = Sandbox(parts)
    await sandbox.start("a")
    await sandbox.rebalance()
    await sandbox.deliver(30, 0.35)
    await sandbox.start("b")
    await sandbox.rebalance()
    await sandbox.deliver(30, 0.35)
    return judged(sandbox, await sandbox.finish())


def judged(sandbox: Sandbox, evidence: Evidence) -> list[str]:
    return [*violations(sandbox.plan, evidence), *republished_too_often(sandbox.plan, evidence)]


class ForgetfulStore(MemoryStore):
    """The inbox taken away: every decision is stored as if its command had never come before."""

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        assert keys
        return {}

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        return [self._stored_anew(verdict) for verdict in verdicts]

    def _stored_anew(self, verdict: Verdict) -> CommitResult:
        number = len(self.decided)
        events = tuple(event._replace(id=UUID(int=number)) for event in verdict.events)
        self.decided[verdict.key._replace(causation_id=f"{verdict.key.causation_id}#{number}")] = events
        return Committed(verdict.key, events)


class PositionIntake(MemoryIntake):
    """The contiguous watermark taken away: what is committed is how far records were handed out."""

    async def commit(self, points: Mapping[Partition, CommitPoint]) -> None:
        await super().commit({partition: CommitPoint(position) for partition, position in self.positions.items()})
        assert points


class DeafSink:
    """A worker that does not hear what it loses: it commits nothing before, and goes on with it after."""

    def __init__(self, worker: RecordSink) -> None:
        self._worker = worker
        self._ever: set[Partition] = set()

    def polled(self) -> None:
        self._worker.polled()

    def accept(self, records: Sequence[RawRecord]) -> None:
        self._worker.accept(records)

    async def assigned(self, partitions: Collection[Partition]) -> None:
        self._ever |= set(partitions)
        await self._worker.assigned(self._ever)

    async def revoked(self, partitions: Collection[Partition]) -> None:
        pass


class DeafIntake(MemoryIntake):
    """Revoke handling taken away."""

    async def start(self, sink: RecordSink) -> None:
        await super().start(DeafSink(sink))


class HastyPublisher(FakePublisher):
    """Acknowledged publication taken away: a call returns before its records are anywhere but in this process."""

    def __init__(self, log: list[OutgoingRecord]) -> None:
        super().__init__()
        self.records = log
        self._unsent: Sequence[OutgoingRecord] = ()

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        unsent, self._unsent = self._unsent, records
        await super().publish(unsent)


Run = Callable[[Parts], Awaitable[list[str]]]


@pytest.mark.parametrize("run", [quiet_run, crash_run, handover_run])
async def test_with_every_safeguard_in_place_nothing_is_found(run: Run) -> None:
    assert await run(Parts()) == []


@pytest.mark.parametrize(
    ("safeguard", "parts", "run", "found"),
    [
        ("the inbox", Parts(store=ForgetfulStore), crash_run, "doubled"),
        ("the contiguous watermark", Parts(intake=PositionIntake), crash_run, "lost"),
        ("the order of lanes", Parts(unordered=frozenset({ParseText})), quiet_run, "order"),
        ("the handling of a revoke", Parts(intake=DeafIntake), handover_run, "republished"),
        ("acknowledged publication", Parts(publisher=HastyPublisher), crash_run, "row without outcome"),
    ],
)
async def test_a_safeguard_taken_away_is_noticed(safeguard: str, parts: Parts, run: Run, found: str) -> None:
    sentences = await run(parts)
    assert any(sentence.startswith(found) for sentence in sentences), f"without {safeguard}: {sentences}"
