"""The faults there are: what each breaks, for how long, and from when its recovery counts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Family(StrEnum):
    """What a fault is about; two heavy ones of one family never happen together."""

    WORKERS = "workers"
    BROKERS = "brokers"
    DATABASE = "database"
    BACKENDS = "backends"
    CACHE = "cache"
    LOAD = "load"


class Since(StrEnum):
    """From when recovery counts."""

    FAULT = "the fault"
    RETURN = "its end"


class FaultKind(StrEnum):
    """Everything that is done to the fleet."""

    WORKER_KILLED = "worker killed"
    WORKER_STOPPED = "worker stopped"
    WORKER_FROZEN = "worker frozen"
    WORKERS_ADDED = "workers added"
    BROKER_RESTARTED = "broker restarted"
    LEADER_KILLED = "leader killed"
    BROKER_LINKS_CUT = "links to brokers cut"
    BROKER_LINKS_STALLED = "links to brokers stalled"
    BROKER_LINKS_SLOW = "links to brokers slow"
    DATABASE_KILLED = "database killed"
    CONNECTIONS_ENDED = "database connections ended"
    DATABASE_LINK_CUT = "link to database cut"
    DATABASE_LINK_STALLED = "link to database stalled"
    DATABASE_LINK_SLOW = "link to database slow"
    BACKENDS_BROKEN = "backends broken"
    BACKENDS_SLOW = "backends slow"
    CACHE_FULL = "cache full"
    CACHE_KILLED = "cache killed"
    DUPLICATES = "flood of duplicates"
    POISON = "flood of poison"


@dataclass(frozen=True, slots=True)
class Nature:
    """What is known of a kind.

    Attributes:
        shortest: how long it lasts at least, seconds.
        longest: how long it lasts at most, seconds.
        heavy: whether work stops somewhere; heavy faults come one after the other, so that each recovery can be told
            from the next. Others go on beside them.
        since: from when recovery counts.
        target: the longest recovery that is right, seconds.
    """

    family: Family
    shortest: float
    longest: float
    heavy: bool = True
    since: Since = Since.FAULT
    target: float = 30.0


# A frozen worker wakes as a zombie only if the group gave it up meanwhile: longer than the session time-out of 6 s.
NATURES: Final[dict[FaultKind, Nature]] = {
    FaultKind.WORKER_KILLED: Nature(Family.WORKERS, 2, 5, target=15),
    FaultKind.WORKER_STOPPED: Nature(Family.WORKERS, 2, 5, target=15),
    FaultKind.WORKER_FROZEN: Nature(Family.WORKERS, 8, 11, target=15),
    FaultKind.WORKERS_ADDED: Nature(Family.WORKERS, 8, 12, target=15),
    FaultKind.BROKER_RESTARTED: Nature(Family.BROKERS, 2, 5, target=20),
    FaultKind.LEADER_KILLED: Nature(Family.BROKERS, 4, 8, target=20),
    FaultKind.BROKER_LINKS_CUT: Nature(Family.BROKERS, 3, 8, since=Since.RETURN, target=20),
    FaultKind.BROKER_LINKS_STALLED: Nature(Family.BROKERS, 3, 8, since=Since.RETURN, target=20),
    FaultKind.BROKER_LINKS_SLOW: Nature(Family.BROKERS, 5, 10, heavy=False),
    FaultKind.DATABASE_KILLED: Nature(Family.DATABASE, 1, 5, since=Since.RETURN, target=10),
    FaultKind.CONNECTIONS_ENDED: Nature(Family.DATABASE, 0, 0, since=Since.RETURN, target=10),
    FaultKind.DATABASE_LINK_CUT: Nature(Family.DATABASE, 3, 7, since=Since.RETURN, target=10),
    FaultKind.DATABASE_LINK_STALLED: Nature(Family.DATABASE, 3, 7, since=Since.RETURN, target=10),
    FaultKind.DATABASE_LINK_SLOW: Nature(Family.DATABASE, 5, 10, heavy=False),
    FaultKind.BACKENDS_BROKEN: Nature(Family.BACKENDS, 3, 5, since=Since.RETURN, target=10),
    FaultKind.BACKENDS_SLOW: Nature(Family.BACKENDS, 5, 10, heavy=False),
    FaultKind.CACHE_FULL: Nature(Family.CACHE, 5, 10, heavy=False),
    FaultKind.CACHE_KILLED: Nature(Family.CACHE, 3, 8, heavy=False),
    FaultKind.DUPLICATES: Nature(Family.LOAD, 0, 0, heavy=False),
    FaultKind.POISON: Nature(Family.LOAD, 0, 0, heavy=False),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault.

    Attributes:
        at: when it begins, seconds from the start of the run.
        length: how long it lasts, seconds.
        choice: a number that picks its target among those there are at the time.
        alone: whether no other heavy fault overlaps it; only then its recovery is measured against the target.
    """

    kind: FaultKind
    at: float
    length: float
    choice: int
    alone: bool = True

    @property
    def nature(self) -> Nature:
        return NATURES[self.kind]

    @property
    def planned_end(self) -> float:
        """Seconds from the start of the run."""
        return self.at + self.length
