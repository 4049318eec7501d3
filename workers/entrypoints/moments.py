"""Moments as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from workers.entrypoints.failures import InputError

BANGKOK: Final = "Asia/Bangkok"
"""The time zone where none is named."""
EXAMPLE: Final = "2026-11-01T12:00+07:00"
_LATEST_YEAR: Final = 2400
"""A year above it is one of the Buddhist era, 543 ahead."""


def moment_of(text: str, time_zone: str) -> datetime:
    """A moment in UTC: as it says itself, in the time zone where it names none, the end of the day for a date alone.

    Raises:
        InputError: it is no moment, or the time zone is none.
    """
    zone = _zone_of(time_zone)
    try:
        moment = _end_of_day(text, zone) or datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{text!r} is no time: write {EXAMPLE}, or a date such as {EXAMPLE[:10]}") from None
    if moment.year > _LATEST_YEAR:
        raise InputError(f"{text!r} is in the year {moment.year}: write years of the common era, {moment.year - 543}")
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise InputError(f"{text!r} is too early to be a moment everywhere") from None


def _end_of_day(text: str, zone: ZoneInfo) -> datetime | None:
    """The last moment of a date; None for what is more than a date, or no date."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return datetime.combine(day, time.max, zone)


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"{name!r} is no time zone: write one such as Asia/Bangkok or UTC") from None
