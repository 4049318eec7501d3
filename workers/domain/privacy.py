"""Which files in the store belong to what is known of an owner. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID


class Named(NamedTuple):
    """Files that a document names.

    Attributes:
        keys: of pictures and statements.
        statements: imports, whose rows may wait in the store.
    """

    keys: frozenset[str]
    statements: frozenset[UUID]

    def plus(self, other: Named) -> Named:
        """Those of both."""
        return Named(self.keys | other.keys, self.statements | other.statements)


NOTHING_NAMED = Named(frozenset(), frozenset())


def files_named(document: object) -> Named:
    """The files a JSON document names, wherever in it: a key beside a SHA-256, and ids of statements."""
    found = [*_found(document)]
    return Named(
        frozenset(name for name in found if isinstance(name, str)),
        frozenset(name for name in found if isinstance(name, UUID)),
    )


def _found(document: object) -> Iterator[str | UUID]:
    if isinstance(document, dict):
        key, statement = document.get("key"), _uuid(document.get("statement_id"))
        if isinstance(key, str) and isinstance(document.get("sha256"), str):
            yield key
        if statement is not None:
            yield statement
    if isinstance(document, dict | list):
        for part in document.values() if isinstance(document, dict) else document:
            yield from _found(part)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
