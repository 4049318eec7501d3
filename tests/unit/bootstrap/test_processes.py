"""What worker processes are given, and how their lag is read."""

from collections.abc import Mapping, Sequence

import pytest

from tests.fakes.clock import NOON
from workers.bootstrap.processes import LagReadings, partitions_of, worker_environment
from workers.config import Settings
from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.values import KafkaTrigger
from workers.ports.lag import PartitionLag
from workers.ports.messages import CommitPoint, Partition

TEXTS, SPENDING = "poon-workers.texts", "poon-workers.spending"


class FakeLagReader:
    """`LagReader` that answers what it was given."""

    def __init__(self, lags: Sequence[PartitionLag]) -> None:
        self.lags = lags
        self.asked: list[Mapping[str, Sequence[str]]] = []

    async def read(self, groups: Mapping[str, Sequence[str]]) -> Sequence[PartitionLag]:
        self.asked.append(groups)
        return self.lags


def lag_of(group: str, number: int, committed: int | None, end: int, start: int = 0) -> PartitionLag:
    point = None if committed is None else CommitPoint(committed, "")
    return PartitionLag(group, Partition("topic", number), point, start, end, NOON)


async def test_each_area_has_a_reading_of_its_own_in_the_order_of_the_areas() -> None:
    reader = FakeLagReader([lag_of(SPENDING, 0, 5, 9), lag_of(TEXTS, 0, 10, 30), lag_of(TEXTS, 1, 7, 7)])
    read = LagReadings(reader, Settings(), ("texts", "spending"), KafkaTrigger())
    assert await read() == [LagReading(20, 20, 1, 2), LagReading(4, 4, 1, 1)]
    assert set(reader.asked[0]) == {TEXTS, SPENDING}


async def test_what_was_never_committed_is_behind_from_where_the_broker_begins() -> None:
    reader = FakeLagReader([lag_of(TEXTS, 0, None, 30, start=25)])
    earliest = KafkaTrigger.model_validate({"offsetResetPolicy": "earliest"})
    assert (await LagReadings(reader, Settings(), ("texts",), earliest)())[0].total == 5


async def test_the_reading_before_is_remembered() -> None:
    reader = FakeLagReader([lag_of(TEXTS, 0, 10, 30)])
    read = LagReadings(reader, Settings(), ("texts",), KafkaTrigger.model_validate({"excludePersistentLag": True}))
    assert [(await read())[0].total for _ in range(2)] == [20, 0]


@pytest.mark.parametrize(
    ("http", "ports"), [({}, ["0", "0"]), ({"port": 9000}, ["9000", "9002"]), ({"port": 65_534}, ["65534", "0"])]
)
def test_processes_share_data_and_have_folder_and_port_of_their_own(http: dict[str, object], ports: list[str]) -> None:
    settings = Settings.model_validate({"data_dir": "data", "http": http})
    given = [worker_environment(settings, {"PATH": "/bin"}, place) for place in (0, 2)]
    assert [each["POON_HTTP__PORT"] for each in given] == ports
    assert [each["POON_DATA_DIR"] for each in given] == ["data/processes/0", "data/processes/2"]
    assert {each["POON_DATABASE__URL"] for each in given} == {"sqlite:///data/poon.db"}
    assert {each["POON_IMAGES__URL"] for each in given} == {"file://data/images"}
    assert {each["PATH"] for each in given} == {"/bin"}


def test_partitions_are_those_of_the_widest_topic() -> None:
    assert partitions_of(("texts", "spending")) == 12
