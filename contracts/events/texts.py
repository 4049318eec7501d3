"""Outcome events of the area *texts*."""

from typing import ClassVar

from contracts.base import Event
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.readings import Processing, TextReading
from contracts.spending import Subcategory


class TextParsed(TextReading, Event):
    """A spending text was understood.

    Attributes:
        subcategory: where a category mapping told the category and has one.
        processing: how the result came about.
    """

    type: ClassVar[str] = "poon.text.parsed.v1"
    area: ClassVar[str] = "texts"

    subcategory: Subcategory | None = None
    processing: Processing


class TextRejected(CommandRejected):
    """A command of the area was wrong."""

    type: ClassVar[str] = "poon.text.rejected.v1"
    area: ClassVar[str] = "texts"


class TextFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.text.failed.v1"
    area: ClassVar[str] = "texts"
