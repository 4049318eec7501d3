"""Pure steps from an older version of a message to the next, applied whenever stored or sent JSON is read.

A step takes the JSON object of version N and returns the one of version N + 1. Steps are chained until the type
is a current one. Registering a step is all that releasing a new version of a message takes on the reading side.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

Payload = dict[str, Any]


class Upcaster(NamedTuple):
    """One step: the type it leads to and the pure function that changes the payload."""

    to_type: str
    upgrade: Callable[[Payload], Payload]


UPCASTERS: Final[dict[str, Upcaster]] = {}
"""The released steps by the type they start from. All messages are at their first version so far."""


class UpcastCycleError(ValueError):
    """The registered steps lead in a circle."""


def current_type(message_type: str, steps: Mapping[str, Upcaster] = UPCASTERS) -> str:
    """The type a message of `message_type` becomes once upcast; the same type where no step starts from it.

    Raises:
        UpcastCycleError: the steps lead in a circle.
    """
    seen = {message_type}
    while (step := steps.get(message_type)) is not None:
        message_type = step.to_type
        if message_type in seen:
            raise UpcastCycleError(message_type)
        seen.add(message_type)
    return message_type


def upcast(message_type: str, payload: Payload, steps: Mapping[str, Upcaster] = UPCASTERS) -> tuple[str, Payload]:
    """Bring a payload to its current version.

    Returns:
        The current type and the payload in its shape; both unchanged where no step applies.

    Raises:
        UpcastCycleError: the steps lead in a circle.
    """
    target = current_type(message_type, steps)
    while message_type != target:
        message_type, payload = steps[message_type].to_type, steps[message_type].upgrade(payload)
    return message_type, payload
