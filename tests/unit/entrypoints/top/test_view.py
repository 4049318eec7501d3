"""How a frame looks, from fixed data."""

import json

from rich.console import Console

from tests.unit.entrypoints.top.pictures import BEFORE, BUSY, LAGS, SPENDING, TEXTS, fleet, row, snapshot, worker
from workers.entrypoints.output import json_text
from workers.entrypoints.top.frames import Frame, frame
from workers.entrypoints.top.view import frame_json, picture

BEFORE_AND_AFTER = frame(snapshot(0.0, fleet(BEFORE)), snapshot(2.0, fleet(BUSY), lags=LAGS))


def lines(made: Frame) -> list[list[str]]:
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(picture(made))
    return [line.split() for line in captured.get().splitlines() if line.strip()]


def test_the_heading_tells_the_time_and_what_each_fleet_does() -> None:
    shown = lines(BEFORE_AND_AFTER)
    assert shown[0] == ["05:00:02", "UTC"]
    assert shown[1] == ["http://127.0.0.1:8080", "running"]


def test_a_worker_is_one_line_with_its_rates() -> None:
    (line,) = [line for line in lines(BEFORE_AND_AFTER) if line[:2] == ["host/7", "texts"]]
    assert line == ["host/7", "texts", "running", "3", "2", "6", "1", "15.0", "10.0", "0.0", "1", "2"]


def test_partitions_with_something_to_see_are_shown_and_a_topic_is_summed_up() -> None:
    shown = [line for line in lines(BEFORE_AND_AFTER) if (line[0] == TEXTS and "host/7" in line) or "owned" in line]
    assert shown == [
        [TEXTS, "0", "host/7", "12", "10", "3.0", "s", "3", "5.0", "4.0", "s"],
        [TEXTS, "1", "host/7", "1000", "1000", "11", "m", "40", "s", "900", "0.0", "5.0", "s", "STUCK", "paused"],
        [TEXTS, "all", "3/3", "owned", "1012", "1010", "11", "m", "40", "s", "903", "5.0", "5.0", "s"],
    ]


def test_the_slowest_lane_comes_first_and_a_stuck_one_is_marked() -> None:
    shown = [line for line in lines(BEFORE_AND_AFTER) if "0123456789ab" in line]
    assert shown == [
        [TEXTS, "1", "40", "0123456789ab", "11", "m", "40", "s", "3", "2", "STUCK"],
        [TEXTS, "0", "112", "0123456789ab", "4.0", "s", "3", "2"],
    ]


def test_what_is_not_known_is_a_dash() -> None:
    shown = lines(frame(None, snapshot(0.0, fleet(worker()), lags=[row(5, 3, topic=SPENDING)])))
    assert ["host/7", "texts", "running", "0", "0", "0", "0", "–", "–", "–", "0", "0"] in shown
    assert [SPENDING, "5", "nobody's", "3", "3", "–", "0", "–", "–"] in shown


def test_what_is_not_there_is_said_instead_of_an_empty_table() -> None:
    shown = [" ".join(line) for line in lines(frame(None, snapshot(0.0, "refused")))]
    assert "no worker answers" in shown
    assert "no record is being worked on" in shown


def test_a_broker_that_does_not_answer_is_said() -> None:
    shown = lines(frame(None, snapshot(0.0, fleet(worker()), lags="Kafka cannot be used")))
    assert ["lag", "unknown:", "Kafka", "cannot", "be", "used"] in shown


def test_scripts_get_the_same_frame() -> None:
    told = json.loads(json_text(frame_json(BEFORE_AND_AFTER)))
    assert told["workers"][0]["settled"] == 10.0
    assert told["partitions"][1]["is_stuck"] is True
    assert told["partitions"][0]["lag"] == {"messages": 12, "finished": 2, "seconds": 3.0}
    assert told["lanes"][0]["key_hash"] == "0123456789ab"
