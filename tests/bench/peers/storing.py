"""A session for each message, as an ORM's documentation teaches; and the outcome published before the task is done."""

from __future__ import annotations

import functools
from typing import Any, Protocol

from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

from contracts.commands.spending import RecordSpending
from tests.bench.peers.deciding import Decided, decide
from tests.bench.round import Round


class AsyncProducer(Protocol):
    """aiokafka's producer, as far as it is used here."""

    async def send_and_wait(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> object:
        """Publish, and return once the broker has acknowledged."""
        ...


def sqlalchemy_url() -> str:
    """The round's database for SQLAlchemy."""
    return Round.from_environment().database_url.replace("postgresql://", "postgresql+psycopg://", 1)


@functools.cache
def sessions() -> sessionmaker[Session]:
    """Sessions of this process; made when first used, for a pool must not be carried over a fork."""
    return sessionmaker(create_engine(sqlalchemy_url()))


@functools.cache
def async_sessions() -> async_sessionmaker[AsyncSession]:
    """The same for asyncio."""
    return async_sessionmaker(create_async_engine(sqlalchemy_url()), expire_on_commit=False)


def record(payload: dict[str, Any], headers: dict[str, str]) -> None:
    """The whole job of a synchronous task."""
    from tests.bench.peers.publishing import publish  # noqa: PLC0415  librdkafka is not for those that use asyncio

    decided = decide(RecordSpending.model_validate(payload), headers)
    key, value, outcome_headers = decided.key, decided.value, decided.headers
    with sessions()() as session:
        session.add_all([decided.event, decided.entry])
        try:
            session.commit()
        except IntegrityError:  # recorded before
            session.rollback()
    publish(key, value, outcome_headers)


async def record_async(payload: dict[str, Any], headers: dict[str, str], producer: AsyncProducer) -> None:
    """The whole job of an asynchronous task."""
    decided = decide(RecordSpending.model_validate(payload), headers)
    async with async_sessions()() as session:
        await store(session, decided)
    outcomes = Round.from_environment().outcomes
    await producer.send_and_wait(outcomes, decided.value, key=decided.key, headers=decided.headers)


async def store(session: AsyncSession, decided: Decided) -> None:
    """Both rows in one transaction."""
    session.add_all([decided.event, decided.entry])
    try:
        await session.commit()
    except IntegrityError:  # recorded before
        await session.rollback()
