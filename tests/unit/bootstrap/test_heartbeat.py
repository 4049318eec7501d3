"""The sign of life is whole or absent."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.fakes.clock import NOON, FakeClock
from workers.bootstrap.heartbeat import (
    FILE_NAME,
    MOST_KILLED,
    Beat,
    Heartbeat,
    Killed,
    UnreadableBeatError,
    peak_megabytes,
    read_beat,
)


def test_a_beat_tells_process_time_and_state(tmp_path: Path) -> None:
    heartbeat = Heartbeat(tmp_path / "data", FakeClock(), memory=lambda: 143)
    heartbeat.beat("running")
    written = json.loads((tmp_path / "data" / FILE_NAME).read_text())
    assert written == {
        "pid": os.getpid(),
        "at": NOON.timestamp(),
        "state": "running",
        "url": None,
        "megabytes": 143,
        "killed": [],
    }


def test_a_later_beat_replaces_the_earlier_and_leaves_no_other_file(tmp_path: Path) -> None:
    heartbeat = Heartbeat(tmp_path, FakeClock())
    heartbeat.beat("starting")
    heartbeat.beat("running")
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]
    assert json.loads((tmp_path / FILE_NAME).read_text())["state"] == "running"


def test_an_orderly_end_takes_the_file_away_and_may_be_repeated(tmp_path: Path) -> None:
    heartbeat = Heartbeat(tmp_path, FakeClock())
    heartbeat.beat("running")
    heartbeat.end()
    heartbeat.end()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_file_is_no_reason_to_stop(tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file where the folder should be")
    heartbeat = Heartbeat(in_the_way, FakeClock())
    heartbeat.beat("draining")
    assert in_the_way.read_text() == "a file where the folder should be"


def test_what_is_written_is_read_by_another_process_of_the_host(tmp_path: Path) -> None:
    Heartbeat(tmp_path, FakeClock(), "http://127.0.0.1:8080", lambda: 143).beat("running")
    assert read_beat(tmp_path) == Beat(os.getpid(), NOON.timestamp(), "running", "http://127.0.0.1:8080", 143)


def killed_at(folder: Path, *megabytes: int) -> Beat:
    """The heartbeat after processes in this place were killed, one after the other, having had so much memory."""
    for most in megabytes:
        Heartbeat(folder, FakeClock(), memory=lambda most=most: most).beat("running")  # type: ignore[misc]
    Heartbeat(folder, FakeClock(), memory=lambda: 9).beat("starting")
    beat = read_beat(folder)
    assert beat is not None
    return beat


def test_a_process_tells_of_those_before_it_that_were_killed(tmp_path: Path) -> None:
    at = NOON.timestamp()
    assert killed_at(tmp_path, 140, 150).killed == (Killed(at, 140), Killed(at, 150))


def test_the_oldest_of_many_killed_are_forgotten(tmp_path: Path) -> None:
    killed = killed_at(tmp_path, *range(MOST_KILLED + 2)).killed
    assert [one.megabytes for one in killed] == list(range(2, MOST_KILLED + 2))


def test_an_orderly_end_forgets_them(tmp_path: Path) -> None:
    killed_at(tmp_path, 140)
    Heartbeat(tmp_path, FakeClock()).end()
    assert killed_at(tmp_path).killed == ()


def test_a_process_that_lives_beside_this_one_was_not_killed(tmp_path: Path) -> None:
    write(tmp_path, pid=os.getppid())
    assert killed_at(tmp_path).killed == ()


def test_one_that_is_gone_was_killed_though_it_had_another_number(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    write(tmp_path, pid=ended.pid)
    assert killed_at(tmp_path).killed == (Killed(1.5, 0),)


def test_an_unreadable_file_tells_of_nobody(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    assert killed_at(tmp_path).killed == ()


@pytest.mark.parametrize("killed", ["often", [1], [[1]], None])
def test_what_is_no_list_of_killed_processes_is_none(tmp_path: Path, killed: object) -> None:
    write(tmp_path, pid=7, killed=killed, megabytes="many")
    assert read_beat(tmp_path) == Beat(7, 1.5, "running", None)


def test_this_process_has_had_memory() -> None:
    assert 10 < peak_megabytes() < 100_000


def write(folder: Path, **more: object) -> None:
    (folder / FILE_NAME).write_text(json.dumps({"at": 1.5, "state": "running", **more}))


def test_a_folder_without_a_fleet_has_no_heartbeat(tmp_path: Path) -> None:
    assert read_beat(tmp_path) is None


def test_a_heartbeat_of_an_older_release_is_read_too(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"pid": 7, "at": 1.5, "state": "running"}')
    assert read_beat(tmp_path) == Beat(7, 1.5, "running", None)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "{}", '{"pid": "x", "at": 1, "state": "running"}', "\xff"])
def test_what_is_no_heartbeat_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="latin-1")
    with pytest.raises(UnreadableBeatError):
        read_beat(tmp_path)
