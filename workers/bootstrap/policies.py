"""From settings to the failure policy of the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts.base import Command
from contracts.commands.statements import SurveyStatement
from contracts.registry import COMMANDS
from workers.config import MassFailureSettings, RetrySettings, RuntimeSettings, Settings
from workers.ports.handling import Handler
from workers.runtime.mass_failure import MassFailureLimits
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling

SURVEY_SECONDS: Final = 900.0
"""The least one attempt at reading a whole statement is given."""


def handling(settings: Settings, handlers: Mapping[type[Command], Handler], group: str) -> Handling:
    """How a worker of the group handles commands: the same for all types but those the settings name."""
    runtime = settings.runtime
    special = {COMMANDS[name]: name for name in runtime.by_type}
    return Handling(
        handlers=handlers,
        default_policy=retry_policy(runtime.retry),
        time_budget=runtime.handler_timeout_seconds,
        group=group,
        policies={command: retry_policy(runtime.retry_of(name)) for command, name in special.items()},
        time_budgets=_time_budgets(runtime),
        mass_failure=mass_failure_limits(runtime.mass_failure),
    )


def _time_budgets(runtime: RuntimeSettings) -> dict[type[Command], float]:
    """The seconds of those types that have their own; a million rows take longer to read than a command should."""
    longest = max(runtime.handler_timeout_seconds, SURVEY_SECONDS)
    own = {
        COMMANDS[name]: one.handler_timeout_seconds
        for name, one in runtime.by_type.items()
        if one.handler_timeout_seconds is not None
    }
    return {SurveyStatement: longest} | own


def retry_policy(retry: RetrySettings) -> RetryPolicy:
    return RetryPolicy(
        attempts=retry.attempts,
        base_delay=retry.base_delay_seconds,
        max_delay=retry.max_delay_seconds,
        total_time=retry.total_seconds,
    )


def mass_failure_limits(limits: MassFailureSettings) -> MassFailureLimits:
    return MassFailureLimits(
        failures=limits.failures, poison=limits.poison, share=limits.share, window=limits.window_seconds
    )
