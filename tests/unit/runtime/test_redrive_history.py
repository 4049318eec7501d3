"""Finding out what has happened to a key since."""

from uuid import UUID

from contracts.base import Event
from contracts.errors import ErrorCode
from tests.fakes.clock import NOON
from tests.fakes.commands import parsed, text_record
from tests.fakes.dead_letters import FakeLog, MemoryBox, filed_of
from tests.fakes.store import MemoryStore
from workers.ports.dead_letters import FiledLetter, Lane
from workers.ports.errors import RejectionError
from workers.ports.handling import Decision, NewEvent
from workers.ports.messages import Partition
from workers.ports.partition_log import Extent
from workers.runtime import outcomes
from workers.runtime.deliveries import receive
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.redrive_history import HistoryReader
from workers.runtime.redrive_order import Fate, Later

TOPIC = "poon.texts.commands"


class Bench:
    """Dead letters, a log and a store."""

    def __init__(self, *letters: FiledLetter) -> None:
        self.log = FakeLog()
        self.store = MemoryStore()
        self.letters = letters
        self.reader = HistoryReader(MemoryBox(*letters), self.store, self.log)

    async def decide(self, offset: int, event: Event | ErrorCode, owner: str = "nok") -> None:
        delivery = receive(text_record(offset, owner=owner), PartitionOffsets())
        if isinstance(event, ErrorCode):
            verdict = outcomes.rejected(delivery, RejectionError(event, "no"), NOON)
        else:
            verdict = outcomes.decided(delivery, Decision((NewEvent(event),)), NOON)
        await self.store.commit([verdict])

    @property
    def chosen(self) -> dict[Lane, set[UUID]]:
        found: dict[Lane, set[UUID]] = {}
        for filed in self.letters:
            assert filed.letter.lane is not None
            found.setdefault(filed.letter.lane, set()).add(filed.letter.id)
        return found


def letter(offset: int, owner: str = "nok") -> FiledLetter:
    return filed_of(text_record(offset, owner=owner))


NOK, ANN = Lane(TOPIC, 0, b"acme/nok"), Lane(TOPIC, 0, b"acme/ann")


async def test_the_later_records_of_a_key_come_with_their_fates() -> None:
    bench = Bench(letter(5))
    bench.log.append(*(text_record(offset) for offset in range(4, 9)))
    await bench.decide(4, parsed())
    await bench.decide(6, parsed())
    await bench.decide(7, ErrorCode.NO_AMOUNT)
    history = (await bench.reader.histories(bench.chosen))[NOK]
    assert history.laters == [
        Later(6, "c-0-6", Fate.EFFECT),
        Later(7, "c-0-7", Fate.NO_EFFECT),
        Later(8, "c-0-8", Fate.OPEN),
    ]
    assert history.extent == Extent(0, 9)
    assert [filed.letter.offset for filed in history.letters] == [5]


async def test_each_key_has_its_own_records_from_its_first_letter_on() -> None:
    bench = Bench(letter(5), letter(2, "ann"))
    bench.log.append(*(text_record(offset, owner="nok" if offset % 2 else "ann") for offset in range(10)))
    histories = await bench.reader.histories(bench.chosen)
    assert [later.offset for later in histories[NOK].laters] == [7, 9]
    assert [later.offset for later in histories[ANN].laters] == [4, 6, 8]


async def test_a_record_nobody_can_read_is_known_by_its_position() -> None:
    bench = Bench(letter(5))
    record = text_record(6)
    record = type(record)(record.topic, 0, 6, key=record.key, value=b"{", headers=[])
    bench.log.append(record)
    assert (await bench.reader.histories(bench.chosen))[NOK].laters == [Later(6, f"{TOPIC}:0:6", Fate.OPEN)]


async def test_of_a_log_that_was_cut_short_the_rest_is_read() -> None:
    bench = Bench(letter(5))
    bench.log.starts[Partition(TOPIC, 0)] = 8
    bench.log.append(text_record(8), text_record(9))
    history = (await bench.reader.histories(bench.chosen))[NOK]
    assert history.extent == Extent(8, 10)
    assert [later.offset for later in history.laters] == [8, 9]


async def test_a_partition_that_is_gone_has_no_extent() -> None:
    gone = filed_of(text_record(5, partition=9))
    bench = Bench(gone)
    (history,) = (await bench.reader.histories(bench.chosen)).values()
    assert (history.extent, list(history.laters)) == (None, [])


async def test_what_came_since_an_offset_is_read_from_there() -> None:
    bench = Bench()
    bench.log.append(*(text_record(offset) for offset in range(6)))
    found = await bench.reader.since({NOK: 4})
    assert [later.offset for later in found[NOK]] == [4, 5]
