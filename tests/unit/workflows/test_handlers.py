"""The handlers of workflows on a store in memory: from a message to what is stored, published and timed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from contracts.base import Command, Event
from contracts.codec import decode_command, decode_event, encode
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import FireTimer, ProcessReceipt, SteerWorkflow, WorkflowAction
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.receipts import ReceiptExtracted, ReceiptFailed
from contracts.events.workflows import StepStarted, WorkflowCompensated, WorkflowCompleted
from contracts.examples import examples_of
from contracts.registry import COMMANDS, SUCCESSES
from contracts.topics import WORKFLOW_REPLIES, TopicRole, topic_name
from contracts.values import Confidence, ImageReference, TransactionKind
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.store import MemoryReader, MemoryStore
from tests.unit.workflows.world import rejected, success
from workers.domain.errors import RejectionError
from workers.ports.handling import CommandContext, Decision, NewEvent, StepAnswer
from workers.ports.store import Committed, StoredEvent
from workers.ports.workflows import Phase
from workers.runtime import outcomes
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.offsets import PartitionOffsets
from workers.workflows.handlers import Workflows, new_workflow_id, stream_of, workflow_handlers
from workers.workflows.receipts import EXTRACT, RECORD, entry_id_of

TENANT, OWNER = "acme", "nok"
WORKFLOW_ID = new_workflow_id(TENANT, "start")
COMMAND = ProcessReceipt(image=ImageReference(key="r.jpg", sha256="0" * 64), time_zone="Asia/Tokyo")
READ = next(
    example.message
    for example in examples_of(ReceiptExtracted.type)
    if isinstance(example.message, ReceiptExtracted) and example.message.confidence.is_high
)


@dataclass
class Bench:
    """Messages in, rows out, through the runtime's own functions."""

    store: MemoryStore = field(default_factory=MemoryStore)
    last: Decision | None = None

    def __post_init__(self) -> None:
        self.reader = MemoryReader(self.store)
        self.table = workflow_handlers(Workflows(self.reader, self.store, random.Random(1)))

    async def take(self, delivery: Delivery, partition: int = 7) -> tuple[StoredEvent, ...]:
        """Handle and store, as the runtime does."""
        assert delivery.command is not None, delivery.defect
        about = delivery.envelope
        context = CommandContext(
            command_id=about.id,
            correlation_id=about.correlation_id or about.id,
            tenant=about.tenant,
            owner=about.owner,
            sent_at=about.time,
            now=NOON,
            partition=partition,
        )
        made = self.table[type(delivery.command)](delivery.command, context)
        self.last = made if isinstance(made, Decision) else await made
        (result,) = await self.store.commit([outcomes.decided(delivery, self.last, NOON)])
        assert isinstance(result, Committed)
        return result.events

    async def begin(self, command: ProcessReceipt = COMMAND) -> tuple[StoredEvent, ...]:
        return await self.take(delivery_of(command, "start"))

    async def answer(self, sent: StoredEvent, event: Event, owner: str = OWNER) -> tuple[StoredEvent, ...]:
        """Have the outcome of a command stored where its area does, and heard by the workflow."""
        command = decode_command(sent.type, sent.data.encode())
        own = Delivery(
            FakeRecord("t", 0, 0), PartitionOffsets(), command.area, envelope_of(command, str(sent.id), owner)
        )
        verdict = outcomes.decided(own, Decision((NewEvent(event),)), NOON)
        await self.store.commit([verdict])
        (record,) = outcomes.outgoing(verdict.events)
        return await self.take(
            receive(
                FakeRecord(WORKFLOW_REPLIES.name, 0, 0, 0, record.key, record.value, record.headers),
                PartitionOffsets(),
            )
        )

    async def history(self) -> Sequence[StoredEvent]:
        return await self.reader.stream(TENANT, stream_of(WORKFLOW_ID))

    async def last_event(self) -> Event:
        row = (await self.history())[-1]
        return decode_event(row.type, row.data.encode())


def envelope_of(command: Command, command_id: str, owner: str = OWNER) -> Envelope:
    return Envelope(
        id=command_id,
        source="/test",
        type=command.type,
        time=NOON,
        tenant=TENANT,
        owner=owner,
        correlation_id="talk-1",
    )


def delivery_of(command: Command, command_id: str, owner: str = OWNER) -> Delivery:
    envelope = envelope_of(command, command_id, owner)
    topic = topic_name(command.area, TopicRole.COMMANDS)
    return receive(
        FakeRecord(topic, 0, 0, 0, envelope.key.encode(), encode(command), envelope.headers()), PartitionOffsets()
    )


def sent_in(rows: Sequence[StoredEvent]) -> StoredEvent:
    """The one command among events."""
    (row,) = [row for row in rows if row.type in COMMANDS]
    return row


def test_every_command_of_the_area_and_every_answer_has_its_handler() -> None:
    own = {command for command in COMMANDS.values() if command.area == "workflows"}
    assert set(Bench().table) == own | {StepAnswer}


async def test_a_receipt_is_sent_on_and_answered_at_once() -> None:
    bench = Bench()
    rows = await bench.begin()
    assert [row.type for row in rows] == [ExtractReceipt.type, StepStarted.type, SUCCESSES[ProcessReceipt].type]
    assert [row.terminal for row in rows] == [False, False, True]
    command = decode_command(rows[0].type, rows[0].data.encode())
    assert command == ExtractReceipt(image=COMMAND.image, time_zone="Asia/Tokyo", reference_date=NOON.date())


async def test_a_command_goes_out_under_the_id_of_its_row_and_asks_for_its_answer() -> None:
    bench = Bench()
    rows = await bench.begin()
    record, event, _ = outcomes.outgoing(rows)
    headers = {name: value.decode() for name, value in record.headers}
    assert record.topic == "poon.receipts.commands"
    assert record.key == b"acme/nok"
    assert (headers["ce_id"], headers["ce_replyto"]) == (str(rows[0].id), WORKFLOW_REPLIES.name)
    assert (headers["ce_correlationid"], headers["ce_causationid"]) == ("talk-1", "start")
    assert "ce_replyto" not in dict(event.headers)
    started = decode_event(rows[1].type, rows[1].data.encode())
    assert isinstance(started, StepStarted)
    assert started.command_id == str(rows[0].id)


async def test_a_step_has_a_timer_in_the_shard_its_message_came_from() -> None:
    bench = Bench()
    rows = await bench.begin()
    assert bench.last is not None
    assert bench.last.workflow is not None
    (change,) = bench.last.workflow.timers
    assert change.timer is not None
    assert (change.step, change.timer.token, change.timer.shard) == (EXTRACT, str(rows[0].id), 7)
    assert change.timer.due_at > NOON


async def test_what_was_read_is_recorded_under_an_id_of_the_workflow() -> None:
    bench = Bench()
    read = sent_in(await bench.begin())
    sent = sent_in(await bench.answer(read, READ))
    command = decode_command(sent.type, sent.data.encode())
    assert isinstance(command, RecordSpending)
    assert command.entry_id == entry_id_of(WORKFLOW_ID)
    assert (command.amount, command.time_zone, command.category) == (
        READ.total.value,
        "Asia/Tokyo",
        READ.category.value,
    )
    assert command.source.reference in {READ.image.sha256, READ.reference and READ.reference.value}


async def test_the_end_is_told_as_the_outcome_of_the_answer_that_led_to_it() -> None:
    bench = Bench()
    sent = sent_in(await bench.answer(sent_in(await bench.begin()), READ))
    rows = await bench.answer(sent, success(decode_command(sent.type, sent.data.encode())))
    assert rows[-1].terminal
    end = await bench.last_event()
    assert isinstance(end, WorkflowCompleted)
    assert end.entry_id == entry_id_of(WORKFLOW_ID)
    assert bench.last is not None
    assert bench.last.workflow is not None
    run = bench.last.workflow.run
    assert (run.phase, run.step, run.code, run.version) == (Phase.COMPLETED, None, None, rows[-1].version)
    assert (run.correlation_id, run.started_at) == ("talk-1", NOON)
    assert [row.version for row in await bench.history()] == list(range(1, 9))


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (READ.model_copy(update={"kind": TransactionKind.REFUND}), ErrorCode.NOT_A_PURCHASE),
        (READ.model_copy(update={"confidence": Confidence(0.2)}), ErrorCode.LOW_CONFIDENCE),
    ],
)
async def test_what_is_unfit_is_not_recorded(reading: ReceiptExtracted, code: ErrorCode) -> None:
    bench = Bench()
    await bench.answer(sent_in(await bench.begin()), reading)
    end = await bench.last_event()
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code, end.undone) == (RECORD, code, ())
    assert bench.last is not None
    assert bench.last.workflow is not None
    assert bench.last.workflow.run.code == code


async def test_how_sure_a_reading_must_be_is_said_by_the_command() -> None:
    bench = Bench()
    begun = await bench.begin(COMMAND.model_copy(update={"min_confidence": Confidence(0.1)}))
    rows = await bench.answer(sent_in(begun), READ.model_copy(update={"confidence": Confidence(0.2)}))
    assert sent_in(rows).type == RecordSpending.type


async def test_a_receipt_that_tells_little_is_recorded_with_what_it_tells() -> None:
    bench = Bench()
    bare = READ.model_copy(
        update={"merchant": None, "merchant_canonical": None, "spent_on": None, "spent_at": None, "reference": None}
    )
    sent = sent_in(await bench.answer(sent_in(await bench.begin()), bare))
    command = decode_command(sent.type, sent.data.encode())
    assert isinstance(command, RecordSpending)
    assert (command.merchant, command.spent_on, command.source.reference) == ("-", NOON.date(), READ.image.sha256)


async def test_a_timer_sends_the_same_command_anew_after_a_failure() -> None:
    bench = Bench()
    first = sent_in(await bench.begin())
    code = ErrorCode.BACKEND_UNAVAILABLE
    failure = ReceiptFailed(
        command_id=str(first.id), code=code, message=LocalizedText.of(code), reason="out", attempts=5
    )
    await bench.answer(first, failure)
    due = FireTimer(workflow_id=WORKFLOW_ID, step=EXTRACT, token=f"retry:{first.id}")
    rows = await bench.take(delivery_of(due, "timer-1"))
    assert (sent_in(rows).data, rows[-1].type) == (first.data, SUCCESSES[FireTimer].type)
    assert sent_in(rows).id != first.id


async def test_an_entry_that_may_have_been_recorded_is_deleted_when_an_operator_aborts() -> None:
    bench = Bench()
    await bench.answer(sent_in(await bench.begin()), READ)
    steer = SteerWorkflow(workflow_id=WORKFLOW_ID, action=WorkflowAction.ABORT, by="somchai", reason="sent by mistake")
    rows = await bench.take(delivery_of(steer, "abort-1"))
    assert [row.type for row in rows] == ["poon.workflow.compensating.v1", SUCCESSES[SteerWorkflow].type]
    sent = next(row for row in await bench.history() if row.type == RecordSpending.type)
    undoing = sent_in(await bench.answer(sent, success(decode_command(sent.type, sent.data.encode()))))
    command = decode_command(undoing.type, undoing.data.encode())
    assert isinstance(command, DeleteSpending)
    assert command.entry_id == entry_id_of(WORKFLOW_ID)
    await bench.answer(undoing, success(command))
    assert isinstance(await bench.last_event(), WorkflowCompensated)


async def test_a_workflow_is_stuck_on_the_board_and_in_the_log_with_the_code_it_is_stuck_with(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    await bench.answer(sent_in(await bench.begin()), READ)
    steer = SteerWorkflow(workflow_id=WORKFLOW_ID, action=WorkflowAction.ABORT, by="somchai", reason="x")
    await bench.take(delivery_of(steer, "abort-1"))
    sent = next(row for row in await bench.history() if row.type == RecordSpending.type)
    undoing = sent_in(await bench.answer(sent, success(decode_command(sent.type, sent.data.encode()))))
    await bench.answer(undoing, rejected(ErrorCode.VERSION_CONFLICT))
    assert bench.last is not None
    assert bench.last.workflow is not None
    run = bench.last.workflow.run
    assert (run.phase, run.step, run.code) == (Phase.STUCK, RECORD, "version_conflict")
    (said,) = [record.__dict__ for record in caplog.records if record.message == "workflow stuck"]
    assert (said["workflow_id"], said["step"], said["code"]) == (str(WORKFLOW_ID), RECORD, "version_conflict")


async def test_the_workflow_of_another_owner_is_not_found() -> None:
    bench = Bench()
    begun = await bench.begin()
    steer = SteerWorkflow(workflow_id=WORKFLOW_ID, action=WorkflowAction.ABORT, by="somchai", reason="x")
    with pytest.raises(RejectionError, match="workflow_not_found"):
        await bench.take(delivery_of(steer, "abort-1", owner="lek"))
    with pytest.raises(RejectionError, match="workflow_not_found"):
        await bench.answer(sent_in(begun), READ, owner="lek")


@pytest.mark.parametrize("command_id", ["", "no uuid", str(UUID(int=9))])
async def test_an_answer_to_what_no_workflow_sent_is_not_found(command_id: str) -> None:
    bench = Bench()
    answer = StepAnswer.of_checked({"command_id": command_id, "event": READ})
    delivery = delivery_of(COMMAND, "stranger")
    delivery.command = answer
    with pytest.raises(RejectionError, match="workflow_not_found"):
        await bench.take(delivery)


async def test_a_stream_of_something_else_is_no_workflow() -> None:
    bench = Bench()
    await bench.begin()
    unknown = SteerWorkflow(workflow_id=UUID(int=1), action=WorkflowAction.ABORT, by="somchai", reason="x")
    with pytest.raises(RejectionError, match="workflow_not_found"):
        await bench.take(delivery_of(unknown, "abort-1"))


async def test_a_receipt_sent_at_the_edge_of_the_calendar_has_no_day_to_be_read_against() -> None:
    bench = Bench()
    edge = NOON.replace(year=9999, month=12, day=31, hour=23)
    delivery = delivery_of(COMMAND, "start")
    delivery.envelope = delivery.envelope._replace(time=edge)
    await bench.take(delivery)
    history = [decode_event(row.type, row.data.encode()) for row in await bench.history()]
    (end,) = [event for event in history if isinstance(event, WorkflowCompensated)]
    assert (end.step, end.code) == (EXTRACT, ErrorCode.INVALID_ENVELOPE)
