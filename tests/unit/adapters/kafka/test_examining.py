"""What an examiner makes of answers that no healthy broker of the tests gives at will."""

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import NamedTuple, cast

import pytest
from confluent_kafka import ConsumerGroupState, ConsumerGroupType, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.examining import KafkaExaminer
from tests.fakes.clock import FakeClock
from workers.ports.errors import UnavailableError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Told(NamedTuple):
    timestamp: int


class ToldGroup(NamedTuple):
    state: ConsumerGroupState = ConsumerGroupState.EMPTY
    partition_assignor: str = "range"
    type: ConsumerGroupType = ConsumerGroupType.CLASSIC
    members: tuple[object, ...] = ()


class Answers:
    """An admin client: one answer for each partition, and one for each time a group is asked for; codes are errors."""

    def __init__(self, *answers: Told | ToldGroup | int) -> None:
        self._answers = list(answers)

    def describe_consumer_groups(self, names: list[str], *, request_timeout: float) -> Mapping[str, Future[object]]:
        assert request_timeout > 0
        return {name: self._future(self._answers.pop(0)) for name in names}

    def list_offsets(
        self, wanted: Mapping[TopicPartition, object], *, request_timeout: float
    ) -> Mapping[TopicPartition, Future[object]]:
        assert request_timeout > 0
        return {place: self._future(answer) for place, answer in zip(wanted, self._answers, strict=True)}

    def _future(self, answer: Told | ToldGroup | int) -> Future[object]:
        future: Future[object] = Future()
        if isinstance(answer, int):
            future.set_exception(KafkaException(KafkaError(answer)))
        else:
            future.set_result(answer)
        return future


class LeapingClock(FakeClock):
    """Whoever sleeps is woken at once, as much later as was asked for."""

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.jump(seconds)


class Asked(KafkaExaminer):
    """An examiner whose client gives these answers."""

    def __init__(self, *answers: Told | ToldGroup | int) -> None:
        super().__init__(KafkaConnection("127.0.0.1:1"), LeapingClock())
        self._admin = cast("AdminClient", Answers(*answers))


@pytest.mark.parametrize("code", [KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE])
async def test_a_partition_between_two_leaders_is_left_out_and_blames_no_broker(code: int) -> None:
    latest = Told(int(NOON.timestamp() * 1000))
    assert await Asked(code, latest, Told(-1)).latest({"poon.texts.events": 3}) == {"poon.texts.events": NOON}
    assert await Asked(code, code).latest({"poon.texts.events": 2}) == {}


async def test_a_broker_that_refuses_is_told_of() -> None:
    with pytest.raises(UnavailableError, match="authorization"):
        await Asked(KafkaError.TOPIC_AUTHORIZATION_FAILED).latest({"poon.texts.events": 1})


async def test_a_coordinator_that_starts_is_asked_again() -> None:
    loading = KafkaError.COORDINATOR_LOAD_IN_PROGRESS
    found = await Asked(loading, ToldGroup(), ToldGroup(ConsumerGroupState.DEAD)).groups(["late", "prompt"])
    assert found is not None
    assert found.keys() == {"prompt"}


async def test_a_coordinator_that_never_comes_is_told_of_with_its_group() -> None:
    never = KafkaError.COORDINATOR_NOT_AVAILABLE
    with pytest.raises(UnavailableError, match="of texts: COORDINATOR_NOT_AVAILABLE"):
        await Asked(*[never] * 500).groups(["texts"])


async def test_a_group_that_may_not_be_described_is_told_of_at_once() -> None:
    with pytest.raises(UnavailableError, match="of texts: GROUP_AUTHORIZATION_FAILED"):
        await Asked(KafkaError.GROUP_AUTHORIZATION_FAILED).groups(["texts"])
