"""The sign of life is whole or absent."""

import json
import os
from pathlib import Path

import pytest

from tests.fakes.clock import NOON, FakeClock
from workers.bootstrap.heartbeat import FILE_NAME, Beat, Heartbeat, UnreadableBeatError, read_beat


def test_a_beat_tells_process_time_and_state(tmp_path: Path) -> None:
    heartbeat = Heartbeat(tmp_path / "data", FakeClock())
    heartbeat.beat("running")
    written = json.loads((tmp_path / "data" / FILE_NAME).read_text())
    assert written == {"pid": os.getpid(), "at": NOON.timestamp(), "state": "running", "url": None}


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
    Heartbeat(tmp_path, FakeClock(), "http://127.0.0.1:8080").beat("running")
    assert read_beat(tmp_path) == Beat(os.getpid(), NOON.timestamp(), "running", "http://127.0.0.1:8080")


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
