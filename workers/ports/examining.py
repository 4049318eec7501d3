"""What a doctor sees of the services a fleet stands on. Whoever looks changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from workers.ports.messages import Partition


class BrokerState(NamedTuple):
    """A cluster.

    Attributes:
        is_supported: whether it speaks the protocol of Kafka 3.0 or newer.
        is_managed: whether it has a controller; the embedded one has none.
        leaderless: partitions nobody can read or write now.
        thin: partitions with fewer copies in step than they are to have.
    """

    brokers: int
    is_supported: bool
    is_managed: bool
    leaderless: tuple[Partition, ...]
    thin: tuple[Partition, ...]


class GroupState(NamedTuple):
    """A consumer group.

    Attributes:
        state: as the broker calls it, in small letters: stable, empty, dead, or what it is preparing.
        protocol: how its members share partitions out; empty without any.
        is_classic: whether it speaks the protocol of groups that the fleet speaks.
        members: how many.
        owned: the partitions that have an owner.
    """

    state: str
    protocol: str
    is_classic: bool
    members: int
    owned: frozenset[Partition]


class BrokerExaminer(Protocol):
    """Asks a broker about itself."""

    async def state(self, topics: Collection[str]) -> BrokerState:
        """The cluster, and those of the topics' partitions that are in trouble.

        Raises:
            UnavailableError: it cannot be used; says why and what to check.
        """
        ...

    async def groups(self, names: Sequence[str]) -> Mapping[str, GroupState] | None:
        """The groups by name, those the broker does not know left out; None where it cannot tell.

        Raises:
            UnavailableError: the broker cannot be reached, or refuses to tell.
        """
        ...

    async def latest(self, topics: Mapping[str, int]) -> Mapping[str, datetime]:
        """The latest time-stamp of a record on each topic that has any, without partitions that change their leader.

        Args:
            topics: the number of partitions of each.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...


class LongTransaction(NamedTuple):
    """Somebody's transaction that has been open for long.

    Attributes:
        process: as the database numbers it.
        program: who says to be doing it.
        is_idle: whether it does nothing at the moment.
    """

    process: int
    program: str
    seconds: float
    is_idle: bool


class DatabaseState(NamedTuple):
    """A database.

    Attributes:
        name: what it is, and its version.
        is_supported: whether the fleet works on this version and encoding.
        is_standby: whether it is a copy that can only be read.
        revision: of the schema; None without one.
        now: by its own clock.
        connections: in use, and the most there may be; None where that has no bound.
        long: transactions that have been open for long, the longest first.
        behind_seconds: how far a copy is behind; None for no copy.
        free_bytes: room on its disk; None where that cannot be asked.
        oldest: the oldest revision of the schema whose release may work on it; told of one this release does not know.
    """

    name: str
    is_supported: bool
    is_standby: bool
    revision: str | None
    now: datetime
    connections: tuple[int, int] | None = None
    long: tuple[LongTransaction, ...] = ()
    behind_seconds: float | None = None
    free_bytes: int | None = None
    oldest: str | None = None


class DatabaseExaminer(Protocol):
    """Asks a database about itself."""

    async def state(self, long_seconds: float) -> DatabaseState:
        """How it does.

        Args:
            long_seconds: transactions that have been open for longer are told.

        Raises:
            UnavailableError: it cannot be used; says why and what to check.
        """
        ...


class CacheState(NamedTuple):
    """A Redis.

    Attributes:
        eviction: what it does when it is full, as it calls that itself.
        used: bytes in use.
        most: bytes it may use; 0 without a bound.
    """

    version: str
    eviction: str
    used: int
    most: int


class CacheExaminer(Protocol):
    """Asks a cache about itself."""

    async def state(self) -> CacheState | None:
        """How it does; None for a memory of this process.

        Raises:
            UnavailableError: it cannot be used.
        """
        ...


class ServerState(NamedTuple):
    """A model server's answer to the question for its models, which costs nothing.

    Attributes:
        status: of HTTP.
        models: those it tells; None where it tells none.
    """

    status: int
    models: tuple[str, ...] | None


class ModelServerExaminer(Protocol):
    """Asks a model server for its models."""

    async def state(self) -> ServerState:
        """What it answers.

        Raises:
            UnavailableError: it cannot be reached.
        """
        ...


class StoreExaminer(Protocol):
    """Looks at the store of images."""

    async def obstacle(self) -> str | None:
        """What stands in the way of using it; None for nothing."""
        ...
