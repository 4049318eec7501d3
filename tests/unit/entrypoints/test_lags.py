"""Lag, counted and shown."""

from datetime import timedelta

import pytest
from rich.console import Console

from tests.fakes.clock import NOON
from workers.entrypoints.commands.lag import lag_table
from workers.entrypoints.lags import Lag, lag_json, lag_rows, seconds_text, total
from workers.ports.lag import PartitionLag
from workers.ports.messages import CommitPoint, Partition
from workers.runtime.progress import Run, encode

GROUP, TOPIC = "poon-workers.texts", "poon.texts.commands"


def lag_of(
    committed: int | None = 10,
    end: int = 30,
    *,
    start: int = 0,
    number: int = 0,
    age: float | None = 12.0,
    note: str = "",
) -> PartitionLag:
    point = None if committed is None else CommitPoint(committed, note)
    oldest = None if age is None else NOON - timedelta(seconds=age)
    return PartitionLag(GROUP, Partition(TOPIC, number), point, start, end, oldest)


def one(lag: PartitionLag) -> Lag:
    (row,) = lag_rows([lag], NOON)
    return row.lag


@pytest.mark.parametrize(
    ("lag", "messages"),
    [
        (lag_of(10, 30), 20),
        (lag_of(30, 30, age=None), 0),
        (lag_of(None, 30), 30),
        (lag_of(None, 30, start=25), 5),
        (lag_of(10, 30, start=25), 5),
        (lag_of(31, 30, age=None), 0),
    ],
    ids=["behind", "done", "never committed", "never, and old ones are gone", "committed ones are gone", "recreated"],
)
def test_what_is_behind_lies_between_the_commit_and_the_end(lag: PartitionLag, messages: int) -> None:
    assert one(lag).messages == messages


def test_what_is_finished_above_the_watermark_is_not_open() -> None:
    note = encode(10, [Run(12, 15), Run(20, 21)])
    lag = one(lag_of(10, 30, note=note))
    assert (lag.messages, lag.finished, lag.open) == (20, 4, 16)


def test_finished_offsets_the_broker_no_longer_has_are_not_counted() -> None:
    note = encode(10, [Run(12, 15), Run(28, 35)])
    assert one(lag_of(10, 30, start=14, note=note)).finished == 1 + 2


def test_a_note_of_somebody_else_finishes_nothing() -> None:
    assert one(lag_of(note="checkpoint 7")).finished == 0


@pytest.mark.parametrize(("age", "seconds"), [(12.0, 12.0), (-3.0, 0.0), (None, None)])
def test_seconds_are_the_age_of_the_oldest_and_never_negative(age: float | None, seconds: float | None) -> None:
    assert one(lag_of(age=age)).seconds == seconds


def test_a_total_adds_messages_up_and_takes_the_oldest_age() -> None:
    rows = lag_rows([lag_of(age=3.0), lag_of(25, number=1, age=40.0), lag_of(30, number=2, age=None)], NOON)
    assert total(rows) == Lag(25, 0, 40.0)
    assert total([]) == Lag(0, 0, None)


def test_scripts_get_everything() -> None:
    told = lag_json(lag_rows([lag_of(), lag_of(None, 0, number=1, age=None)], NOON), NOON)
    assert told == {
        "at": "2026-03-02T05:00:00+00:00",
        "lag": 20,
        "finished": 0,
        "open": 20,
        "seconds": 12.0,
        "groups": [
            {
                "group": GROUP,
                "topic": TOPIC,
                "lag": 20,
                "finished": 0,
                "open": 20,
                "seconds": 12.0,
                "partitions": [
                    {"partition": 0, "committed": 10, "end": 30, "lag": 20, "finished": 0, "open": 20, "seconds": 12.0},
                    {"partition": 1, "committed": None, "end": 0, "lag": 0, "finished": 0, "open": 0, "seconds": None},
                ],
            }
        ],
    }


def shown(*lags: PartitionLag, show_all: bool = False) -> list[list[str]]:
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(lag_table(lag_rows(lags, NOON), show_all=show_all))
    return [line.split() for line in captured.get().splitlines() if "poon" in line]


def test_people_see_partitions_that_are_behind_and_the_total() -> None:
    assert shown(lag_of(), lag_of(30, number=1, age=None)) == [
        [GROUP, TOPIC, "0", "10", "30", "20", "0", "20", "12", "s"],
        [GROUP, TOPIC, "1/2", "20", "0", "20", "12", "s"],
    ]


def test_people_see_every_partition_when_they_ask_for_it() -> None:
    assert shown(lag_of(None, 0, age=None), show_all=True)[0] == [GROUP, TOPIC, "0", "none", "0", "0", "0", "0", "–"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12.7, "12 s"),
        (60, "1 m 0 s"),
        (200.0, "3 m 20 s"),
        (3 * 3600 + 301.0, "3 h 5 m"),
        (90_000.0, "1 d 1 h"),
    ],
)
def test_a_length_of_time_is_short(seconds: float | None, text: str) -> None:
    assert seconds_text(seconds) == text
