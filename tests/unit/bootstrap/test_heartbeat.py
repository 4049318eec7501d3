"""The sign of life is whole or absent."""

import json
import os
from pathlib import Path

from tests.fakes.clock import NOON, FakeClock
from workers.bootstrap.heartbeat import FILE_NAME, Heartbeat


def test_a_beat_tells_process_time_and_state(tmp_path: Path) -> None:
    heartbeat = Heartbeat(tmp_path / "data", FakeClock())
    heartbeat.beat("running")
    written = json.loads((tmp_path / "data" / FILE_NAME).read_text())
    assert written == {"pid": os.getpid(), "at": NOON.timestamp(), "state": "running"}


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
