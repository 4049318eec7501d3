"""The usual names of merchants that are known by the very name given."""

from __future__ import annotations

from functools import lru_cache

from adapters.inference.lexicon.merchants import find_merchant
from workers.domain.mapping_keys import key_of


@lru_cache(maxsize=4096)
def usual_name(name: str) -> str | None:
    """See `UsualName`. A branch is more than its chain: of "7-Eleven Asok" nothing is told."""
    match = find_merchant(name)
    return match.canonical if match is not None and key_of(match.written) == key_of(name) else None
