"""Whoever names a topic for the reply gets a copy of the outcome there; everybody else costs nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.codec import decode_event
from contracts.envelope import format_time
from contracts.errors import ErrorCode
from contracts.events.outcomes import Unsuccessful
from contracts.topics import WORKFLOW_REPLIES
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON, settle
from tests.fakes.commands import parsed, text_record
from tests.unit.runtime.worker_bench import P0, Bench
from workers.ports.handling import Decision, NewEvent
from workers.ports.messages import OutgoingRecord
from workers.runtime import outcomes
from workers.runtime.deliveries import receive
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.replies import NoReplies, reply

REPLIES = "poon.replies.mobile"


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    await settle()
    await bench.worker.assigned([P0])
    yield bench
    bench.stop.set()
    bench.worker.abort()
    await asyncio.gather(bench.task, return_exceptions=True)
    assert bench.replies.stopped


def asking(offset: int, command_id: str, topic: str = REPLIES, **headers: str) -> FakeRecord:
    record = text_record(offset, command_id)
    more = {"ce_replyto": topic, **headers}
    return replace(record, headers=[*record.headers, *((name, text.encode()) for name, text in more.items())])


def code_of(record: OutgoingRecord) -> str:
    event = decode_event(dict(record.headers)["ce_type"].decode(), record.value)
    assert isinstance(event, Unsuccessful)
    return str(event.code)


def test_a_reply_is_the_terminal_outcome_on_another_topic() -> None:
    delivery = receive(text_record(7, "c7"), PartitionOffsets())
    two = outcomes.decided(delivery, Decision((NewEvent(parsed("1.00")), NewEvent(parsed("2.00")))), NOON)
    published = outcomes.outgoing(two.events)
    assert reply(REPLIES, two.events) == published[1]._replace(topic=REPLIES)


async def test_a_reply_is_offered_once_the_outcome_was_acknowledged(bench: Bench) -> None:
    bench.publisher.refusals = 1
    await bench.deliver(asking(0, "c0"))
    assert bench.replies.records == []
    await bench.clock.advance(60)
    (outcome,) = bench.publisher.records
    assert bench.replies.records == [outcome._replace(topic=REPLIES)]


async def test_a_command_without_a_reply_topic_is_answered_to_nobody(bench: Bench) -> None:
    await bench.deliver(text_record(0, "c0"))
    assert bench.published == ["c0"]
    assert bench.replies.records == []


async def test_a_repeated_command_is_answered_again_with_the_same_bytes(bench: Bench) -> None:
    await bench.deliver(asking(0, "c0"))
    await bench.deliver(asking(1, "c0"))
    first, second = bench.replies.records
    assert first == second
    assert bench.handled == ["c0"]


async def test_a_repeated_command_that_wants_its_answer_elsewhere_gets_it_there(bench: Bench) -> None:
    await bench.deliver(text_record(0, "c0"))
    await bench.deliver(asking(1, "c0", topic="poon.replies.other"))
    assert [record.topic for record in bench.replies.records] == ["poon.replies.other"]


async def test_a_command_that_is_wrong_is_answered_too(bench: Bench) -> None:
    await bench.deliver(replace(asking(0, "c0"), value=b"{"))
    (answer,) = bench.replies.records
    assert code_of(answer) == ErrorCode.MALFORMED_MESSAGE


async def test_a_command_the_fleet_gives_up_is_answered_too(bench: Bench) -> None:
    bench.failing.add("c0")
    await bench.deliver(asking(0, "c0"))
    (answer,) = bench.replies.records
    assert code_of(answer) == ErrorCode.BACKEND_UNAVAILABLE


async def test_what_nobody_waits_for_any_more_is_not_carried_out(bench: Bench) -> None:
    await bench.deliver(asking(0, "c0", ce_expirytime=format_time(NOON - timedelta(seconds=1))))
    (answer,) = bench.replies.records
    assert code_of(answer) == ErrorCode.EXPIRED
    assert bench.handled == []


@pytest.mark.parametrize("topic", ["poon.spending.commands", "poon.texts.events", "orders"])
async def test_a_forbidden_reply_topic_is_rejected_by_name_and_never_written_to(bench: Bench, topic: str) -> None:
    await bench.deliver(asking(0, "c0", topic=topic))
    assert bench.replies.records == []
    assert {record.topic for record in bench.publisher.records} == {"poon.texts.events", "poon.texts.dlt"}
    (outcome,) = [record for record in bench.publisher.records if record.topic == "poon.texts.events"]
    event = decode_event(dict(outcome.headers)["ce_type"].decode(), outcome.value)
    assert isinstance(event, Unsuccessful)
    assert (event.command_id, event.code, event.field) == ("c0", ErrorCode.INVALID_ENVELOPE, "ce_replyto")
    assert bench.handled == []


async def test_a_worker_that_answers_nobody_drops_replies() -> None:
    nobody = NoReplies()
    nobody.offer(OutgoingRecord(REPLIES, None, b""))
    await nobody.stop()


async def test_a_reply_to_a_workflow_is_published_with_the_outcome_and_not_offered(bench: Bench) -> None:
    bench.publisher.refusals = 1
    await bench.deliver(asking(0, "c-0", WORKFLOW_REPLIES.name))
    assert bench.publisher.records == []
    await bench.clock.advance(10)
    outcome, copy = bench.publisher.records
    assert copy == outcome._replace(topic=WORKFLOW_REPLIES.name)
    assert bench.replies.records == []


async def test_a_reply_to_a_workflow_is_published_again_with_its_outcome(bench: Bench) -> None:
    await bench.deliver(asking(0, "c-0", WORKFLOW_REPLIES.name))
    await bench.deliver(asking(1, "c-0", WORKFLOW_REPLIES.name))
    assert [record.topic for record in bench.publisher.records] == ["poon.texts.events", WORKFLOW_REPLIES.name] * 2
