"""Keys of owners: what seals texts, and what wraps the keys that seal them.

Every owner of a tenant has a data key. It is kept wrapped by a master key, which is kept elsewhere: whoever destroys an
owner's data key makes everything that was sealed with it unreadable, wherever copies of it are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from uuid import UUID

from workers.ports.errors import UnavailableError
from workers.ports.store import StoredEvent


class MasterKeyError(UnavailableError):
    """A master key is missing or does not fit; names it, never shows it. Work waits: nothing is lost by waiting."""

    @classmethod
    def missing(cls, master: str) -> MasterKeyError:
        """That a master key is needed and not set."""
        return cls(
            f"owners' keys are wrapped by the master key {master}, which is not set: give it in"
            " POON_PRIVACY__MASTER_KEY or POON_PRIVACY__OLD_MASTER_KEYS, one at AWS KMS in POON_PRIVACY__KMS_KEY or"
            " POON_PRIVACY__OLD_KMS_KEYS (`poon keys status` tells which are needed)"
        )


class BrokenSealError(Exception):
    """A sealed text is not what was sealed, or not where it was sealed for: it was changed or moved."""


class DestroyedKeyError(Exception):
    """The key that sealed this is none of the owner's: it was destroyed, and this can never be read again."""


@dataclass(frozen=True, slots=True)
class OwnerKey:
    """An owner's data key, unwrapped."""

    id: UUID
    tenant: str
    owner: str
    generation: int
    secret: bytes = field(repr=False)

    @property
    def place(self) -> tuple[str, str]:
        """Tenant and owner."""
        return self.tenant, self.owner


class OwnerKeySource(Protocol):
    """Gives owners' keys to who seals with them."""

    async def key_of(self, tenant: str, owner: str, *, anew: bool) -> OwnerKey:
        """An owner's key; made where there is none.

        Args:
            tenant: whose owner it is.
            owner: whose key.
            anew: ask the database, in case another process has destroyed the one that is remembered here.

        Raises:
            MasterKeyError: no master key is set, or the one that is needed is missing.
            UnavailableError: the database of the keys cannot be reached.
        """
        ...

    async def known_key_of(self, tenant: str, owner: str) -> OwnerKey | None:
        """An owner's key as it is now, for who only reads; None for an owner who has none.

        Raises:
            MasterKeyError: the one that is needed is missing.
            UnavailableError: the database of the keys cannot be reached.
        """
        ...


class Cipher(Protocol):
    """Authenticated encryption under one key. Never blocks."""

    def new_key(self) -> bytes:
        """A random key."""
        ...

    def seal(self, key: bytes, content: bytes, bound: bytes) -> bytes:
        """Encrypt; the same content twice gives different bytes.

        Args:
            key: one of `new_key`.
            content: of any length.
            bound: where it belongs; it can be opened with the same only.
        """
        ...

    def open(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        """What was sealed.

        Raises:
            BrokenSealError: the key, the bytes or what they are bound to are other ones.
        """
        ...


class MasterKeys(Protocol):
    """Wraps and unwraps data keys: from the settings, or at a key management service."""

    @property
    def newest(self) -> str:
        """The id of the master key that wraps from now on; it tells nothing of the key."""
        ...

    @property
    def known(self) -> frozenset[str]:
        """The ids of all master keys that can unwrap, the newest among them."""
        ...

    async def wrap(self, data_key: bytes, bound: bytes) -> bytes:
        """Encrypt a data key with the newest master key.

        Raises:
            UnavailableError: a service that keeps the master key cannot be reached.
        """
        ...

    async def unwrap(self, master: str, wrapped: bytes, bound: bytes) -> bytes:
        """A data key that was wrapped by a master key.

        Raises:
            MasterKeyError: that master key is not known, or did not wrap this.
            UnavailableError: a service that keeps the master key cannot be reached.
        """
        ...


class EventOpener(Protocol):
    """Opens what was sealed in events, wherever they were kept since."""

    async def open_events(self, events: Sequence[StoredEvent]) -> Sequence[StoredEvent | None]:
        """Events in the clear, each in its place; None where the owner's key was destroyed.

        Raises:
            MasterKeyError: a master key is missing.
            BrokenSealError: one was changed, or stands where it does not belong.
            UnavailableError: the database of the keys cannot be reached.
        """
        ...


class KeysState(NamedTuple):
    """How the owners' keys stand.

    Attributes:
        newest: the master key that wraps from now on; None where none is set and nothing is sealed.
        known: the master keys that are set.
        wrapped: how many owners' keys each master key wraps.
        destroyed: owners whose key was destroyed and who have no new one.
    """

    newest: str | None
    known: frozenset[str]
    wrapped: Mapping[str, int]
    destroyed: int

    @property
    def waiting(self) -> int:
        """Keys that another master key than the newest wraps."""
        return sum(count for master, count in self.wrapped.items() if master != self.newest)

    @property
    def missing(self) -> frozenset[str]:
        """Master keys that wrap some owner's key and are not set."""
        return frozenset(self.wrapped) - self.known


class KeyKeeper(Protocol):
    """The owners' keys, for operators."""

    async def state(self) -> KeysState:
        """How they stand.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def rewrap_some(self, limit: int) -> int:
        """Wrap some keys anew that the newest master key does not wrap, and tell how many; 0 when none is left.

        Each call is a transaction of its own, so a rotation that was killed goes on where it was. Data keys stay the
        same: nothing that was sealed changes, and workers go on meanwhile.

        Raises:
            MasterKeyError: no master key is set, or one that wrapped a key is missing.
            UnavailableError: the database cannot be reached.
        """
        ...


class TableSealing(NamedTuple):
    """How far the sealing of a table's old rows is.

    Attributes:
        looked: rows that were gone through.
        sealed: rows of those that were in the clear and are sealed now.
        is_over: whether all of the table was gone through.
    """

    table: str
    looked: int
    sealed: int
    is_over: bool


class OldRowSealer(Protocol):
    """Seals rows that were stored before a master key was set, while workers go on."""

    async def begin(self) -> None:
        """Begin to go through all tables; go on where a run that was killed has ended.

        Raises:
            MasterKeyError: no master key is set.
            UnavailableError: the database cannot be reached.
        """
        ...

    async def seal_some(self, limit: int) -> TableSealing | None:
        """Go through some rows, and seal those of them that are in the clear; None when all were gone through.

        Each call is one transaction, with its place in the table kept in it: whatever is killed, what was sealed stays
        sealed, and the next call goes on. What readers are given is the same before and after.

        Args:
            limit: rows that are gone through, the most.

        Raises:
            MasterKeyError: a master key is missing.
            UnavailableError: the database cannot be reached.
        """
        ...

    async def progress(self) -> Sequence[TableSealing]:
        """How far it is, in the order of the tables; none of a table that nobody has begun.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
