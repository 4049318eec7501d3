"""One delivery, one terminal outcome, whatever the handler does."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.base import Command
from contracts.codec import decode_event
from contracts.commands.texts import ParseText
from contracts.envelope import format_time
from contracts.errors import ErrorCode
from contracts.events.outcomes import CommandFailed, CommandRejected, Unsuccessful
from contracts.events.texts import TextParsed
from tests.fakes.broker import FakePublisher, FakeRecord
from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.commands import decision, text_record
from tests.fakes.observer import RecordingObserver
from tests.fakes.store import MemoryStore
from workers.ports.errors import BackendError, RejectionError, TransientError, UnavailableError
from workers.ports.handling import CommandContext, Decision, Handler
from workers.ports.store import Erased
from workers.runtime.committer import Batch, Committer, Submission, Tools
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.ground import Ground
from workers.runtime.membership import Membership
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.replies import NoReplies
from workers.runtime.retry import RetryPolicy, UnstorableError
from workers.runtime.settling import Handling, Settler, Surroundings
from workers.runtime.supervisor import Supervisor

GONE = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "engine gone")


class AlwaysMember(Membership):
    """Nobody looks at the clock here as a worker does."""

    def look(self) -> bool:
        return False


class Bench:
    """A settler on in-memory ports whose handler does what the test lists, then succeeds."""

    def __init__(self, policies: dict[type[Command], RetryPolicy] | None = None, *, at_once: bool = False) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.publisher = FakePublisher()
        self.contexts: list[CommandContext] = []
        self.plan: list[Exception | Callable[[], Decision]] = []
        self.supervisor = Supervisor()
        self.observer = RecordingObserver()
        self.finished: list[Delivery] = []
        self.places = 0
        ground = Ground(self.clock, random.Random(1))
        tools = Tools(self.store, self.publisher, ground, self.observer, self.clock, AlwaysMember(self.clock))
        committer = Committer(tools, 10, self._settled)
        self.supervisor.spawn(committer.store_forever(), "store")
        self.supervisor.spawn(committer.publish_forever(), "publish")
        policy = RetryPolicy(attempts=3, base_delay=1.0, max_delay=4.0)
        self.handlers: dict[type[Command], Handler] = {ParseText: self._handle_at_once if at_once else self._handle}
        handling = Handling(self.handlers, policy, 10.0, "group", policies or {})
        self.settler = Settler(
            handling,
            Surroundings(
                store=self.store,
                ground=ground,
                clock=self.clock,
                rng=random.Random(1),
                observer=self.observer,
                replies=NoReplies(),
                submit=committer.submit,
                finished=self.finished.extend,
                step_aside=lambda _: self._place(-1),
                step_back=lambda _: self._place(1),
                spawn=self.supervisor.spawn,
            ),
        )

    def _settled(self, batch: Batch) -> None:
        self.settler.settled(batch)

    def _place(self, change: int) -> None:
        self.places += change

    async def _handle(self, command: Command, context: CommandContext) -> Decision:
        return self._handle_at_once(command, context)

    def _handle_at_once(self, command: Command, context: CommandContext) -> Decision:
        assert isinstance(command, ParseText)
        self.contexts.append(context)
        step = self.plan.pop(0) if self.plan else decision
        if isinstance(step, Exception):
            raise step
        return step()

    async def settle(self, delivery: Delivery, seconds: float = 60) -> None:
        self.settler.start(delivery)
        await self.clock.advance(seconds)

    @property
    def outcomes(self) -> list[object]:
        return [
            decode_event(dict(record.headers)["ce_type"].decode(), record.value or b"")
            for record in self.publisher.records
            if record.topic == "poon.texts.events"
        ]

    @property
    def dead_letters(self) -> int:
        return sum(record.topic == "poon.texts.dlt" for record in self.publisher.records)

    def only_outcome(self) -> object:
        (outcome,) = self.outcomes
        return outcome

    def unsuccessful(self) -> Unsuccessful:
        outcome = self.only_outcome()
        assert isinstance(outcome, Unsuccessful)
        return outcome


@pytest.fixture(params=["awaited", "at once"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    bench = Bench(at_once=request.param == "at once")
    yield bench
    await bench.supervisor.close()


def delivered(record: FakeRecord | None = None) -> Delivery:
    return receive(record or text_record(1, "c1"), PartitionOffsets())


async def test_a_command_is_handled_stored_and_published(bench: Bench) -> None:
    await bench.settle(delivered())
    assert isinstance(bench.only_outcome(), TextParsed)
    (context,) = bench.contexts
    assert (context.command_id, context.tenant, context.owner, context.sent_at) == ("c1", "acme", "nok", NOON)


async def test_a_rejection_ends_the_command_without_a_retry_or_a_dead_letter(bench: Bench) -> None:
    bench.plan = [RejectionError(ErrorCode.NO_AMOUNT, "no amount", field="text")]
    await bench.settle(delivered())
    outcome = bench.unsuccessful()
    assert isinstance(outcome, CommandRejected)
    assert (outcome.code, outcome.field) == (ErrorCode.NO_AMOUNT, "text")
    assert len(bench.contexts) == 1
    assert bench.dead_letters == 0


async def test_a_transient_error_is_retried_in_place(bench: Bench) -> None:
    bench.plan = [GONE, GONE]
    await bench.settle(delivered())
    assert isinstance(bench.only_outcome(), TextParsed)
    assert [context.attempt for context in bench.contexts] == [1, 2, 3]
    assert bench.places == 0, "each back-off gives its place away and takes it again"


async def test_an_exhausted_budget_gives_a_failed_outcome_and_one_dead_letter(bench: Bench) -> None:
    bench.plan = [GONE, GONE, GONE]
    await bench.settle(delivered())
    outcome = bench.unsuccessful()
    assert isinstance(outcome, CommandFailed)
    assert (outcome.code, outcome.attempts) == (ErrorCode.BACKEND_UNAVAILABLE, 3)
    assert bench.dead_letters == 1
    assert [(letter.command_id, letter.attempts) for letter in bench.store.letters] == [("c1", 3)]


async def test_a_defect_of_a_handler_is_retried_and_then_failed_without_its_words(bench: Bench) -> None:
    bench.plan = [ValueError("the owner's private words")] * 3
    await bench.settle(delivered())
    outcome = bench.unsuccessful()
    assert outcome.code is ErrorCode.INTERNAL_ERROR
    assert "private" not in outcome.reason


async def test_missing_ground_does_not_use_up_attempts(bench: Bench) -> None:
    bench.plan = [UnavailableError("database down")] * 10
    await bench.settle(delivered(), seconds=600)
    assert isinstance(bench.only_outcome(), TextParsed)
    assert bench.contexts[-1].attempt == 1


async def test_a_conflict_makes_the_handler_decide_again(bench: Bench) -> None:
    delivery = delivered()
    bench.store.conflicts[delivery.inbox_key] = 1
    await bench.settle(delivery)
    assert isinstance(bench.only_outcome(), TextParsed)
    assert len(bench.contexts) == 2


async def test_a_command_of_an_owner_who_was_erased_is_rejected_without_a_word_of_it(bench: Bench) -> None:
    bench.store.erased = [False]
    await bench.settle(delivered())
    outcome = bench.unsuccessful()
    assert (outcome.code, bench.dead_letters) == (ErrorCode.OWNER_ERASED, 0)
    assert len(bench.contexts) == 1


async def test_a_dead_letter_of_an_owner_who_was_erased_is_not_written(bench: Bench) -> None:
    bench.store.erased = [False]
    bench.plan = [TransientError(ErrorCode.BACKEND_UNAVAILABLE, "engine gone")] * 3
    await bench.settle(delivered())
    assert (bench.unsuccessful().code, bench.dead_letters, bench.store.letters) == (ErrorCode.OWNER_ERASED, 0, [])


async def test_poison_of_an_owner_who_was_erased_is_not_kept(bench: Bench) -> None:
    bench.store.erased = [False]
    await bench.settle(delivered(replace(text_record(1, "c1"), value=b"{")))
    assert (bench.unsuccessful().code, bench.dead_letters) == (ErrorCode.OWNER_ERASED, 0)


async def test_a_command_waits_while_its_owner_is_being_erased_and_is_decided_anew(bench: Bench) -> None:
    bench.store.erased = [True, True]
    await bench.settle(delivered())
    assert isinstance(bench.only_outcome(), TextParsed)
    assert [context.attempt for context in bench.contexts] == [1, 1, 1]
    assert bench.places == 0


async def test_a_delivery_that_is_gone_meanwhile_is_not_told_of_an_erasure(bench: Bench) -> None:
    delivery = delivered()
    delivery.gone = True
    bench.settler.settled([(Submission(delivery, None), Erased(delivery.inbox_key, under_way=True))])
    bench.settler.settled([(Submission(delivery, None), Erased(delivery.inbox_key, under_way=False))])
    await bench.clock.advance(60)
    assert bench.outcomes == []


async def test_rows_the_database_refuses_end_as_failed_with_a_dead_letter(bench: Bench) -> None:
    delivery = delivered()
    bench.store.unstorable.add(delivery.inbox_key)
    await bench.settle(delivery)
    assert bench.unsuccessful().code is ErrorCode.INTERNAL_ERROR
    assert bench.dead_letters == 1


async def test_an_outcome_that_itself_cannot_be_stored_stops_the_worker(bench: Bench) -> None:
    delivery = delivered()
    bench.plan = [RejectionError(ErrorCode.NO_AMOUNT, "no amount")]
    bench.store.unstorable.add(delivery.inbox_key)
    bench.settler.start(delivery)
    error = await bench.supervisor.until(asyncio.Event())
    assert isinstance(error, UnstorableError)
    assert "c1" in str(error)
    assert bench.outcomes == []
    assert bench.finished == []


async def test_poison_is_dead_lettered_and_rejected(bench: Bench) -> None:
    await bench.settle(delivered(replace(text_record(1, "c1"), value=b"{")))
    outcome = bench.unsuccessful()
    assert outcome.code is ErrorCode.MALFORMED_MESSAGE
    assert outcome.dead_letter is not None
    assert bench.dead_letters == 1
    assert [letter.code for letter in bench.store.letters] == [ErrorCode.MALFORMED_MESSAGE]
    assert bench.contexts == []


async def test_an_invalid_field_is_rejected_without_a_dead_letter(bench: Bench) -> None:
    await bench.settle(delivered(replace(text_record(1, "c1"), value=b'{"text": ""}')))
    assert bench.unsuccessful().field == "text"
    assert bench.dead_letters == 0
    assert bench.store.letters == []


async def test_an_expired_command_is_rejected_unhandled(bench: Bench) -> None:
    record = text_record(1, "c1")
    expiry = format_time(NOON - timedelta(seconds=1)).encode()
    await bench.settle(delivered(replace(record, headers=[*record.headers, ("ce_expirytime", expiry)])))
    assert bench.unsuccessful().code is ErrorCode.EXPIRED
    assert bench.contexts == []


async def test_a_command_decided_before_publishes_the_same_events_and_asks_no_handler(bench: Bench) -> None:
    await bench.settle(delivered())
    delivery = delivered()
    delivery.recorded = bench.store.decided[delivery.inbox_key]
    await bench.settle(delivery)
    first, again = bench.publisher.records
    assert first == again
    assert len(bench.contexts) == 1


async def test_a_command_in_flight_twice_is_looked_up_again_before_its_second_handling(bench: Bench) -> None:
    await bench.settle(delivered())
    second = delivered()
    second.recheck = True
    await bench.settle(second)
    assert len(bench.contexts) == 1
    assert len(bench.publisher.records) == 2


async def test_a_recheck_that_finds_nothing_goes_on_to_the_handler(bench: Bench) -> None:
    delivery = delivered()
    delivery.recheck = True
    await bench.settle(delivery)
    assert len(bench.contexts) == 1


@pytest.mark.parametrize("poison", [True, False])
async def test_a_redelivered_dead_letter_is_published_again_beside_its_outcome(bench: Bench, *, poison: bool) -> None:
    record = text_record(1, "c1")
    if poison:
        record = replace(record, value=b"{")
    else:
        bench.plan = [GONE, GONE, GONE]
    await bench.settle(delivered(record))
    again = delivered(record)
    again.recorded = bench.store.decided[again.inbox_key]
    await bench.settle(again)
    assert bench.dead_letters == 2
    assert len(bench.store.letters) == 1
    ids = {dict(letter.headers)["poon_outcome-id"] for letter in bench.publisher.records if "dlt" in letter.topic}
    assert len(ids) == 1


async def test_the_policy_of_a_command_type_outranks_the_default() -> None:
    bench = Bench({ParseText: RetryPolicy(attempts=1)})
    bench.plan = [GONE]
    await bench.settle(delivered())
    assert isinstance(bench.only_outcome(), CommandFailed)
    await bench.supervisor.close()


async def test_the_observer_is_told_of_attempts_and_of_the_end(bench: Bench) -> None:
    bench.plan = [GONE, RejectionError(ErrorCode.NO_AMOUNT, "no amount")]
    delivery = delivered()
    await bench.settle(delivery)
    (attempt,) = bench.observer.attempts
    assert (attempt.number, attempt.code, attempt.delay is None) == (1, ErrorCode.BACKEND_UNAVAILABLE, False)
    (told,) = bench.observer.told
    assert (told.outcome, told.code, told.attempts, told.duplicate) == (
        "poon.text.rejected.v1",
        ErrorCode.NO_AMOUNT,
        2,
        False,
    )
    assert told.taken <= told.started <= told.decided
    assert bench.finished == [delivery]


async def test_a_failure_of_a_delivery_that_is_gone_meanwhile_leads_to_nothing(bench: Bench) -> None:
    delivery = delivered()
    bench.store.conflicts[delivery.inbox_key] = 1
    bench.store.outages = 1
    bench.settler.start(delivery)
    await settle()
    delivery.gone = True  # stored too late: its batch is on the way
    await bench.clock.advance(60)
    assert len(bench.contexts) == 1
    assert bench.publisher.records == []
