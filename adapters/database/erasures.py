"""Which commands come too late, because their owner was erased after they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.tables import owner_erasures
from workers.ports.store import InboxKey, Verdict

_OWN: Final = owner_erasures.c
_CHUNK: Final = 500

POSTGRESQL_ERASED: Final = """
    SELECT FROM unnest(%b::text[], %b::text[], %b::timestamptz[]) AS given (tenant, owner, sent_at)
    WHERE (
        SELECT e.under_way OR given.sent_at <= e.erased_until FROM owner_erasures e
        WHERE e.tenant = given.tenant AND e.owner = given.owner
    )
"""
"""One look into the key an owner; a scalar sub-query, for a join would be planned by what statistics say."""


class Sent(NamedTuple):
    """For whom a command was sent, and when."""

    tenant: str
    owner: str
    sent_at: datetime


def sent_of(verdicts: Sequence[Verdict]) -> list[Sent]:
    """The earliest of each owner; without verdicts that hold nothing of their owner."""
    earliest: dict[tuple[str, str], datetime] = {}
    for verdict in verdicts:
        if verdict.sent_at is not None:
            place = _place(verdict)
            earliest[place] = min(earliest.get(place, verdict.sent_at), verdict.sent_at)
    return [Sent(tenant, owner, sent_at) for (tenant, owner), sent_at in earliest.items()]


async def erased_among(connection: AsyncConnection, verdicts: Sequence[Verdict]) -> dict[InboxKey, bool]:
    """The commands of verdicts that must not be stored, each with whether its owner is being erased just now."""
    places = [(tenant, owner) for tenant, owner, _ in sent_of(verdicts)]
    found: dict[tuple[str, str], tuple[datetime, bool]] = {}
    for start in range(0, len(places), _CHUNK):
        wanted = select(_OWN.tenant, _OWN.owner, _OWN.erased_until, _OWN.under_way).where(
            tuple_(_OWN.tenant, _OWN.owner).in_(places[start : start + _CHUNK])
        )
        for tenant, owner, until, under_way in await connection.execute(wanted):
            found[tenant, owner] = (until, under_way)
    late: dict[InboxKey, bool] = {}
    for verdict in verdicts if found else ():
        until_and_now = found.get(_place(verdict))
        if verdict.sent_at is not None and until_and_now is not None:
            until, under_way = until_and_now
            if under_way or verdict.sent_at <= until:
                late[verdict.key] = under_way
    return late


def _place(verdict: Verdict) -> tuple[str, str]:
    return verdict.key.tenant, verdict.events[0].owner
