"""Commands made beforehand and kept in files, so that a backlog is there long before a worker could handle it."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from tests.bench import job
from tests.bench.checking import Expected
from tests.bench.job import Job, Planned
from tests.bench.supply import expecting

_TOGETHER: Final = 1_000
"""Commands written and read at a time: a million at once would not fit."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Commands in a file, and what has to come of them."""

    file: Path
    expected: Expected

    @property
    def count(self) -> int:
        """How many commands."""
        return self.expected.count

    def commands(self) -> Iterator[Planned]:
        """All of them, in their order."""
        with self.file.open("rb") as file:
            left = self.count
            while left > 0:
                some: list[Planned] = pickle.load(file)  # noqa: S301  written by `spool` just before
                left -= len(some)
                yield from some


def spool(whole: Job, file: Path) -> Portion:
    """Make a job's commands."""
    expected = Expected({}, Decimal(0))
    commands = expecting(job.plan(whole), expected)
    with file.open("wb") as output:
        while some := list(islice(commands, _TOGETHER)):
            pickle.dump(some, output, pickle.HIGHEST_PROTOCOL)
    return Portion(file, expected)


def together(portions: Iterable[Portion]) -> Expected:
    """What has to come of all of them."""
    whole = Expected({}, Decimal(0))
    for portion in portions:
        whole.keys.update(portion.expected.keys)
        whole.total += portion.expected.total
    return whole
