"""Who takes part: how each is started, and what it is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.round import Round

ROOT: Final = Path(__file__).parents[2]

TELEMETRY_OFF: Final = {"POON_LOGGING__LEVEL": "warning"}
"""Every setting that switches telemetry off: what ours-off differs by from ours-on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to do the job.

    Attributes:
        name: on the command line and in the table.
        about: one line for people.
        arguments: what the Python of its environment is started with.
        settings: its environment variables for a round, besides the round itself.
        share: the part of the messages it is given; a slow one is known as well from fewer.
        group: the consumer group it commits under, from the round's.
    """

    name: str
    about: str
    arguments: Sequence[str]
    settings: Callable[[Round], Mapping[str, str]] = field(default=lambda _: {})
    share: float = 1.0
    group: Callable[[Round], str] = field(default=lambda about: about.group)

    def command(self, profile: Path | None) -> list[str]:
        """The command line; under cProfile, with the result in a file, when asked for."""
        profiler = ["-m", "cProfile", "-o", str(profile)] if profile else []
        return [sys.executable, *profiler, *self.arguments]

    def environment(self, about: Round) -> dict[str, str]:
        """All variables that tell it its round."""
        return {"PYTHONPATH": str(ROOT), **about.environment(), **self.settings(about)}


def _fleet(about: Round, telemetry: Mapping[str, str]) -> dict[str, str]:
    return {
        "POON_KAFKA__BOOTSTRAP_SERVERS": about.bootstrap_servers,
        "POON_KAFKA__GROUP_ID": about.group,
        "POON_DATABASE__URL": about.database_url,
        "POON_DATA_DIR": ".poon",
        "POON_LOGGING__FORMAT": "json",
        **telemetry,
    }


def _ours(name: str, about: str, telemetry: Mapping[str, str]) -> Contender:
    return Contender(
        name=name,
        about=about,
        arguments=("-m", "workers.entrypoints.cli", "run", "--areas", "spending"),
        settings=lambda round_: _fleet(round_, telemetry),
        group=lambda round_: f"{round_.group}.spending",
    )


FLOOR: Final = Contender(
    name="floor",
    about="bare aiokafka, pydantic, one statement a batch; no framework",
    arguments=("-m", "tests.bench.runners.floor"),
)

CONTENDERS: Final = {
    contender.name: contender
    for contender in (
        FLOOR,
        _ours("ours-on", "poon run, everything on", {"POON_LOGGING__LEVEL": "info"}),
        _ours("ours-off", "poon run, telemetry off", TELEMETRY_OFF),
    )
}
