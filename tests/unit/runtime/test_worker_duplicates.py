"""Entries recorded together by a whole worker: copies in one poll are linked as if each had come alone."""

import asyncio
import random
from collections.abc import Sequence
from datetime import time
from functools import partial
from uuid import UUID

from contracts.codec import decode_event, encode
from contracts.commands.spending import RecordSpending
from contracts.events.spending import SpendingRecorded
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from tests.fakes.broker import FakeIntake, FakePublisher, FakeRecord
from tests.fakes.clock import FakeClock, settle
from tests.fakes.commands import envelope
from tests.fakes.duplicates import MemoryDuplicates
from tests.fakes.entries import MemoryEntries
from tests.fakes.observer import RecordingObserver
from tests.fakes.store import MemoryStore
from workers.domain.mapping_keys import key_of
from workers.domain.spending import SpendingEntry, new_entry_id
from workers.handlers.spending import Duplicates, record_together
from workers.handlers.table import together
from workers.ports.messages import Partition
from workers.ports.store import CommitResult, Verdict
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts

COMMANDS = topic_name("spending", TopicRole.COMMANDS)
LUNCH = RecordSpending(amount=Money.of("65"), merchant="Cafe", spent_at=time(9, 30))


class KeepingStore(MemoryStore):
    """Shows the entries it has stored."""

    def __init__(self) -> None:
        super().__init__()
        self.entries = MemoryEntries()

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        results = await super().commit(verdicts)
        for state in self.states.values():
            if isinstance(state, SpendingEntry):
                self.entries.keep(state)
        return results


def record(offset: int, owner: str) -> FakeRecord:
    about = envelope(f"c{offset}", owner, RecordSpending.type)
    return FakeRecord(COMMANDS, 0, offset, key=about.key.encode(), value=encode(LUNCH), headers=about.headers())


async def test_copies_in_one_poll_name_those_before_them_and_all_share_looks() -> None:
    store, publisher, stop = KeepingStore(), FakePublisher(), asyncio.Event()
    found = MemoryDuplicates(store.entries)
    decide = partial(record_together, entries=store.entries, duplicates=Duplicates(found, key_of))
    handling = Handling(dict([together(RecordSpending, decide)]), RetryPolicy(1), 60.0, "group", {})
    ports = WorkerPorts(FakeIntake(), publisher, store, FakeClock(), random.Random(1), RecordingObserver())
    worker = Worker(ports, handling, WorkerLimits(), "spending")
    run = asyncio.get_running_loop().create_task(worker.run(stop))
    await settle()
    await worker.assigned([Partition(COMMANDS, 0)])
    await settle()

    worker.accept([record(0, "nok"), record(1, "nok"), record(2, "lek"), record(3, "nok"), record(4, "lek")])
    await settle()
    await settle()

    named: dict[UUID, list[UUID]] = {}
    for each in publisher.records:
        event = decode_event(dict(each.headers)["ce_type"].decode(), each.value or b"")
        assert isinstance(event, SpendingRecorded)
        named[event.entry_id] = [alike.entry_id for alike in event.possible_duplicates]
    ids = [new_entry_id("acme", f"c{number}") for number in range(5)]
    assert named == {
        ids[0]: [],
        ids[1]: [ids[0]],
        ids[2]: [],
        ids[3]: sorted([ids[0], ids[1]]),
        ids[4]: [ids[2]],
    }
    assert found.looks == 3, "the heads of both lanes, the second of both, the third"
    stop.set()
    await run
