"""Which commands come too late, because their owner was erased after they were sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.tables import owner_erasures
from workers.ports.store import InboxKey, Verdict

_OWN: Final = owner_erasures.c
_CHUNK: Final = 500

POSTGRESQL_ERASED: Final = """
    SELECT FROM unnest(%b::text[], %b::text[], %b::timestamptz[], %b::int4[])
        AS given (tenant, owner, sent_at, key_generation)
    WHERE (
        SELECT e.under_way OR given.sent_at <= e.erased_until
            OR (given.key_generation > 0 AND given.key_generation < e.keys_from)
        FROM owner_erasures e
        WHERE e.tenant = given.tenant AND e.owner = given.owner
    )
"""
"""One look into the key an owner; a scalar sub-query, for a join would be planned by what statistics say."""


class Sent(NamedTuple):
    """For whom a command was sent, when, and which of the owner's keys sealed what came of it; see `Verdict`."""

    tenant: str
    owner: str
    sent_at: datetime
    key_generation: int


class DestroyedKeyUsedError(Exception):
    """Something was sealed with a key that was destroyed since: stored, nobody could ever read it.

    Attributes:
        owners: tenants and owners.
    """

    def __init__(self, owners: Collection[tuple[str, str]]) -> None:
        super().__init__("a key was used that was destroyed since")
        self.owners = owners


class _Erasure(NamedTuple):
    until: datetime
    under_way: bool
    keys_from: int


def sent_of(verdicts: Sequence[Verdict]) -> list[Sent]:
    """The earliest of each owner; without verdicts that hold nothing of their owner."""
    earliest: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        if verdict.sent_at is not None:
            place = _place(verdict)
            known = earliest.setdefault(place, verdict).sent_at
            if known is not None and verdict.sent_at < known:
                earliest[place] = verdict
    return [
        Sent(tenant, owner, verdict.sent_at, verdict.key_generation)
        for (tenant, owner), verdict in earliest.items()
        if verdict.sent_at is not None
    ]


async def erased_among(connection: AsyncConnection, verdicts: Sequence[Verdict]) -> dict[InboxKey, bool]:
    """The commands of verdicts that must not be stored, each with whether its owner is being erased just now.

    Raises:
        DestroyedKeyUsedError: others were sealed with keys that were destroyed.
    """
    places = [(tenant, owner) for tenant, owner, *_ in sent_of(verdicts)]
    found: dict[tuple[str, str], _Erasure] = {}
    for start in range(0, len(places), _CHUNK):
        wanted = select(_OWN.tenant, _OWN.owner, _OWN.erased_until, _OWN.under_way, _OWN.keys_from).where(
            tuple_(_OWN.tenant, _OWN.owner).in_(places[start : start + _CHUNK])
        )
        for tenant, owner, until, under_way, keys_from in await connection.execute(wanted):
            found[tenant, owner] = _Erasure(until, under_way, keys_from)
    late: dict[InboxKey, bool] = {}
    destroyed: set[tuple[str, str]] = set()
    for verdict in verdicts if found else ():
        erasure = found.get(_place(verdict))
        if verdict.sent_at is None or erasure is None:
            continue
        if erasure.under_way or verdict.sent_at <= erasure.until:
            late[verdict.key] = erasure.under_way
        elif 0 < verdict.key_generation < erasure.keys_from:
            destroyed.add(_place(verdict))
    if destroyed:
        raise DestroyedKeyUsedError(destroyed)
    return late


def _place(verdict: Verdict) -> tuple[str, str]:
    return verdict.key.tenant, verdict.events[0].owner
