"""Ids that follow from what they name."""

from hashlib import sha1, sha256
from uuid import UUID


def derived_id(namespace: bytes, name: str) -> UUID:
    """The UUIDv5 (RFC 9562) of a name, as `uuid.uuid5` gives it, at half its cost.

    Args:
        namespace: the 16 bytes of the namespace's UUID.
        name: what the id follows from.
    """
    digest = sha1(namespace + name.encode(), usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)


def owner_folder(tenant: str, owner: str) -> str:
    """Where an owner's pictures and statements belong in the store: all below it goes when the owner is erased.

    It follows from both names and shows neither the owner's, nor to whom else a file belongs.
    """
    return f"owners/{sha256(f'{len(tenant)}:{tenant}/{owner}'.encode()).hexdigest()}"
