"""Asking the fleet and awaiting the answer: request and reply over Kafka, whatever client carries the records.

    async with Asker(transport, Caller("/apps/mobile", "poon.replies.mobile"), clock) as asker:
        parsed = await asker.ask(
            ParseText(text="taxi 120"), TextParsed, tenant="acme", owner="nok", timeout_seconds=5
        )

A command that is asked carries ``ce_replyto``; the fleet publishes a copy of its outcome there. Callers may share a
reply topic: every one reads all of it, takes the answers to its own commands, which name them in ``ce_causationid``,
and leaves the others alone. The copy is made without a guarantee: the outcome topic stays the truth.

AskError                       an ask came to nothing
  AskTimedOut                  no answer in time; the command may still be carried out
  AskAbandoned                 the asker was closed meanwhile
  UnreadableAnswerError        the answer is none this version of the contracts can read
  CommandUnsuccessfulError     the answer is no success; `outcome` says why
    CommandRejectedError       the input is wrong
    CommandFailedError         the fleet could not
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, Self, TypeVar, overload
from uuid import uuid4

from contracts.base import Command, Event
from contracts.codec import PayloadError, decode_event, encode
from contracts.envelope import Envelope, Header, parse_envelope
from contracts.events.outcomes import CommandFailed, CommandRejected, Unsuccessful
from contracts.registry import SUCCESSES
from contracts.topics import TopicRole, topic_name
from contracts.values import REPLY_TOPIC_PATTERN

LOG: Final = logging.getLogger(__name__)
RETRY_SECONDS: Final = 1.0
"""Pause after the reply topic could not be read."""


class AskError(Exception):
    """An ask came to nothing."""


class AskTimedOut(AskError, TimeoutError):
    """No answer came in time. The command may still be carried out, unless it has expired meanwhile.

    Attributes:
        command_id: to ask again for the same command, or to look for its outcome.
    """

    def __init__(self, command_type: str, command_id: str, timeout_seconds: float) -> None:
        super().__init__(f"no answer to {command_type} {command_id} in {timeout_seconds:g} seconds")
        self.command_id = command_id


class AskAbandoned(AskError):
    """The asker was closed while the ask was open."""


class UnreadableAnswerError(AskError):
    """The answer is none this version of the contracts can read, or of another type than asked for."""


class CommandUnsuccessfulError(AskError):
    """The answer is no success.

    Attributes:
        outcome: the event that says so.
    """

    def __init__(self, outcome: Unsuccessful) -> None:
        place = f"{outcome.field}: " if outcome.field else ""
        super().__init__(f"{outcome.code}: {place}{outcome.reason}")
        self.outcome = outcome


class CommandRejectedError(CommandUnsuccessfulError):
    """The input is wrong: the same command will never succeed."""


class CommandFailedError(CommandUnsuccessfulError):
    """The fleet could not; the command waits in the dead-letter topic."""


E = TypeVar("E", bound=Event)
Answer = Event | AskError
"""A success, or the error to raise."""

_Key = tuple[bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class Question:
    """A command as a record, ready to be published with any Kafka client."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[Header, ...]


class ReplyRecord(Protocol):
    """A record of the reply topic; the record classes of aiokafka and FastStream fit as they are."""

    @property
    def value(self) -> bytes | None:
        """The payload."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """The record headers."""
        ...


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


class PendingAsks:
    """The asks that wait for an answer. Does no input or output."""

    def __init__(self) -> None:
        self._waiting: dict[_Key, list[asyncio.Future[Answer]]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, tenant: str, command_id: str) -> asyncio.Future[Answer]:
        """The future of a command's answer; several asks of one command each have their own."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault((tenant.encode(), command_id.encode()), []).append(future)
        return future

    def discard(self, tenant: str, command_id: str, future: asyncio.Future[Answer]) -> None:
        """Wait no longer; an answer that still comes is a stranger's."""
        key = (tenant.encode(), command_id.encode())
        left = [other for other in self._waiting.get(key, ()) if other is not future]
        if left:
            self._waiting[key] = left
        else:
            self._waiting.pop(key, None)

    def take(self, record: ReplyRecord) -> bool:
        """Give a record to the asks it answers.

        Returns:
            False for an answer nobody here waits for: a stranger's, a repeated or a late one. Such a record costs two
            look-ups and is not decoded.
        """
        headers = dict(record.headers)
        waiting = self._waiting.pop((headers.get("ce_tenantid"), headers.get("ce_causationid")), None)
        if waiting is None:
            return False
        answer = read_answer(headers, record.value)
        for future in waiting:
            if not future.done():  # given up at this very moment
                future.set_result(answer)
        return True


def read_answer(headers: Mapping[str, bytes | None], value: bytes | None) -> Answer:
    """What an answer tells: a success, or the error to raise."""
    message_type = (headers.get("ce_type") or b"").decode(errors="replace")
    try:
        event = decode_event(message_type, value)
    except PayloadError as error:
        return UnreadableAnswerError(f"an answer of type {message_type} cannot be read: {error}")
    match event:
        case CommandRejected():
            return CommandRejectedError(event)
        case CommandFailed():
            return CommandFailedError(event)
        case _:
            return event


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
