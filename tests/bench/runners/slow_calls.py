"""The fleet with slow calls: every handler waits as long as its command says, as for an AI backend."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from contracts.base import Command
from tests.bench.head_of_line.commands import seconds_of
from workers.bootstrap import fleet
from workers.bootstrap.parts import Parts, fleet_parts
from workers.config import Settings, load_settings
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext, Decision, Handler


def calling(handler: Handler, clock: Clock) -> Handler:
    """The handler, which awaits its call before it decides."""

    async def decide(command: Command, context: CommandContext) -> Decision:
        await clock.sleep(seconds_of(command))
        made = handler(command, context)
        return await made if inspect.isawaitable(made) else made

    return decide


@asynccontextmanager
async def calling_parts(settings: Settings, areas: Collection[str]) -> AsyncIterator[Parts]:
    """The fleet's parts, with handlers that call."""
    async with fleet_parts(settings, areas) as parts:
        table = {command: calling(handler, parts.clock) for command, handler in parts.handlers.items()}
        yield replace(parts, handlers=table)


if __name__ == "__main__":
    asyncio.run(fleet.run(load_settings(os.environ, Path.cwd()), ("spending",), calling_parts))
