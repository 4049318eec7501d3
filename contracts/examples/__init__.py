"""Realistic examples of every message, and commands that are refused with the reason.

They are executed by tests, stand in the JSON Schemas and the AsyncAPI document, and may be copied.
"""

from contracts.examples.base import Example, InvalidExample
from contracts.examples.commands import COMMAND_EXAMPLES
from contracts.examples.events import EVENT_EXAMPLES
from contracts.examples.invalid import INVALID_EXAMPLES as OTHER_INVALID_EXAMPLES
from contracts.examples.months import MONTH_COMMAND_EXAMPLES, MONTH_EVENT_EXAMPLES
from contracts.examples.privacy import PRIVACY_COMMAND_EXAMPLES, PRIVACY_EVENT_EXAMPLES, PRIVACY_INVALID_EXAMPLES
from contracts.examples.statements import (
    STATEMENT_COMMAND_EXAMPLES,
    STATEMENT_EVENT_EXAMPLES,
    STATEMENT_INVALID_EXAMPLES,
)
from contracts.examples.workflows import WORKFLOW_COMMAND_EXAMPLES, WORKFLOW_EVENT_EXAMPLES

__all__ = ["EXAMPLES", "INVALID_EXAMPLES", "Example", "InvalidExample", "examples_of"]

EXAMPLES = (
    *COMMAND_EXAMPLES,
    *STATEMENT_COMMAND_EXAMPLES,
    *WORKFLOW_COMMAND_EXAMPLES,
    *MONTH_COMMAND_EXAMPLES,
    *PRIVACY_COMMAND_EXAMPLES,
    *EVENT_EXAMPLES,
    *STATEMENT_EVENT_EXAMPLES,
    *WORKFLOW_EVENT_EXAMPLES,
    *MONTH_EVENT_EXAMPLES,
    *PRIVACY_EVENT_EXAMPLES,
)
"""Every valid example."""

INVALID_EXAMPLES = (*OTHER_INVALID_EXAMPLES, *STATEMENT_INVALID_EXAMPLES, *PRIVACY_INVALID_EXAMPLES)
"""Every command that is refused."""


def examples_of(message_type: str) -> tuple[Example, ...]:
    """The valid examples of a CloudEvents type."""
    return tuple(example for example in EXAMPLES if example.message.type == message_type)
