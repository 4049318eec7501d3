"""Settings of the failure policy: retries, for all commands and for one type, and when to stop; and of concurrency."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from contracts.registry import COMMANDS
from workers.config.groups import OptionalSeconds, Seconds, SettingsGroup
from workers.config.values import refused

EXAMPLE_TYPE: Final = "poon.receipt.extract.v1"
_TABLE_CURE: Final = f"""write a table by command type, for instance {{"{EXAMPLE_TYPE}": {{"attempts": 3}}}}"""


class RetrySettings(SettingsGroup):
    """How often and how fast a transient failure is tried again."""

    attempts: Annotated[int, Field(ge=1, le=100)] = Field(
        5, description="attempts before a command is dead-lettered, attempts"
    )
    base_delay_seconds: Seconds = Field(0.5, description="wait before the second attempt, doubled each time, seconds")
    max_delay_seconds: Seconds = Field(30.0, description="longest wait between two attempts, seconds")
    total_seconds: Seconds = Field(
        900.0,
        description="time for one command in all, attempts and waits between them, after which no attempt begins;"
        " outages do not count, seconds",
    )

    @model_validator(mode="after")
    def _delays_grow(self) -> Self:
        if self.max_delay_seconds < self.base_delay_seconds:
            raise refused(
                f"is less than the base delay of {self.base_delay_seconds:g} seconds",
                "set it to at least runtime.retry.base_delay_seconds",
                "max_delay_seconds",
            )
        return self


class CommandTypeSettings(SettingsGroup):
    """What is different for one command type; the rest is as for all."""

    attempts: Annotated[int | None, Field(ge=1, le=100)] = Field(
        None, description="instead of `runtime.retry.attempts`"
    )
    base_delay_seconds: OptionalSeconds = Field(None, description="instead of `runtime.retry.base_delay_seconds`")
    max_delay_seconds: OptionalSeconds = Field(None, description="instead of `runtime.retry.max_delay_seconds`")
    total_seconds: OptionalSeconds = Field(None, description="instead of `runtime.retry.total_seconds`")
    handler_timeout_seconds: OptionalSeconds = Field(None, description="instead of `runtime.handler_timeout_seconds`")
    ordered: bool | None = Field(
        None, description="`false`: commands of this type take effect in any order, also those of one key"
    )

    def over(self, retry: RetrySettings) -> RetrySettings:
        """The retries of this type."""
        own = self.model_dump(exclude_none=True, exclude={"handler_timeout_seconds", "ordered"})
        return retry.model_copy(update=own)


def by_command_type(given: object) -> object:
    """A table by command type, in the environment written as JSON; a type nobody handles is refused."""
    table = _parsed(given) if isinstance(given, str) else given
    if not isinstance(table, Mapping):
        raise refused("is no table", _TABLE_CURE)
    for name in table:
        if name not in COMMANDS:
            raise refused(f"no command has the type {name!r}", _type_cure(str(name)))
    return table


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise refused(f"is no JSON: {error}", _TABLE_CURE) from None


def _type_cure(name: str) -> str:
    if any(known.startswith(f"{name}.") for known in COMMANDS):
        return f'put the whole type in quotes, for instance [runtime.by_type."{EXAMPLE_TYPE}"]'
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"did you mean {close[0]}?" if close else f"choose from {', '.join(COMMANDS)}"


ByCommandType = Annotated[dict[str, CommandTypeSettings], BeforeValidator(by_command_type)]


class MassFailureSettings(SettingsGroup):
    """When a worker stops rather than dead-letter one more."""

    failures: Annotated[int, Field(ge=0, le=100_000)] = Field(
        50, description="failed commands dead-lettered within the window before the worker may stop; 0 is off, commands"
    )
    poison: Annotated[int, Field(ge=0, le=100_000)] = Field(
        0, description="the same for records that are no commands; 0 is off, records"
    )
    share: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.5,
        description="share of what ends within the window that has to fail as well for the worker to stop, fraction",
    )
    window_seconds: Seconds = Field(600.0, description="time looked back upon, seconds")


class ConcurrencySettings(SettingsGroup):
    """How many calls one process has under way at each AI backend: found by measuring, within these bounds."""

    minimum: Annotated[int, Field(ge=1, le=10_000)] = Field(
        1, description="calls at a backend that are always allowed, calls"
    )
    maximum: Annotated[int, Field(ge=1, le=10_000)] = Field(
        64, description="most calls at a backend; equal to the minimum it is a fixed limit, calls"
    )
    initial: Annotated[int, Field(ge=1, le=10_000)] = Field(
        4, description="calls at a backend before anything is measured, brought within the other two, calls"
    )

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.maximum < self.minimum:
            raise refused(
                f"is less than the minimum of {self.minimum}", "set it to at least concurrency.minimum", "maximum"
            )
        return self
