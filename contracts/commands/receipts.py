"""Commands of the area *receipts*."""

from datetime import date
from typing import ClassVar

from contracts.base import Command
from contracts.money import Currency
from contracts.values import DEFAULT_TIME_ZONE, Image, TimeZoneName


class ExtractReceipt(Command):
    """Read the image of a receipt or a transfer slip. Answered by ReceiptExtracted.

    Attributes:
        image: inline (at most 512 KiB) or by reference (at most 10 MiB).
        reference_date: the day the picture was sent, against which two-digit years are understood; the
            command's own date in `time_zone` when left out.
        time_zone: the IANA time zone receipts' dates and times are meant in.
        default_currency: for a total without a currency.
    """

    type: ClassVar[str] = "poon.receipt.extract.v1"
    area: ClassVar[str] = "receipts"

    image: Image
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    default_currency: Currency = Currency.THB
