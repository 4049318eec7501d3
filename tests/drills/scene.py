"""What a fault and its cure act on, and the notes that are taken meanwhile."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.drills.programs import Said
from tests.drills.runbooks import ACT, LOOK, Command, commands
from tests.drills.stage import Stage
from tests.drills.workers import Worker
from workers.entrypoints.exits import ExitCode

RUNBOOKS: Final = Path(__file__).parents[2] / "docs" / "runbooks"
WRONG: Final = frozenset({ExitCode.USAGE, ExitCode.UNEXPECTED})
"""How a command ends that a page should not name."""
_ONCE: Final = {"poon top": ("--once",)}
"""What a script adds where somebody would look on for a while."""


class PageError(AssertionError):
    """A command of a page cannot be carried out as it stands there."""


@dataclass
class Scene:
    """A drill under way.

    Attributes:
        group: where what goes on in the background belongs.
        fired: the labels of the alert, once it fires.
        said: what the commands of the page said, by their text.
        going: what the fault keeps doing until it is mended.
    """

    stage: Stage
    page: str
    group: asyncio.TaskGroup
    fired: Mapping[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    going: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, stage: Stage, alert: str, group: asyncio.TaskGroup) -> "Scene":
        scene = cls(stage, (RUNBOOKS / f"{alert}.md").read_text(), group)
        scene.going.set()
        return scene

    @property
    def looks(self) -> list[Command]:
        """The page's commands for looking."""
        return commands(self.page, LOOK)

    @property
    def acts(self) -> list[Command]:
        """The page's commands for mending."""
        return commands(self.page, ACT)

    async def poon(self, arguments: Sequence[str]) -> Said:
        """A command, beside the worker that the alert names, or the first."""
        return await asyncio.to_thread(self._beside.poon, list(arguments))

    async def carry_out(self, command: Command, **values: str) -> str:
        """Do what a command of the page says, with values for its placeholders; tells how.

        Raises:
            PageError: the program does not know it, or ends with a mistake of its own.
        """
        words = [*command.words({**self._values(), **values}), *_ONCE.get(command.text, ())]
        done = await self.poon(words[1:])
        if done.exit_code in WRONG or "Traceback" in done.errors:
            raise PageError(f"`{command.text}` ends with {done.exit_code}: {done.errors[-1_000:]}")
        self.said[command.text] = done.output
        return f"`{' '.join(words)}`"

    async def doctor(self) -> dict[str, Any]:
        """What `poon doctor` finds, asked beside the worker that the alert names, with all workers' addresses."""
        addresses = [word for worker in self.stage.workers for word in ("--worker", worker.url)]
        done = await self.poon(["doctor", "--json", *addresses])
        with suppress(ValueError):
            found: dict[str, Any] = json.loads(done.output)
            return found
        raise PageError(f"`poon doctor` ends with {done.exit_code}: {done.output[-500:]} {done.errors[-1_000:]}")

    @property
    def _beside(self) -> Worker:
        instance = self.fired.get("instance")
        return self.stage.worker_at(instance) if instance else self.stage.workers[0]

    def _values(self) -> dict[str, str]:
        """What stands for the words in capitals: what the alert says, and the first of the dead letters listed."""
        told = {name.upper(): value for name, value in self.fired.items()} | {"URL": self._beside.url}
        listed = self.said.get("poon dlq list --json", "")
        if listed:
            told["ID"] = json.loads(listed.splitlines()[0])["id"]
        return told
