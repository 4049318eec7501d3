"""The two model bases every message and value derives from."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A frozen value. Unknown fields are ignored, so that a reader survives fields added after it."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    @classmethod
    def of_checked(cls, values: dict[str, Any]) -> Self:
        """Make one of values that were validated as fields of the very same types before; nothing is validated again.

        For the hot path, where an event repeats what its command said: validating that anew costs more than deciding.

        Args:
            values: every field by name, in the order the fields are declared; becomes the object's own.
        """
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "__pydantic_fields_set__", set(values))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


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
