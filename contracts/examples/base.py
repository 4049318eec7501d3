"""What an example is."""

import json
from dataclasses import dataclass
from typing import Any

from contracts.base import Command, Message


@dataclass(frozen=True, slots=True)
class Example:
    """A message that is right.

    Attributes:
        name: what it shows, in a few words.
        message: the message itself.
    """

    name: str
    message: Message

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON object as it travels; of a command only what a producer has to say."""
        command = isinstance(self.message, Command)
        text = self.message.model_dump_json(exclude_none=True, exclude_unset=command)
        payload: dict[str, Any] = json.loads(text)
        return payload


@dataclass(frozen=True, slots=True)
class InvalidExample:
    """A command that is refused.

    Attributes:
        type: the CloudEvents type.
        rule: the rule it breaks, as a sentence.
        payload: the JSON object.
        field: the field the outcome names.
        by_schema: whether the JSON Schema refuses it too; some rules it cannot express.
    """

    type: str
    rule: str
    payload: dict[str, Any]
    field: str
    by_schema: bool = True
