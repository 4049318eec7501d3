"""The two model bases every message and value derives from."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A frozen value. Unknown fields are ignored, so that a reader survives fields added after it."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class StrictContract(Contract):
    """A frozen value whose unknown fields are refused by name, so that a misspelt field is never lost."""

    model_config = ConfigDict(extra="forbid")


class Message(Contract):
    """A payload that travels on a topic; the class knows its CloudEvents type and its area."""

    type: ClassVar[str]
    area: ClassVar[str]


class Command(StrictContract, Message):
    """A request to the fleet. Ends in exactly one terminal outcome."""

    model_config = ConfigDict(extra="forbid")  # of two bases the last would win


class Event(Message):
    """A fact the fleet publishes."""
