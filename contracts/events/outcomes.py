"""The two outcomes every area has beside its successes: rejected and failed."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from contracts.base import Contract, Event
from contracts.errors import ERRORS, ErrorCode

OpenErrorCode = Annotated[
    ErrorCode | str,
    Field(union_mode="left_to_right"),
    WithJsonSchema(
        {
            "type": "string",
            "x-extensible-enum": [str(code) for code in ErrorCode],
            "examples": [str(ErrorCode.NO_AMOUNT)],
        }
    ),
]
"""A code of the taxonomy. Open, so that a new code breaks no reader: an unknown one is kept as text."""


class LocalizedText(Contract):
    """The same sentence in the two languages of the fleet's users.

    Attributes:
        en: English.
        th: Thai.
    """

    en: str
    th: str

    @classmethod
    def of(cls, code: ErrorCode) -> "LocalizedText":
        """The taxonomy's sentence for a code."""
        info = ERRORS[code]
        return cls(en=info.english, th=info.thai)


class DeadLetter(Contract):
    """Where the original record of a dead-lettered command waits.

    Attributes:
        topic: the dead-letter topic.
        original_topic: where the record was consumed.
        original_partition: its partition there.
        original_offset: its position there.
    """

    topic: str
    original_topic: str
    original_partition: Annotated[int, Field(ge=0)]
    original_offset: Annotated[int, Field(ge=0)]


class Unsuccessful(Event):
    """What rejected and failed outcomes share.

    Attributes:
        command_type: the command's CloudEvents type, left out where the record did not tell it.
        command_id: the command's id, or the record's position where it did not tell one.
        code: the taxonomy's code; a reader may meet one released after it.
        message: the code's sentence for people.
        field: the field that is wrong, dotted.
        reason: what is wrong with it, for developers; never contains the owner's own words.
        current_version: the entry's version, on a version conflict.
        dead_letter: where the record waits; left out when it was not dead-lettered.
    """

    command_type: str | None = None
    command_id: str
    code: OpenErrorCode
    message: LocalizedText
    field: str | None = None
    reason: str
    current_version: int | None = None
    dead_letter: DeadLetter | None = None


class CommandRejected(Unsuccessful):
    """The input is wrong: the same command will never succeed."""


class CommandFailed(Unsuccessful):
    """The fleet could not; the record waits in the dead-letter topic.

    Attributes:
        attempts: how often it was tried.
    """

    attempts: Annotated[int, Field(ge=1)]
