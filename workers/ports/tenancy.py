"""For which tenant and owner the work at hand is done: what it costs is charged to the right one, and sealed as theirs.

Who pays must not change an answer, so it is no argument of the AI ports: what they may answer from is in their
arguments. A handler names the tenant around its work; whoever counts costs looks it up, and whoever remembers answers
or shares calls under way, so that no tenant has anything, not even time, of another's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_TENANT: Final[ContextVar[str]] = ContextVar("tenant", default="")
_OWNER: Final[ContextVar[str | None]] = ContextVar("owner", default=None)


@contextmanager
def charged_to(tenant: str, owner: str | None = None) -> Iterator[None]:
    """Everything awaited within is done for this tenant, and about this owner."""
    tokens = _TENANT.set(tenant), _OWNER.set(owner)
    try:
        yield
    finally:
        _TENANT.reset(tokens[0])
        _OWNER.reset(tokens[1])


def paying_tenant() -> str:
    """The tenant the current work is done for; empty where nobody said."""
    return _TENANT.get()


def served_owner() -> tuple[str, str] | None:
    """Tenant and owner whom the current work is about; None where nobody said."""
    owner = _OWNER.get()
    return None if owner is None else (_TENANT.get(), owner)
