"""A consumed record on its way through the runtime, and how raw bytes become one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from contracts.base import Command
from contracts.codec import PayloadError, decode_command, decode_event
from contracts.envelope import MAX_ID_LENGTH, Envelope, EnvelopeError, parse_envelope
from contracts.errors import ErrorCode
from contracts.registry import COMMANDS
from contracts.topics import WORKFLOW_REPLIES, area_of
from workers.ports.calls import Call
from workers.ports.handling import Decision, StepAnswer
from workers.ports.messages import Partition, RawRecord
from workers.ports.store import InboxKey, StoredEvent
from workers.runtime.ground import Waiter
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.retry import FIRST, Effort

POISON: Final = frozenset(
    {
        ErrorCode.MALFORMED_MESSAGE,
        ErrorCode.INVALID_ENVELOPE,
        ErrorCode.UNKNOWN_TYPE,
        ErrorCode.WRONG_TOPIC,
    }
)
"""Codes of records that are no commands at all: dead-lettered as well as rejected."""

NOBODY: Final = "unknown"
"""Tenant and owner of a record that does not tell them."""

LATEST_MS: Final = 253_370_764_800_000
"""The last record time-stamp taken at its word, the start of the year 9999: later ones do not fit a date everywhere."""

LaneKey = tuple[str, int, bytes | int]


@dataclass(frozen=True, slots=True)
class Defect:
    """Why a record is no command the fleet can handle."""

    code: ErrorCode
    reason: str
    field: str | None = None


@dataclass(slots=True, eq=False)
class Delivery:
    """One record this worker took over.

    Times are readings of the runtime's monotonic clock, seconds.

    Attributes:
        record: the record as it came.
        offsets: where the record was noted as delivered, and is to be noted as finished.
        area: of the topic it came on; also the name of the handler in the inbox.
        envelope: complete even for a broken record, with what could be read.
        command: None when `defect` says why there is none.
        inbox_key: what makes this command the same as another.
        recorded: the stored events, when the command was decided before.
        recheck: look whether it was decided before handling it (again): the same command is, or was, in flight.
        is_unknown: it was not looked up yet; to be looked up before anything is paid for.
        gone: the partition is somebody else's now; nothing is to be stored or published for it any more.
        attempts: how often the handler was called; an attempt that met an outage does not count.
        effort: what has been spent on the command so far.
        waiter: its part in an outage, once it has met one.
        code: of the taxonomy, once the command was rejected or given up.
        task: what waits for it: for a backend, a back-off or the database.
        taken: when the record was taken over.
        started: when the last attempt began.
        decided: when the decision was there.
        first: when the first attempt began.
        storing: when the transaction that stored the outcome began.
        stored: when that had ended.
        calls: at AI backends, of the attempt under way or the last one, as far as no failed attempt was told of them.
        decision: what the handler decided; None once the runtime ends it otherwise.
    """

    record: RawRecord
    offsets: PartitionOffsets
    area: str
    envelope: Envelope
    command: Command | None = None
    defect: Defect | None = None
    taken: float = 0.0
    recorded: tuple[StoredEvent, ...] = ()
    recheck: bool = False
    is_unknown: bool = False
    gone: bool = False
    attempts: int = 0
    effort: Effort = FIRST
    waiter: Waiter | None = None
    code: ErrorCode | None = None
    task: asyncio.Task[None] | None = None
    started: float = 0.0
    decided: float = 0.0
    first: float | None = None
    storing: float | None = None
    stored: float | None = None
    calls: Sequence[Call] = ()
    decision: Decision | None = None
    inbox_key: InboxKey = None  # type: ignore[assignment]  # set once, below

    def __post_init__(self) -> None:
        self.inbox_key = InboxKey(self.area, self.envelope.tenant, self.envelope.id)
        self.started = self.decided = self.taken

    @property
    def partition(self) -> Partition:
        """Where the record came from."""
        return Partition(self.record.topic, self.record.partition)

    @property
    def lane(self) -> LaneKey:
        """Deliveries of one lane are settled in order; a record without a key has a lane of its own."""
        record = self.record
        key = record.key
        return (record.topic, record.partition, record.offset if key is None else key)


def receive(record: RawRecord, offsets: PartitionOffsets, taken: float = 0.0) -> Delivery:
    """Decode a record. Never raises: what is wrong becomes the delivery's defect."""
    area = area_of(record.topic)
    try:
        envelope = parse_envelope(record.headers, _record_time(record))
    except EnvelopeError as error:
        defect = Defect(ErrorCode.INVALID_ENVELOPE, error.reason, error.field)
        return Delivery(record, offsets, area, _salvaged_envelope(record), None, defect, taken)
    is_answer = record.topic == WORKFLOW_REPLIES.name
    known = COMMANDS.get(envelope.type)
    if known is not None and (is_answer or known.area != area):
        defect = Defect(ErrorCode.WRONG_TOPIC, f"{envelope.type} travels on poon.{known.area}.commands", "ce_type")
        return Delivery(record, offsets, area, envelope, None, defect, taken)
    command: Command
    try:
        command = _answer(envelope, record) if is_answer else decode_command(envelope.type, record.value)
    except PayloadError as error:
        defect = Defect(error.code, error.reason, error.field)
        return Delivery(record, offsets, area, envelope, None, defect, taken)
    return Delivery(record, offsets, area, envelope, command, None, taken)


def _answer(envelope: Envelope, record: RawRecord) -> StepAnswer:
    event = decode_event(envelope.type, record.value)
    return StepAnswer.of_checked({"command_id": envelope.causation_id or "", "event": event})


def _record_time(record: RawRecord) -> datetime:
    return datetime.fromtimestamp(min(max(record.timestamp, 0), LATEST_MS) / 1000, UTC)


def _salvaged_envelope(record: RawRecord) -> Envelope:
    """An envelope from what is readable; its id falls back to the record's position, which is unique and stable."""
    position = f"{record.topic}:{record.partition}:{record.offset}"
    readable = dict(record.headers)
    return Envelope(
        id=_readable(readable.get("ce_id")) or position,
        source=_readable(readable.get("ce_source")) or NOBODY,
        type=_readable(readable.get("ce_type")) or NOBODY,
        time=_record_time(record),
        tenant=NOBODY,
        owner=NOBODY,
        correlation_id=_readable(readable.get("ce_correlationid")) or _readable(readable.get("ce_id")) or position,
    )


def _readable(value: bytes | None) -> str | None:
    try:
        text = (value or b"").decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and len(text) <= MAX_ID_LENGTH else None
