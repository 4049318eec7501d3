"""For which tenant the work at hand is done, so that what it costs is charged to the right one.

Who pays must not change an answer, so it is no argument of the AI ports: what they may answer from is in their
arguments. A handler names the tenant around its work; whoever counts costs looks it up, and whoever remembers answers
or shares calls under way, so that no tenant has anything, not even time, of another's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_TENANT: Final[ContextVar[str]] = ContextVar("tenant", default="")


@contextmanager
def charged_to(tenant: str) -> Iterator[None]:
    """Everything awaited within is done for this tenant."""
    token = _TENANT.set(tenant)
    try:
        yield
    finally:
        _TENANT.reset(token)


def paying_tenant() -> str:
    """The tenant the current work is done for; empty where nobody said."""
    return _TENANT.get()
