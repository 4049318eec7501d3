"""How the conductor tells workers in other processes what their backends do: a small file, read as it changes."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

CONTROL_VARIABLE: Final = "CHAOS_CONTROL_FILE"


@dataclass(frozen=True, slots=True)
class Mood:
    """What every backend does.

    Attributes:
        delay: how long an answer takes, seconds.
        broken: whether it answers nobody.
    """

    delay: float = 0.0
    broken: bool = False


class Control:
    """The conductor's side."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._mood = Mood()
        self._tell()

    def slow(self, delay: float) -> None:
        self._mood = Mood(delay, self._mood.broken)
        self._tell()

    def break_down(self, *, broken: bool) -> None:
        self._mood = Mood(self._mood.delay, broken)
        self._tell()

    def _tell(self) -> None:
        # Whole or not at all: a worker may read at any moment.
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self._mood)))
        fresh.replace(self.file)


class Told:
    """The worker's side."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at = 0
        self._mood = Mood()

    @property
    def mood(self) -> Mood:
        changed_at = self._file.stat().st_mtime_ns
        if changed_at != self._read_at:
            self._mood = Mood(**json.loads(self._file.read_text()))
            self._read_at = changed_at
        return self._mood
