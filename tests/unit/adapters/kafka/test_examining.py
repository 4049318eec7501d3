"""What an examiner makes of answers that no healthy broker of the tests gives at will."""

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import NamedTuple, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.examining import KafkaExaminer
from workers.ports.errors import UnavailableError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Told(NamedTuple):
    timestamp: int


class Answers:
    """An admin client with one answer for each partition: a time-stamp in milliseconds, or the code of an error."""

    def __init__(self, *answers: Told | int) -> None:
        self._answers = answers

    def list_offsets(
        self, wanted: Mapping[TopicPartition, object], *, request_timeout: float
    ) -> Mapping[TopicPartition, Future[Told]]:
        assert request_timeout > 0
        return {place: self._future(answer) for place, answer in zip(wanted, self._answers, strict=True)}

    def _future(self, answer: Told | int) -> Future[Told]:
        future: Future[Told] = Future()
        if isinstance(answer, Told):
            future.set_result(answer)
        else:
            future.set_exception(KafkaException(KafkaError(answer)))
        return future


class Asked(KafkaExaminer):
    """An examiner whose client gives these answers."""

    def __init__(self, *answers: Told | int) -> None:
        super().__init__(KafkaConnection("127.0.0.1:1"))
        self._admin = cast("AdminClient", Answers(*answers))


@pytest.mark.parametrize("code", [KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE])
async def test_a_partition_between_two_leaders_is_left_out_and_blames_no_broker(code: int) -> None:
    latest = Told(int(NOON.timestamp() * 1000))
    assert await Asked(code, latest, Told(-1)).latest({"poon.texts.events": 3}) == {"poon.texts.events": NOON}
    assert await Asked(code, code).latest({"poon.texts.events": 2}) == {}


async def test_a_broker_that_refuses_is_told_of() -> None:
    with pytest.raises(UnavailableError, match="authorization"):
        await Asked(KafkaError.TOPIC_AUTHORIZATION_FAILED).latest({"poon.texts.events": 1})
