"""The fleet with a planted slowdown: every command burns some CPU more. It proves that the check notices one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from contracts.base import Command
from workers.bootstrap import fleet
from workers.bootstrap.parts import Parts, fleet_parts
from workers.config import Settings, load_settings
from workers.ports.handling import CommandContext, Decision, Handler

MICROSECONDS: Final = "BENCH_SLOWDOWN_MICROSECONDS"


def slowed(handler: Handler, seconds: float) -> Handler:
    """The handler, which burns that much CPU before it decides."""

    def decide(command: Command, context: CommandContext) -> Decision | Awaitable[Decision]:
        enough = time.thread_time() + seconds
        while time.thread_time() < enough:
            pass
        return handler(command, context)

    return decide


@asynccontextmanager
async def slow_parts(settings: Settings, areas: Collection[str]) -> AsyncIterator[Parts]:
    """The fleet's parts, with slow handlers."""
    seconds = float(os.environ[MICROSECONDS]) / 1e6
    async with fleet_parts(settings, areas) as parts:
        table = {command: slowed(handler, seconds) for command, handler in parts.handlers.items()}
        yield replace(parts, handlers=table)


if __name__ == "__main__":
    asyncio.run(fleet.run(load_settings(os.environ, Path.cwd()), ("spending",), slow_parts))
