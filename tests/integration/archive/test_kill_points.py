"""An archiving run killed at any step, by SIGKILL, before every file it touches: the next run ends the same."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from adapters.database import retention
from tests.integration.archive.stored import APRIL, MARCH, NEEDED, archive, archived, fill, left
from tests.moments import moments
from workers.runtime.archiving import Progress

pytestmark = pytest.mark.integration

_FORK: Final = multiprocessing.get_context("fork")
TOUCHES: Final = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"})
LEAST_STEPS: Final = 20
MOST_STEPS: Final = 200


def in_child(run: Callable[[], None]) -> int:
    """Run in a process of its own; the exit code, or the signal that killed it, negative."""
    child = _FORK.Process(target=run)
    child.start()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def run_and_die(file: Path, folder: Path, steps: int) -> None:
    """Archive, and be gone before this many steps are done: touches of a file of the archive, or told progress."""
    left_over = steps

    def step() -> None:
        nonlocal left_over
        left_over -= 1
        if left_over == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(event: str, arguments: tuple[object, ...]) -> None:
        if event in TOUCHES and str(arguments[0]).startswith(str(folder)):
            step()

    def told(_: Progress) -> None:
        step()

    sys.addaudithook(audited)
    asyncio.run(archive(file, folder, told))


def test_wherever_a_run_is_killed_the_next_one_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAGE", 3)
    monkeypatch.setattr(retention, "STREAMS_AT_ONCE", 3)
    filled = tmp_path / "filled.db"
    asyncio.run(fill(filled))
    with sqlite3.connect(filled) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    before = asyncio.run(left(filled))
    whole = tmp_path / "whole"
    shutil.copy(filled, tmp_path / "whole.db")
    asyncio.run(archive(tmp_path / "whole.db", whole, lambda _: None))
    expected, remaining = archived(whole), asyncio.run(left(tmp_path / "whole.db"))
    assert (set(expected), len(remaining)) == ({MARCH, APRIL}, NEEDED)

    for steps in moments(LEAST_STEPS, MOST_STEPS, start=1):
        file, folder = tmp_path / f"{steps}.db", tmp_path / str(steps)
        shutil.copy(filled, file)
        code = in_child(partial(run_and_die, file, folder, steps))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        found = archived(folder)
        assert found.items() <= expected.items(), "a kept month is whole"
        now = asyncio.run(left(file))
        assert now == before or found == expected, "nothing is deleted before everything is kept"
        asyncio.run(archive(file, folder, lambda _: None))
        assert (archived(folder), asyncio.run(left(file))) == (expected, remaining)
        assert sorted(path.name for path in folder.iterdir()) == [".lock", "month=2026-03", "month=2026-04"]
    assert LEAST_STEPS < steps < MOST_STEPS - 1
