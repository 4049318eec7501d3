"""Commands of the area *texts*."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.base import Command
from contracts.money import Currency
from contracts.values import DEFAULT_TIME_ZONE, SpendingText, TimeZoneName


class TextKind(StrEnum):
    """Where a text comes from."""

    NOTE = "note"
    VOICE = "voice"


class ParseText(Command):
    """Read a spending text or a voice transcript. Answered by TextParsed.

    Attributes:
        text: what the owner wrote or said, at most 2,000 characters.
        kind: typed or spoken; a transcript has no punctuation to go by.
        reference_date: the day "yesterday" counts from; the command's own date in `time_zone` when left out.
        time_zone: the owner's IANA time zone.
        default_currency: for an amount without a currency.
    """

    type: ClassVar[str] = "poon.text.parse.v1"
    area: ClassVar[str] = "texts"

    text: SpendingText
    kind: TextKind = TextKind.NOTE
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    default_currency: Currency = Currency.THB
