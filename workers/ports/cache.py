"""A shared memory of bytes that may forget at any time."""

from typing import Protocol

from contracts.envelope import partition_key


class Cache(Protocol):
    """Keeps bytes for a while. A cache never fails its caller: a broken one behaves like an empty one."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None when it is unknown, expired or the cache cannot be reached."""
        ...

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Keep a value for `ttl_seconds` at most; silently does nothing when the cache cannot be reached."""
        ...

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        """Add to a counter and return its sum; None when the cache cannot be reached.

        A counter that is not there begins at 0 and lasts for `ttl_seconds` from then on, however often it is added to.
        Additions of all who share the cache are summed up; none is lost to another one at the same time.
        """
        ...

    async def delete(self, key: str) -> None:
        """Forget a value; an unknown key is fine."""
        ...

    async def forget(self, prefix: str) -> bool:
        """Forget every value whose key begins so; False when the cache cannot be reached and may still hold some.

        Of sealed values the keys begin as `sealed_of` says, and tell nothing else.
        """
        ...

    async def close(self) -> None:
        """Release connections; the cache is not used afterwards."""
        ...


def sealed_of(tenant: str, owner: str) -> str:
    """What the keys of all that is sealed as an owner's begin with."""
    return f"sealed:{partition_key(tenant, owner)}:"
