"""Lanes keep order within a key and run in parallel across keys."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from contracts.commands.texts import ParseText
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import settle
from tests.fakes.commands import TEXT_COMMANDS, text_record
from workers.ports.messages import Partition
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.dispatcher import Dispatcher, DispatchLimits
from workers.runtime.offsets import PartitionOffsets


class Bench:
    """A dispatcher whose deliveries are done when the test says so."""

    def __init__(self, max_in_flight: int = 10, limits: DispatchLimits | None = None) -> None:
        self.started: list[int] = []
        self.deliveries: dict[int, Delivery] = {}
        self.dispatcher = Dispatcher(limits or DispatchLimits(max_in_flight), self._start)

    def _start(self, delivery: Delivery) -> None:
        self.started.append(delivery.record.offset)

    def dispatch(self, offset: int, owner: str, partition: int = 0) -> None:
        self.dispatch_record(text_record(offset, owner=owner, partition=partition))

    def dispatch_record(self, record: FakeRecord) -> None:
        self.deliveries[record.offset] = receive(record, PartitionOffsets())
        self.dispatcher.dispatch([self.deliveries[record.offset]])

    def done(self, *offsets: int) -> None:
        self.dispatcher.done([self.deliveries[offset] for offset in offsets])


def test_records_of_one_key_settle_one_after_the_other() -> None:
    bench = Bench()
    for offset in (1, 2, 3):
        bench.dispatch(offset, "nok")
    assert bench.started == [1]
    bench.done(1)
    assert bench.started == [1, 2]
    bench.done(2)
    bench.done(3)
    assert bench.started == [1, 2, 3]
    assert (bench.dispatcher.in_flight, bench.dispatcher.waiting) == (0, 0)


def test_a_stuck_key_holds_up_nobody_else() -> None:
    bench = Bench()
    bench.dispatch(1, "stuck")
    for offset, owner in ((2, "a"), (3, "b"), (4, "a")):
        bench.dispatch(offset, owner)
    bench.done(2, 3)
    bench.done(4)
    assert bench.started == [1, 2, 3, 4]
    assert bench.dispatcher.waiting == 1


def test_no_more_lanes_run_than_the_bound_allows_and_the_oldest_waiting_delivery_goes_first() -> None:
    bench = Bench(max_in_flight=2)
    for offset, owner in ((1, "a"), (2, "b"), (3, "c"), (4, "a")):
        bench.dispatch(offset, owner)
    assert bench.started == [1, 2]
    bench.done(1)
    assert bench.started == [1, 2, 3], "the third came before the second of the first lane"
    bench.done(2)
    assert bench.started == [1, 2, 3, 4]


def test_a_record_without_a_key_waits_for_nobody() -> None:
    bench = Bench()
    for offset in (1, 2):
        bench.dispatch_record(replace(text_record(offset), key=None))
    assert bench.started == [1, 2]


def test_deliveries_of_an_unordered_type_have_lanes_of_their_own() -> None:
    bench = Bench(limits=DispatchLimits(unordered=frozenset({ParseText})))
    for offset in (1, 2, 3):
        bench.dispatch(offset, "nok")
    assert bench.started == [1, 2, 3]
    bench.done(3, 1, 2)
    assert bench.dispatcher.waiting == 0


def test_cancelling_a_partition_drops_its_lanes_and_no_others() -> None:
    bench = Bench(max_in_flight=2)
    bench.dispatch(1, "a", partition=0)
    bench.dispatch(2, "a", partition=0)
    bench.dispatch(3, "b", partition=1)
    bench.dispatch(4, "c", partition=1)
    dropped = bench.dispatcher.cancel(Partition(TEXT_COMMANDS, 0))
    assert [delivery.record.offset for delivery in dropped] == [1, 2]
    assert all(delivery.gone for delivery in dropped)
    assert bench.started == [1, 3, 4], "the freed place goes to the next lane"
    bench.done(3, 4)
    assert bench.dispatcher.in_flight == 0


def test_what_another_member_has_done_is_withdrawn_and_its_lane_goes_on() -> None:
    bench = Bench()
    for offset, owner in ((1, "nok"), (2, "nok"), (3, "nok"), (4, "lek")):
        bench.dispatch(offset, owner)
    bench.dispatch(1_001, "nok", partition=1)
    withdrawn = bench.dispatcher.withdraw(Partition(TEXT_COMMANDS, 0), {1, 2}.__contains__)
    assert [delivery.record.offset for delivery in withdrawn] == [1, 2]
    assert all(delivery.gone for delivery in withdrawn)
    assert bench.started == [1, 4, 1_001, 3]
    bench.done(1)
    bench.done(3, 4, 1_001)
    assert (bench.dispatcher.in_flight, bench.dispatcher.waiting) == (0, 0)


def test_what_is_withdrawn_behind_a_delivery_in_flight_leaves_that_alone() -> None:
    bench = Bench(max_in_flight=1)
    for offset, owner in ((1, "nok"), (2, "nok"), (3, "lek"), (4, "lek")):
        bench.dispatch(offset, owner)
    bench.dispatcher.withdraw(Partition(TEXT_COMMANDS, 0), {2, 3}.__contains__)
    assert bench.started == [1]
    bench.done(1)
    assert bench.started == [1, 4]
    bench.done(4)
    assert (bench.dispatcher.in_flight, bench.dispatcher.waiting) == (0, 0)


def test_what_is_withdrawn_while_aside_frees_no_place_twice() -> None:
    bench = Bench(max_in_flight=1)
    bench.dispatch(1, "nok")
    bench.dispatcher.step_aside(bench.deliveries[1])
    bench.dispatch(2, "lek")
    bench.dispatcher.withdraw(Partition(TEXT_COMMANDS, 0), {1}.__contains__)
    bench.dispatcher.step_back(bench.deliveries[1])
    assert (bench.dispatcher.in_flight, bench.dispatcher.aside) == (1, 0)
    bench.done(2)
    assert (bench.dispatcher.in_flight, bench.dispatcher.waiting) == (0, 0)


def test_the_end_of_a_cancelled_delivery_frees_no_place_twice() -> None:
    bench = Bench()
    bench.dispatch(1, "a")
    bench.dispatcher.cancel(Partition(TEXT_COMMANDS, 0))
    cancelled = bench.deliveries[1]
    bench.dispatch(1, "a")
    bench.dispatcher.done([cancelled])
    assert (bench.dispatcher.in_flight, bench.dispatcher.waiting) == (1, 1)
    bench.done(1)
    assert (bench.dispatcher.in_flight, bench.dispatcher.waiting) == (0, 0)


async def test_after_halt_what_is_in_flight_ends_and_nothing_new_begins() -> None:
    bench = Bench()
    bench.dispatch(1, "a")
    bench.dispatch(2, "a")
    bench.dispatcher.halt()
    bench.dispatch(3, "b")
    waiting = asyncio.get_running_loop().create_task(bench.dispatcher.idle())
    await settle()
    assert not waiting.done()
    bench.done(1)
    await settle()
    assert waiting.done()
    assert bench.started == [1]


def test_a_delivery_that_steps_aside_gives_its_place_and_keeps_its_lane() -> None:
    bench = Bench(max_in_flight=1)
    bench.dispatch(1, "a")
    bench.dispatch(2, "a")
    bench.dispatch(3, "b")
    bench.dispatcher.step_aside(bench.deliveries[1])
    assert bench.started == [1, 3]
    assert (bench.dispatcher.in_flight, bench.dispatcher.aside) == (1, 1)
    bench.dispatcher.step_back(bench.deliveries[1])
    assert (bench.dispatcher.in_flight, bench.dispatcher.aside) == (2, 0)
    bench.done(3)
    assert bench.started == [1, 3], "its lane goes on when it is done itself"
    bench.done(1)
    assert bench.started == [1, 3, 2]


def test_a_delivery_cancelled_while_aside_changes_nothing_when_it_comes_back() -> None:
    bench = Bench()
    bench.dispatch(1, "a")
    bench.dispatcher.step_aside(bench.deliveries[1])
    bench.dispatcher.cancel(Partition(TEXT_COMMANDS, 0))
    bench.dispatcher.step_back(bench.deliveries[1])
    assert (bench.dispatcher.in_flight, bench.dispatcher.aside, bench.dispatcher.waiting) == (0, 0, 0)


def tenant_record(offset: int, tenant: str, owner: str) -> FakeRecord:
    record = text_record(offset, owner=owner)
    headers = [(name, tenant.encode() if name == "ce_tenantid" else value) for name, value in record.headers]
    return replace(record, key=f"{tenant}/{owner}".encode(), headers=headers)


def tenants_of(bench: Bench, offsets: Sequence[int]) -> list[str]:
    return [bench.deliveries[offset].envelope.tenant for offset in offsets]


def test_a_flood_of_one_tenant_leaves_the_next_free_place_to_another() -> None:
    bench = Bench(max_in_flight=4)
    for offset in range(1, 21):
        bench.dispatch_record(tenant_record(offset, "flood", f"o{offset}"))
    for offset in (21, 22):
        bench.dispatch_record(tenant_record(offset, "small", f"o{offset}"))
    bench.done(1)
    bench.done(2)
    assert tenants_of(bench, bench.started) == ["flood"] * 4 + ["small"] * 2


def test_contested_places_are_shared_by_weight() -> None:
    bench = Bench(limits=DispatchLimits(max_in_flight=8, tenant_weights={"gold": 3.0}))
    bench.dispatcher.halt()
    for offset in range(1, 41):
        bench.dispatch_record(tenant_record(offset, "gold" if offset % 2 else "plain", f"o{offset}"))
    starting = Bench(limits=DispatchLimits(max_in_flight=8, tenant_weights={"gold": 3.0}))
    starting.deliveries = bench.deliveries
    starting.dispatcher.dispatch(list(bench.deliveries.values()))
    tenants = tenants_of(starting, starting.started)
    assert (tenants.count("gold"), tenants.count("plain")) == (6, 2)


def test_a_tenant_holds_no_more_places_than_its_bound() -> None:
    bench = Bench(limits=DispatchLimits(max_in_flight=8, max_in_flight_per_tenant=2))
    for offset in range(1, 7):
        bench.dispatch_record(tenant_record(offset, "a" if offset < 5 else "b", f"o{offset}"))
    assert tenants_of(bench, bench.started) == ["a", "a", "b", "b"]
    bench.done(1)
    assert tenants_of(bench, bench.started) == ["a", "a", "b", "b", "a"]
