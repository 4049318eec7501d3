"""What a runtime tells its observers, ready made: commands that ended, attempts that failed, a worker's status."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.events.texts import TextFailed, TextParsed, TextRejected
from tests.fakes.broker import FakeRecord
from tests.fakes.commands import TEXT_COMMANDS, envelope, text_record
from workers.ports.messages import Partition
from workers.ports.observing import Attempt, Settled
from workers.ports.status import BackendStatus, Head, ModelStatus, PartitionStatus, WorkerStatus

GROUP: Final = "poon-workers.texts"
PARSED: Final = TextParsed.type
REJECTED: Final = TextRejected.type
FAILED: Final = TextFailed.type

SENDER: Final = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
"""The ``traceparent`` of a sender that keeps its span."""

UNSAMPLED: Final = SENDER[:-1] + "0"

SECRETS: Final = ("somchai-4711", "หมูกระทะกับแฟน 438 บาท")
"""An owner and the owner's words: what no line, label or span may hold."""

USUAL: Final = Settled(
    record=text_record(7, "c-1", owner=SECRETS[0], partition=3, text=SECRETS[1]),
    envelope=envelope("c-1", SECRETS[0]),
    outcome=PARSED,
    outcome_id=UUID(int=1),
    code=None,
    duplicate=False,
    attempts=1,
    taken=10.0,
    started=10.25,
    decided=10.375,
)
"""A success: 0.25 s of waiting, 0.125 s of handling."""


def about(
    command_id: str = "c-1",
    message_type: str = ParseText.type,
    *,
    traceparent: str | None = None,
    correlation_id: str | None = None,
    causation_id: str | None = None,
) -> Envelope:
    """The envelope of a command."""
    plain = envelope(command_id, SECRETS[0], message_type)
    return plain._replace(traceparent=traceparent, correlation_id=correlation_id, causation_id=causation_id)


def rejected(code: str = "no_amount") -> Settled:
    return USUAL._replace(outcome=REJECTED, code=code)


def failed(attempts: int = 3) -> Settled:
    return USUAL._replace(outcome=FAILED, code="backend_timeout", attempts=attempts)


def recognised() -> Settled:
    """One decided before."""
    return USUAL._replace(duplicate=True, attempts=0)


def attempt(number: int = 1, delay: float | None = 0.5, about_command: Envelope | None = None) -> Attempt:
    """An attempt that failed; the error quotes the owner's words."""
    return Attempt(
        record=USUAL.record,
        envelope=about_command or USUAL.envelope,
        number=number,
        error=ValueError(SECRETS[1]),
        code="backend_timeout",
        delay=delay,
        started=10.25,
        ended=10.5,
    )


def raw(offset: int) -> FakeRecord:
    return FakeRecord(TEXT_COMMANDS, 0, offset)


def worker_status(*partitions: PartitionStatus, outages: frozenset[str] = frozenset()) -> WorkerStatus:
    return WorkerStatus(
        area="texts",
        group=GROUP,
        started=True,
        draining=False,
        outages=outages,
        since_poll=0.5,
        in_flight=3,
        waiting=10,
        retrying=4,
        partitions=partitions,
        slowest=(),
        lanes=8,
    )


class BusyBackend:
    """`BackendGauge` of a backend with calls under way."""

    @property
    def status(self) -> BackendStatus:
        return BackendStatus("rapidocr-3.8/en-mobile", limit=4, in_flight=3, waiting=7)


class AskedModel:
    """`ModelGauge` of a server that is left alone."""

    @property
    def model_status(self) -> ModelStatus:
        answers = {("text_extraction", "answered"): 3, ("text_extraction", "open"): 1}
        return ModelStatus("ollama/qwen3", 2, answers, {"USD": Decimal("0.0125")}, {"input": 300, "output": 40})


def partition_status(
    number: int, watermark: int | None, newest: int | None, age: float | None = None, *, paused: bool = False
) -> PartitionStatus:
    """A partition; `age` is that of its oldest record not done with."""
    return PartitionStatus(
        partition=Partition(TEXT_COMMANDS, number),
        next_offset=watermark,
        last_delivered=newest,
        unfinished=0 if age is None else 5,
        paused=paused,
        head=None if age is None or watermark is None else Head(watermark, "0123456789ab", age, 1),
    )
