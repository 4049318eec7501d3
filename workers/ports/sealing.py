"""Sealing what is kept of an owner outside the database: files in the object store, and what caches remember.

Content flows through a seal by pieces, so that a file is never whole in memory. What was stored before anything was
sealed is read as it is: sealed content says what it is by how it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, Protocol

from workers.ports.vault import MasterKeyError

CONTENT_MARK: Final = b"\x01f1."
"""What sealed content begins with: no picture, statement or JSON does."""


class ContentSeal(Protocol):
    """Seals and opens what is kept of one owner. Blocks for the computing alone; may be used on any thread."""

    def stored_size(self, size: int) -> int:
        """How many bytes content of so many takes where it is kept."""
        ...

    def sealed(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:
        """Content as it is to be kept.

        Args:
            pieces: of the content, of any sizes; each is asked for when it is needed.
            place: where it will be kept; it can be opened as what lies there only.
        """
        ...

    def opened(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:
        """What was kept; content that was never sealed comes as it is.

        Every piece is what was sealed, in its order; that none is missing is known at the end alone.

        Raises:
            DestroyedKeyError: the key that sealed it is not the owner's: it was destroyed, or is another one's.
            BrokenSealError: it was changed, cut short, or moved to this place.
            MasterKeyError: it is sealed, and no master key is set here.
        """
        ...

    def name(self, name: str) -> str:
        """A name that tells nobody without the key what it is made of; the same for the same."""
        ...


class ContentSeals(Protocol):
    """The seals of owners."""

    async def of(self, tenant: str, owner: str, *, lasting: bool = True) -> ContentSeal:
        """An owner's seal, with the key at hand; the key is made where there is none.

        Args:
            tenant: whose owner it is.
            owner: whose seal.
            lasting: what is sealed must be readable for as long as it is kept, so the key is looked up anew; else one
                will do that was the owner's a while ago.

        Raises:
            MasterKeyError: a master key is missing.
            UnavailableError: the database of the keys cannot be reached.
        """
        ...

    async def reading(self, tenant: str, owner: str) -> ContentSeal:
        """An owner's seal for who only opens: no key is made, so no right to make one is needed; raises as `of`."""
        ...


class Unsealed:
    """`ContentSeal` and `ContentSeals` where no master key is set: everything is kept as it is."""

    async def of(self, tenant: str, owner: str, *, lasting: bool = True) -> ContentSeal:  # noqa: ARG002
        """See `ContentSeals.of`."""
        return self

    async def reading(self, tenant: str, owner: str) -> ContentSeal:  # noqa: ARG002
        """See `ContentSeals.reading`."""
        return self

    def stored_size(self, size: int) -> int:
        """See `ContentSeal.stored_size`."""
        return size

    def sealed(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:  # noqa: ARG002  it is bound to none
        """See `ContentSeal.sealed`."""
        return iter(pieces)

    def opened(self, pieces: Iterable[bytes], place: str) -> Iterator[bytes]:  # noqa: ARG002
        """See `ContentSeal.opened`."""
        head, whole = beginning(pieces, len(CONTENT_MARK))
        if head.startswith(CONTENT_MARK):
            raise MasterKeyError(
                "what is stored is encrypted, and no master key is set: give it in POON_PRIVACY__MASTER_KEY"
            )
        yield from whole

    def name(self, name: str) -> str:
        """See `ContentSeal.name`."""
        return name


UNSEALED: Final = Unsealed()


def beginning(pieces: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """How content begins, and all of it.

    Args:
        pieces: of the content.
        size: bytes that are wanted of the beginning; fewer come only of content that has no more.
    """
    left, head = iter(pieces), b""
    while len(head) < size and (piece := next(left, None)) is not None:
        head += piece
    return head, chain((head,), left) if head else left
