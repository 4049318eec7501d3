"""Any interleaving of deliveries, ends, failures, rebalances, crashes and redeliveries keeps the promises.

The machine drives the runtime's pure core (assignment, offsets, dispatcher, commit metadata) against a model of a
broker with a log for each partition and of a group that gives partitions away and takes them back.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fakes.broker import FakeRecord
from tests.fakes.commands import TEXT_COMMANDS, text_record
from workers.ports.messages import Partition
from workers.runtime.assignment import Assignment
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.dispatcher import Dispatcher, DispatchLimits
from workers.runtime.flow import FlowLimits
from workers.runtime.progress import covers, decode

PARTITIONS = (0, 1, 2)
OWNERS = ("nok", "lek", "somchai")
MAX_IN_FLIGHT = 3
LIMITS = FlowLimits(total_high=12, partition_high=6)


@dataclass
class Log:
    """A partition as the broker keeps it, with what became of its records over all owners.

    Attributes:
        position: the next record the present owner is given.
        published: offsets whose outcome is on the outcome topic, in the order they came there first.
    """

    records: list[FakeRecord] = field(default_factory=list)
    committed: int = 0
    metadata: str = ""
    position: int = 0
    published: list[int] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.records[-1].offset + 1 if self.records else 0


class RuntimeMachine(RuleBasedStateMachine):
    """One worker, another that takes partitions from it, and crashes."""

    def __init__(self) -> None:
        super().__init__()
        self.logs = {number: Log() for number in PARTITIONS}
        self.restart()

    def restart(self) -> None:
        """A worker that knows nothing."""
        self.assignment = Assignment(LIMITS)
        self.dispatcher = Dispatcher(DispatchLimits(MAX_IN_FLIGHT), self.start)
        self.running: list[Delivery] = []
        self.aside: list[Delivery] = []
        self.owned: set[int] = set()
        self.revoked: set[int] = set()

    def start(self, delivery: Delivery) -> None:
        # One that was withdrawn has ended for its lane before its task is told.
        lanes = {one.lane for one in (*self.running, *self.aside) if not one.gone}
        assert delivery.lane not in lanes, "two deliveries of one key at the same time"
        self.running.append(delivery)

    # What the world does

    @rule(number=st.sampled_from(PARTITIONS), owner=st.sampled_from(OWNERS), hole=st.integers(0, 2))
    def produce(self, number: int, owner: str, hole: int) -> None:
        log = self.logs[number]
        log.records.append(text_record(log.end + hole, owner=owner, partition=number))

    @rule(numbers=st.sets(st.sampled_from(PARTITIONS), min_size=1))
    def assign(self, numbers: set[int]) -> None:
        """A rebalance ends: the partitions this worker has from now on."""
        partitions = [Partition(TEXT_COMMANDS, number) for number in numbers]
        handover = self.assignment.assign(partitions)
        for partition in handover.gone:
            for delivery in self.dispatcher.cancel(partition):
                self.running = [one for one in self.running if one is not delivery]
                self.aside = [one for one in self.aside if one is not delivery]
        for number in numbers:  # whoever is assigned a partition begins at what was committed
            self.logs[number].position = self.logs[number].committed
        self.owned, self.revoked = set(numbers), set()

    @precondition(lambda self: self.revoked)
    @rule(count=st.integers(1, 5))
    def another_does(self, count: int) -> None:
        """Another member has the revoked partitions for a while, and gives them back."""
        for number in self.revoked:
            log = self.logs[number]
            done = decode(log.committed, log.metadata)
            theirs = [
                record.offset
                for record in log.records
                if record.offset >= log.committed and not covers(done, record.offset)
            ][:count]
            log.published += [offset for offset in theirs if offset not in log.published]
            if theirs:
                log.committed, log.metadata = theirs[-1] + 1, ""
        numbers = set(self.revoked)
        self.assign(numbers)
        for number in numbers:
            self.learn(number)

    def learn(self, number: int) -> None:
        """Leave alone what the group has done meanwhile."""
        log, partition = self.logs[number], Partition(TEXT_COMMANDS, number)
        self.assignment.skip_to({partition: log.committed})
        for delivery in self.dispatcher.withdraw(partition, lambda offset: offset < log.committed):
            self.running = [one for one in self.running if one is not delivery]
            self.aside = [one for one in self.aside if one is not delivery]
            delivery.offsets.finish(delivery.record.offset)

    @precondition(lambda self: self.owned)
    @rule()
    def revoke(self) -> None:
        """A rebalance begins: everything is taken away, perhaps to come back."""
        self.commit()
        self.assignment.revoke([Partition(TEXT_COMMANDS, number) for number in self.owned])
        self.revoked, self.owned = self.owned, set()

    @rule()
    def crash(self) -> None:
        self.restart()

    # What the worker does

    @precondition(lambda self: self.owned)
    @rule(data=st.data(), count=st.integers(1, 5))
    def deliver(self, data: st.DataObject, count: int) -> None:
        self.fetch(data.draw(st.sampled_from(sorted(self.owned))), count)

    def fetch(self, number: int, count: int) -> None:
        log = self.logs[number]
        fetched = [record for record in log.records if record.offset >= log.position][:count]
        deliveries = []
        for record in fetched:
            log.position = record.offset + 1
            offsets = self.assignment.deliver(record)
            if offsets is None:
                continue
            if covers(decode(log.committed, log.metadata), record.offset):
                assert record.offset in log.published
                offsets.finish(record.offset)
            else:
                deliveries.append(receive(record, offsets))
        self.dispatcher.dispatch(deliveries)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        """Some of those in flight are stored and published, in any order."""
        self.end(data.draw(st.lists(st.sampled_from(self.running), min_size=1, unique_by=id)))

    def end(self, ended: list[Delivery]) -> None:
        for delivery in ended:
            self.running = [one for one in self.running if one is not delivery]
            log = self.logs[delivery.record.partition]
            if delivery.record.offset not in log.published:
                log.published.append(delivery.record.offset)
            delivery.offsets.finish(delivery.record.offset)
        self.dispatcher.done(ended)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        delivery = data.draw(st.sampled_from(self.running))
        self.running = [one for one in self.running if one is not delivery]
        self.aside.append(delivery)
        self.dispatcher.step_aside(delivery)

    @precondition(lambda self: self.aside)
    @rule(data=st.data())
    def try_again(self, data: st.DataObject) -> None:
        delivery = data.draw(st.sampled_from(self.aside))
        self.aside = [one for one in self.aside if one is not delivery]
        self.running.append(delivery)
        self.dispatcher.step_back(delivery)

    @rule()
    def commit(self) -> None:
        taken = self.assignment.to_commit()
        for partition, progress in taken.items():
            if partition.number in self.owned | self.revoked:
                log = self.logs[partition.number]
                log.committed, log.metadata = progress.next_offset, progress.metadata
        self.assignment.committed(taken)

    # What must hold all the time

    @invariant()
    def nothing_is_committed_before_it_is_published(self) -> None:
        for log in self.logs.values():
            behind = [record.offset for record in log.records if record.offset < log.committed]
            assert set(behind) <= set(log.published)

    @invariant()
    def outcomes_of_a_key_come_in_the_order_of_its_commands(self) -> None:
        for log in self.logs.values():
            for owner in {record.key for record in log.records}:
                own = [record.offset for record in log.records if record.key == owner]
                came = [offset for offset in log.published if offset in own]
                assert came == own[: len(came)]

    @invariant()
    def places_are_counted_right(self) -> None:
        assert self.dispatcher.in_flight == len(self.running)
        assert self.dispatcher.aside == len(self.aside)

    @invariant()
    def no_place_is_left_empty_while_a_lane_could_go_on(self) -> None:
        if self.dispatcher.in_flight < MAX_IN_FLIGHT:
            assert all(lane.is_running for lane in self.dispatcher.lanes() if lane.queue)

    @invariant()
    def a_paused_partition_is_owned_and_has_work(self) -> None:
        change = self.assignment.flow()
        assert not change.pause & change.resume
        assert self.assignment.paused <= self.assignment.owned

    def teardown(self) -> None:
        """Whatever happened: a worker that is left in peace finishes everything."""
        self.assign(set(PARTITIONS))
        for number in PARTITIONS:
            self.fetch(number, len(self.logs[number].records))
        for delivery in self.aside:
            self.dispatcher.step_back(delivery)
        self.running, self.aside = [*self.running, *self.aside], []
        while self.running:
            self.end(self.running[-1:])
        self.commit()
        self.outcomes_of_a_key_come_in_the_order_of_its_commands()
        for log in self.logs.values():
            assert sorted(log.published) == [record.offset for record in log.records]
            assert log.committed == log.end or not log.records


TestRuntimeMachine = RuntimeMachine.TestCase
TestRuntimeMachine.settings = settings(stateful_step_count=60)
