"""Asking the fleet and awaiting the answer: request and reply over Kafka, whatever client carries the records.

    async with Asker(transport, Caller("/apps/mobile", "poon.replies.mobile"), clock) as asker:
        parsed = await asker.ask(
            ParseText(text="taxi 120"), TextParsed, tenant="acme", owner="nok", timeout_seconds=5
        )

A command that is asked carries ``ce_replyto``; the fleet publishes a copy of its outcome there. Callers may share a
reply topic: every one reads all of it, takes the answers to its own commands, which name them in ``ce_causationid``,
and leaves the others alone. The copy is made without a guarantee: the outcome topic stays the truth.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, Self, TypeVar, overload
from uuid import uuid4

from contracts.answers import (
    Answer,
    AskAbandoned,
    AskError,
    AskTimedOut,
    CommandFailedError,
    CommandRejectedError,
    CommandUnsuccessfulError,
    PendingAsks,
    ReplyRecord,
    UnreadableAnswerError,
)
from contracts.base import Command, Event
from contracts.codec import encode
from contracts.envelope import Envelope, Header, parse_envelope
from contracts.registry import SUCCESSES
from contracts.topics import TopicRole, topic_name
from contracts.values import REPLY_TOPIC_PATTERN

__all__ = [
    "AskAbandoned",
    "AskClock",
    "AskError",
    "AskTimedOut",
    "AskTransport",
    "Asker",
    "Caller",
    "CommandFailedError",
    "CommandRejectedError",
    "CommandUnsuccessfulError",
    "Question",
    "ReplyRecord",
    "UnreadableAnswerError",
]

LOG: Final = logging.getLogger(__name__)
RETRY_SECONDS: Final = 1.0
"""Pause after the reply topic could not be read."""


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Question:
    """A command as a record, ready to be published with any Kafka client."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[Header, ...]


class AskTransport(Protocol):
    """Carries questions to the broker and records of the reply topic back."""

    async def start(self) -> None:
        """Connect, and take position at the end of the reply topic, without a consumer group.

        Nothing published there after this returned may be missed: an answer can be faster than the acknowledgement of
        its question.
        """
        ...

    async def send(self, question: Question) -> None:
        """Publish a question and wait for its acknowledgement; many at the same time. What it raises, `ask` raises."""
        ...

    async def receive(self) -> Sequence[ReplyRecord]:
        """Wait for the next records of the reply topic; may come back without one after a while. Cancelled at the end.

        Whatever it raises is logged and the call repeated after a second; meanwhile asks may time out.
        """
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...


class AskClock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """The wall-clock time, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; may be cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        source: a URI reference, becomes ``ce_source``.
        reply_topic: ``poon.replies.<name>``; it has to exist.
    """

    source: str
    reply_topic: str

    def __post_init__(self) -> None:
        """Refuse a topic that the fleet would refuse.

        Raises:
            ValueError: it is none for replies.
        """
        if not re.fullmatch(REPLY_TOPIC_PATTERN, self.reply_topic):
            raise ValueError(f"reply_topic: {self.reply_topic!r} must match {REPLY_TOPIC_PATTERN}")


class Asker:
    """Asks many things at the same time and gives every answer to the one who asked. Use as `async with`.

    Args:
        transport: carries the records; started and stopped with the asker.
        caller: who asks.
        clock: the time of commands, and of time-outs.
        new_id: makes command ids, which have to be unique everywhere.
    """

    def __init__(
        self,
        transport: AskTransport,
        caller: Caller,
        clock: AskClock,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._transport = transport
        self._caller = caller
        self._clock = clock
        self._new_id = new_id
        self._pending = PendingAsks()
        self._tasks: asyncio.TaskGroup | None = None
        self._listening: asyncio.Task[None] | None = None
        self._limits: set[asyncio.Timeout] = set()
        self._trouble: Exception | None = None

    @property
    def pending(self) -> int:
        """How many commands wait for their answer."""
        return len(self._pending)

    async def __aenter__(self) -> Self:
        """Connect; raises what the transport raises."""
        await self._transport.start()
        self._tasks = await asyncio.TaskGroup().__aenter__()
        self._listening = self._tasks.create_task(self._listen(), name="replies")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Abandon what is open and disconnect."""
        tasks, self._tasks = self._tasks, None
        for limit in self._limits:
            _end(limit)
        if self._listening is not None and tasks is not None:
            self._listening.cancel()
            # Without the error that ends the block: the group would wrap it.
            await tasks.__aexit__(None, None, None)
        await self._transport.stop()

    @overload
    async def ask(
        self,
        command: Command,
        answer: None = None,
        *,
        tenant: str,
        owner: str,
        timeout_seconds: float,
        command_id: str | None = None,
    ) -> Event: ...
    @overload
    async def ask(
        self,
        command: Command,
        answer: type[E],
        *,
        tenant: str,
        owner: str,
        timeout_seconds: float,
        command_id: str | None = None,
    ) -> E: ...
    async def ask(
        self,
        command: Command,
        answer: type[Event] | None = None,
        *,
        tenant: str,
        owner: str,
        timeout_seconds: float,
        command_id: str | None = None,
    ) -> Event:
        """Send a command and wait for its success.

        A command without an id of yours expires with the time-out, so that the fleet does nothing nobody waits for.
        One with an id of yours does not: after a time-out, ask again with the same id for as long as it takes, and it
        takes effect once.

        Args:
            command: what to do.
            answer: the event that tells of its success; gives the result its type.
            tenant: whose data it is.
            owner: the person the spending belongs to.
            timeout_seconds: the longest wait, the sending included.
            command_id: an id of your own, for a command that may be asked again.

        Raises:
            CommandRejectedError: the input is wrong.
            CommandFailedError: the fleet could not.
            AskTimedOut: no answer came; its cause is the last trouble with the reply topic, if there is any.
            EnvelopeError: tenant, owner or command_id is none the fleet would take; nothing was sent.
            AskError: see the module.
        """
        _agree(command, answer)
        envelope = self._envelope(command, tenant, owner, timeout_seconds, command_id)
        future = self._pending.add(tenant, envelope.id)
        try:
            result = await self._exchange(_question(command, envelope), future, timeout_seconds)
        except _LimitReached:
            if self._tasks is None:
                raise AskAbandoned("the asker was closed before the answer came") from None
            raise AskTimedOut(command.type, envelope.id, timeout_seconds) from self._trouble
        finally:
            self._pending.discard(tenant, envelope.id, future)
        if isinstance(result, AskError):
            raise result
        if answer is not None and not isinstance(result, answer):
            raise UnreadableAnswerError(f"the answer is a {type(result).__name__}, not a {answer.__name__}")
        return result

    async def _exchange(self, question: Question, answered: asyncio.Future[Answer], seconds: float) -> Answer:
        if self._tasks is None:
            raise AskAbandoned("the asker is not open: use it as `async with Asker(…) as asker`")
        limit = asyncio.timeout(None)
        alarm = self._tasks.create_task(self._ring(limit, seconds), name="time-out")
        try:
            async with limit:
                self._limits.add(limit)
                await self._transport.send(question)
                return await answered
        except TimeoutError as error:
            raise (_LimitReached() if limit.expired() else error) from error.__cause__
        finally:
            self._limits.discard(limit)
            alarm.cancel()

    async def _ring(self, limit: asyncio.Timeout, seconds: float) -> None:
        await self._clock.sleep(seconds)
        _end(limit)

    def _envelope(
        self, command: Command, tenant: str, owner: str, timeout_seconds: float, command_id: str | None
    ) -> Envelope:
        now = self._clock.now()
        envelope = Envelope(
            id=self._new_id() if command_id is None else command_id,
            source=self._caller.source,
            type=command.type,
            time=now,
            tenant=tenant,
            owner=owner,
            expiry_time=now + timedelta(seconds=timeout_seconds) if command_id is None else None,
            reply_to=self._caller.reply_topic,
        )
        parse_envelope(envelope.headers(), now)  # as the fleet will read it; what it would refuse is never sent
        return envelope

    async def _listen(self) -> None:
        while True:
            try:
                for record in await self._transport.receive():
                    self._pending.take(record)
                self._trouble = None
            except Exception as error:
                self._trouble = error
                LOG.warning("replies cannot be read", exc_info=error)
                await self._clock.sleep(RETRY_SECONDS)


class _LimitReached(Exception):
    """The time of an ask is up, by its time-out or because the asker was closed."""


def _end(limit: asyncio.Timeout) -> None:
    if not limit.expired():
        limit.reschedule(asyncio.get_running_loop().time())


def _agree(command: Command, answer: type[Event] | None) -> None:
    """Find a mistaken expectation before anything is sent.

    Raises:
        TypeError: the command never ends in that event.
    """
    success = SUCCESSES[type(command)]
    if answer is not None and not issubclass(success, answer):
        raise TypeError(f"{type(command).__name__} is answered by {success.__name__}, not by {answer.__name__}")


def _question(command: Command, envelope: Envelope) -> Question:
    return Question(
        topic=topic_name(command.area, TopicRole.COMMANDS),
        key=envelope.key.encode(),
        value=encode(command),
        headers=tuple(envelope.headers()),
    )
