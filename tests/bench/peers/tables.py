"""The fleet's two tables as classes, the way an application with an ORM would declare them."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The classes' registry."""


class Event(Base):
    """A row of `events`: history, inbox and outbox."""

    __tablename__ = "events"

    tenant: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    handler: Mapped[str]
    causation_id: Mapped[str]
    ordinal: Mapped[int]
    type: Mapped[str]
    topic: Mapped[str]
    owner: Mapped[str]
    correlation_id: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[str]
    terminal: Mapped[bool]


class Entry(Base):
    """A row of `spending_entries`: the current state."""

    __tablename__ = "spending_entries"

    tenant: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str]
    version: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Numeric(19, 4))
    currency: Mapped[str]
    merchant: Mapped[str]
    description: Mapped[str | None]
    spent_on: Mapped[date]
    spent_at: Mapped[time | None]
    time_zone: Mapped[str]
    category: Mapped[str]
    subcategory: Mapped[str | None]
    payment_method: Mapped[str | None]
    location: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(JSONB)
    raw_text: Mapped[str | None]
    confidence: Mapped[float]
    processing_method: Mapped[str]
    source: Mapped[dict[str, Any]] = mapped_column(JSONB)
