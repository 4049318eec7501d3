"""Outcome events of the area *receipts*."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Contract, Event
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.readings import Processing, Read, ReceiptReading
from contracts.spending import Subcategory
from contracts.values import Category, Sha256


class ImageFacts(Contract):
    """What identifies the image that was read.

    Attributes:
        sha256: of its bytes.
        media_type: found by content, for instance image/jpeg.
        size: in bytes.
        key: where it is kept, if it was sent by reference: what erasing an owner finds the picture by.
    """

    sha256: Sha256
    media_type: str
    size: Annotated[int, Field(ge=1)]
    key: str | None = None


class ReceiptExtracted(ReceiptReading, Event):
    """A receipt or slip was understood.

    Attributes:
        category: judged from merchant and items.
        subcategory: where a category mapping told the category and has one.
        image: the image that was read.
        lines: how many lines of text were recognised.
        processing: how the result came about.
    """

    type: ClassVar[str] = "poon.receipt.extracted.v1"
    area: ClassVar[str] = "receipts"

    image: ImageFacts
    category: Read[Category]
    subcategory: Subcategory | None = None
    lines: Annotated[int, Field(ge=0)]
    processing: Processing


class ReceiptRejected(CommandRejected):
    """A command of the area was wrong."""

    type: ClassVar[str] = "poon.receipt.rejected.v1"
    area: ClassVar[str] = "receipts"


class ReceiptFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.receipt.failed.v1"
    area: ClassVar[str] = "receipts"
