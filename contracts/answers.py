"""The answers to asks: which open ask a record of the reply topic belongs to, and what it says.

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
from collections.abc import Mapping, Sequence
from typing import Protocol

from contracts.base import Event
from contracts.codec import PayloadError, decode_event
from contracts.events.outcomes import CommandFailed, CommandRejected, Unsuccessful


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


Answer = Event | AskError
"""A success, or the error to raise."""

_Key = tuple[bytes | None, bytes | None]


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
