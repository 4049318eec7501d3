"""Dead letters as operators work with them: one row for each, written together with the outcome that told of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from uuid import UUID


class DeadLetterStatus(StrEnum):
    """What has become of a dead letter."""

    WAITING = "waiting"
    REDRIVING = "redriving"
    """Its replacement may have been sent: nothing but the same replacement may be sent now."""
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


OPEN: Final = (DeadLetterStatus.WAITING, DeadLetterStatus.REDRIVING)
"""Statuses of letters that may still be redriven."""


class Lane(NamedTuple):
    """Records whose order counts: those of one key in one partition."""

    topic: str
    partition: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """What the sender wrote, byte for byte; personal."""

    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that was given up, and why. Never changes.

    Attributes:
        id: of the outcome that told of it.
        tenant: ``unknown`` where the record did not tell, as with `owner` and `command_type`.
        area: whose topic it came on.
        command_id: of the command, or the record's position where it did not tell one.
        code: the taxonomy's code.
        reason: what was wrong, for operators; never contains the owner's own words.
        attempts: how often it was tried; 0 for a record that is no command.
        redrives: how many redrives led to this command.
        group: the consumer group that gave it up.
        failed_at: when, UTC.
        timestamp: the record's own time, milliseconds since the epoch.
        contents: None where it was not asked for.
    """

    id: UUID
    tenant: str
    owner: str
    area: str
    command_id: str
    command_type: str
    code: str
    reason: str
    attempts: int
    redrives: int
    group: str
    failed_at: datetime
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    contents: Contents | None

    @property
    def lane(self) -> Lane | None:
        """The records it has to keep its order with; None for a record without a key, which has no order."""
        return None if self.key is None else Lane(self.topic, self.partition, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an operator wants sent instead.

    Attributes:
        type: the command's CloudEvents type.
        data: the payload, JSON.
        tenant: given only where the record's own headers cannot be read, as `owner`.
    """

    type: str
    data: str
    tenant: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """Who did the last thing to a dead letter, when (UTC) and why."""

    at: datetime
    by: str
    reason: str | None = None


class DeadLetterStateError(Exception):
    """What was asked for cannot be done to a dead letter in its status; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledLetter:
    """A dead letter and what operators have done to it.

    Attributes:
        revision: counts changes, so that of two operators who change it at once one is refused.
        edit: sent instead of the original contents.
        redriven_as: the id of the command that replaces it, from the moment it may have been sent.
        action: the last one; None as long as nobody has touched it.
    """

    letter: DeadLetter
    status: DeadLetterStatus = DeadLetterStatus.WAITING
    revision: int = 1
    edit: Edit | None = None
    redriven_as: str | None = None
    action: Action | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may still be redriven."""
        return self.status in OPEN

    def edited(self, edit: Edit, action: Action) -> "FiledLetter":
        """With other contents to send.

        Raises:
            DeadLetterStateError: it does not wait any more.
        """
        if self.status is not DeadLetterStatus.WAITING:
            raise DeadLetterStateError(f"it is {self.status}: only a waiting dead letter can be edited")
        return self._next(self.status, action, edit=edit)

    def redriving(self, command_id: str, action: Action, *, again: bool = False) -> "FiledLetter":
        """About to be sent as a command of this id.

        Args:
            command_id: always the same one for the same letter.
            action: who redrives it.
            again: also when it was redriven before.

        Raises:
            DeadLetterStateError: it was discarded, or redriven before.
        """
        if not self.is_open and not (again and self.status is DeadLetterStatus.REDRIVEN):
            raise DeadLetterStateError(f"it is {self.status} already")
        return self._next(DeadLetterStatus.REDRIVING, action, redriven_as=command_id)

    def redriven(self, action: Action) -> "FiledLetter":
        """Sent, and acknowledged by the broker."""
        return self._next(DeadLetterStatus.REDRIVEN, action)

    def returned(self, action: Action) -> "FiledLetter":
        """Waiting again, because the broker will never take what was to be sent."""
        return replace(self._next(DeadLetterStatus.WAITING, action), redriven_as=None)

    def discarded(self, action: Action, *, even_redriving: bool = False) -> "FiledLetter":
        """Given up for good.

        Raises:
            DeadLetterStateError: it was redriven, or may have been.
        """
        if self.status is DeadLetterStatus.REDRIVING and not even_redriving:
            raise DeadLetterStateError(f"it may have been sent as {self.redriven_as}: redrive it again to make sure")
        if not self.is_open:
            raise DeadLetterStateError(f"it is {self.status} already")
        return replace(self._next(DeadLetterStatus.DISCARDED, action), edit=None)

    def _next(
        self,
        status: DeadLetterStatus,
        action: Action,
        *,
        edit: Edit | None = None,
        redriven_as: str | None = None,
    ) -> "FiledLetter":
        return replace(
            self,
            status=status,
            revision=self.revision + 1,
            edit=edit or self.edit,
            redriven_as=redriven_as or self.redriven_as,
            action=action,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterFilter:
    """Which dead letters are meant; what is None does not matter.

    Attributes:
        statuses: any of these.
        since: given up at this moment or later.
        until: given up before this moment.
        text: occurs in the reason, whatever its case.
    """

    statuses: tuple[DeadLetterStatus, ...] = (DeadLetterStatus.WAITING,)
    area: str | None = None
    tenant: str | None = None
    owner: str | None = None
    code: str | None = None
    command_type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


class DeadLetterBox(Protocol):
    """The dead letters of the fleet, for operators; workers add to it through `DecisionStore.commit`."""

    async def find(
        self, wanted: DeadLetterFilter, limit: int, after: UUID | None = None, *, newest_first: bool = False
    ) -> Sequence[FiledLetter]:
        """At most `limit` dead letters without their contents, in the order they were given up.

        Args:
            wanted: which ones.
            limit: at least 1.
            after: the last one of the page before; its place counts, whatever its status is now.
            newest_first: the other way round.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def get(self, ids: Collection[UUID]) -> Sequence[FiledLetter]:
        """Dead letters with their contents, in the order asked for; unknown ones are left out.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def of_lanes(self, lanes: Collection[Lane]) -> Sequence[FiledLetter]:
        """All dead letters of these lanes that were not discarded, without their contents, in no order.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def save(self, changed: Sequence[FiledLetter]) -> Collection[UUID]:
        """Write new states, all in one transaction, and tell the ids of those written.

        A state is written only where it follows on the stored revision. What the sender wrote never changes; that of a
        discarded letter is erased: its value and its edit, for nobody needs them any more.

        Raises:
            UnavailableError: the database cannot be reached; nothing or everything was written.
        """
        ...
