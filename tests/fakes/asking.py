"""A transport of asks whose answers the test gives."""

import asyncio
from collections.abc import Sequence

from contracts.asking import Question, ReplyRecord
from contracts.base import Event
from contracts.codec import encode
from contracts.envelope import Envelope, parse_envelope
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON


class FakeAskTransport:
    """`AskTransport` that remembers questions, and delivers what `answers` is given."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.answers: asyncio.Queue[Sequence[ReplyRecord] | Exception] = asyncio.Queue()
        self.connected = False
        self.unreachable: Exception | None = None
        self.held: asyncio.Event | None = None

    async def start(self) -> None:
        if self.unreachable is not None:
            raise self.unreachable
        self.connected = True

    async def send(self, question: Question) -> None:
        if self.unreachable is not None:
            raise self.unreachable
        self.questions.append(question)
        if self.held is not None:
            await self.held.wait()

    async def receive(self) -> Sequence[ReplyRecord]:
        found = await self.answers.get()
        if isinstance(found, Exception):
            raise found
        return found

    async def stop(self) -> None:
        self.connected = False


def envelope_of(question: Question) -> Envelope:
    return parse_envelope(question.headers, NOON)


def answer_to(question: Question, event: Event, **changed: str) -> FakeRecord:
    """The record the fleet answers with; `changed` are attributes of its envelope."""
    asked = envelope_of(question)
    about = {
        "id": f"outcome-of-{asked.id}",
        "source": "/poon/workers/texts",
        "type": event.type,
        "tenant": asked.tenant,
        "owner": asked.owner,
        "correlation_id": asked.correlation_id,
        "causation_id": asked.id,
        **changed,
    }
    headers = Envelope(time=NOON, **about).headers()  # type: ignore[arg-type]
    return FakeRecord(asked.reply_to or "", 0, 0, key=question.key, value=encode(event), headers=headers)
