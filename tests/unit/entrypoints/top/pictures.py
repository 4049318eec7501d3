"""A fleet to look at: two workers, one stuck record."""

from datetime import timedelta
from typing import Any

from tests.fakes.clock import NOON
from workers.entrypoints.lags import Lag, LagRow
from workers.entrypoints.top.frames import Snapshot
from workers.ports.fleet import Counts, FleetView, HeadView, LaneView, PartitionView, WorkerView
from workers.ports.health import StuckLane

URL = "http://127.0.0.1:8080"
TEXTS, SPENDING = "poon.texts.commands", "poon.spending.commands"
KEY = "0123456789ab"


def partition(
    number: int, next_offset: int | None = None, *, topic: str = TEXTS, unfinished: int = 0, paused: bool = False
) -> PartitionView:
    head = None
    if unfinished and next_offset is not None:
        head = HeadView(offset=next_offset, key_hash=KEY, age=4.0 + number, attempts=1)
    return PartitionView(
        topic=topic,
        partition=number,
        next_offset=next_offset,
        last_delivered=None,
        unfinished=unfinished,
        paused=paused,
        head=head,
    )


def lane(offset: int, age: float, number: int = 0) -> LaneView:
    return LaneView(topic=TEXTS, partition=number, offset=offset, key_hash=KEY, age=age, waiting=2, attempts=3)


STUCK = StuckLane(
    area="texts", topic=TEXTS, partition=1, offset=40, key_hash=KEY, age=700, worked=690, budget=660, attempts=2
)


def worker(area: str = "texts", **given: Any) -> WorkerView:  # noqa: ANN401  any field
    known = {
        "area": area,
        "group": f"poon-workers.{area}",
        "started": True,
        "draining": False,
        "outages": (),
        "since_poll": 0.1,
        "in_flight": 0,
        "waiting": 0,
        "retrying": 0,
        "counts": Counts(),
        "partitions": (),
        "slowest": (),
        "stuck": (),
    }
    return WorkerView.model_validate(known | given)


def fleet(*workers: WorkerView, pid: int = 7, state: str = "running") -> FleetView:
    return FleetView(host="host", pid=pid, version="1", state=state, uptime=60.0, loop_delay=0.0, workers=workers)


def row(number: int, messages: int, *, topic: str = TEXTS, seconds: float | None = None, finished: int = 0) -> LagRow:
    return LagRow("poon-workers.texts", topic, number, None, messages, Lag(messages, finished, seconds))


def snapshot(at: float, *fleets: FleetView | str, lags: list[LagRow] | str = "no broker") -> Snapshot:
    answers = {f"http://127.0.0.1:{8080 + number}": told for number, told in enumerate(fleets)}
    return Snapshot(NOON + timedelta(seconds=at), at, answers, lags)


BUSY = worker(
    in_flight=2,
    waiting=6,
    retrying=1,
    counts=Counts(taken=130, settled=120, retries=5, given_up=1, outages=2),
    partitions=(partition(0, 110, unfinished=3), partition(1, 40, unfinished=900, paused=True), partition(2)),
    slowest=(lane(40, 700.0, 1), lane(112, 4.0)),
    stuck=(STUCK,),
)
BEFORE = worker(
    counts=Counts(taken=100, settled=100, retries=5), partitions=(partition(0, 100), partition(1, 40), partition(2))
)
LAGS = [row(0, 12, seconds=3.0, finished=2), row(1, 1_000, seconds=700.0), row(2, 0)]
