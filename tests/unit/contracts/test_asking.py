"""Every answer reaches the one who asked, in time or not at all, and leaves nothing behind."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

import pytest

from contracts.asking import (
    AskAbandoned,
    Asker,
    AskTimedOut,
    Caller,
    CommandFailedError,
    CommandRejectedError,
    UnreadableAnswerError,
)
from contracts.codec import decode_command
from contracts.commands.texts import ParseText
from contracts.envelope import EnvelopeError
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.texts import TextFailed, TextParsed, TextRejected
from tests.fakes.asking import FakeAskTransport, answer_to, envelope_of
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON, FakeClock, settle
from tests.fakes.commands import parsed
from tests.fakes.ids import SequentialIds

REPLIES = "poon.replies.mobile"
CALLER = Caller("/apps/mobile", REPLIES)


class Bench:
    """An open asker, and everything around it."""

    def __init__(self) -> None:
        self.transport = FakeAskTransport()
        self.clock = FakeClock()
        ids = SequentialIds()
        self.asker = Asker(self.transport, CALLER, self.clock, lambda: str(ids.new()))

    def ask(
        self, text: str = "taxi 120", tenant: str = "acme", command_id: str | None = None
    ) -> "asyncio.Task[TextParsed]":
        return task(
            self.asker.ask(
                ParseText(text=text), TextParsed, tenant=tenant, owner="nok", timeout_seconds=5.0, command_id=command_id
            )
        )

    async def answer(self, *records: FakeRecord) -> None:
        self.transport.answers.put_nowait(records)
        await settle()

    async def asked(self, text: str = "taxi 120") -> "asyncio.Task[TextParsed]":
        one = self.ask(text)
        await settle()
        return one


def task(work: Awaitable[TextParsed]) -> "asyncio.Task[TextParsed]":
    async def wait() -> TextParsed:
        return await work

    return asyncio.get_running_loop().create_task(wait())


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    async with bench.asker:
        yield bench
        assert bench.asker.pending == 0
        assert bench.clock.sleeping == 0
    assert not bench.transport.connected


async def test_a_question_is_a_command_that_names_where_and_until_when_it_is_to_be_answered(bench: Bench) -> None:
    one = await bench.asked()
    (question,) = bench.transport.questions
    about = envelope_of(question)
    assert (question.topic, question.key) == ("poon.texts.commands", b"acme/nok")
    assert decode_command(about.type, question.value) == ParseText(text="taxi 120")
    assert (about.source, about.reply_to, about.time) == ("/apps/mobile", REPLIES, NOON)
    assert about.expiry_time is not None
    assert (about.expiry_time - NOON).total_seconds() == 5.0
    await bench.answer(answer_to(question, parsed("120.00")))
    assert await one == parsed("120.00")


async def test_a_thousand_asks_get_their_own_answers_in_whatever_order_they_come(bench: Bench) -> None:
    asks = [bench.ask(f"taxi {number}") for number in range(1, 1_001)]
    await settle()
    answers = [
        answer_to(question, parsed(f"{number}.00")) for number, question in enumerate(bench.transport.questions, 1)
    ]
    random.Random(7).shuffle(answers)
    await bench.answer(*answers)
    assert [str((await one).amount.value.amount) for one in asks] == [f"{number}.00" for number in range(1, 1_001)]


async def test_an_ask_without_an_expected_type_gives_the_event_as_it_is(bench: Bench) -> None:
    waiting = asyncio.get_running_loop().create_task(
        bench.asker.ask(ParseText(text="taxi 1"), tenant="acme", owner="nok", timeout_seconds=1)
    )
    await settle()
    await bench.answer(answer_to(bench.transport.questions[0], parsed()))
    assert await waiting == parsed()


async def test_no_answer_in_time_ends_the_ask_with_the_id_to_look_for(bench: Bench) -> None:
    one = await bench.asked()
    await bench.clock.advance(4.9)
    assert not one.done()
    await bench.clock.advance(0.1)
    with pytest.raises(AskTimedOut, match=r"no answer to poon\.text\.parse\.v1 .* in 5 seconds") as caught:
        await one
    assert caught.value.command_id == envelope_of(bench.transport.questions[0]).id
    assert isinstance(caught.value, TimeoutError)


async def test_the_time_of_an_ask_includes_its_sending(bench: Bench) -> None:
    bench.transport.held = asyncio.Event()
    one = await bench.asked()
    await bench.clock.advance(5)
    with pytest.raises(AskTimedOut):
        await one


async def test_an_answer_may_be_faster_than_the_acknowledgement_of_its_question(bench: Bench) -> None:
    bench.transport.held = asyncio.Event()
    one = await bench.asked()
    await bench.answer(answer_to(bench.transport.questions[0], parsed()))
    assert not one.done()
    bench.transport.held.set()
    assert await one == parsed()


async def test_a_late_answer_is_left_alone(bench: Bench) -> None:
    late = await bench.asked("taxi 1")
    await bench.clock.advance(5)
    with pytest.raises(AskTimedOut):
        await late
    other = await bench.asked("taxi 2")
    await bench.answer(
        *(answer_to(question, parsed(f"{n}.00")) for n, question in enumerate(bench.transport.questions))
    )
    assert await other == parsed("1.00")


async def test_a_repeated_answer_is_taken_once(bench: Bench) -> None:
    one = await bench.asked()
    first = answer_to(bench.transport.questions[0], parsed("1.00"))
    await bench.answer(first, first)
    await bench.answer(first)
    assert await one == parsed("1.00")


@pytest.mark.parametrize("stranger", [{"causation_id": "another"}, {"tenant": "another"}])
async def test_the_answer_to_a_strangers_command_is_left_alone(bench: Bench, stranger: dict[str, str]) -> None:
    one = await bench.asked()
    (question,) = bench.transport.questions
    await bench.answer(answer_to(question, parsed("9.00"), **stranger))
    assert not one.done()
    await bench.answer(answer_to(question, parsed("1.00")))
    assert await one == parsed("1.00")


@pytest.mark.parametrize("headers", [[], [("ce_causationid", None)], [("ce_causationid", b"\xff"), ("n", b"\xff")]])
async def test_a_record_that_is_no_answer_at_all_harms_nobody(
    bench: Bench, headers: list[tuple[str, bytes | None]]
) -> None:
    one = await bench.asked()
    (question,) = bench.transport.questions
    await bench.answer(FakeRecord(REPLIES, 0, 0, headers=headers, value=b"\xff"), answer_to(question, parsed()))
    assert await one == parsed()


async def test_a_rejection_is_raised_with_the_outcome_that_says_why(bench: Bench) -> None:
    one = await bench.asked()
    rejection = TextRejected(
        command_id="c",
        code=ErrorCode.NO_AMOUNT,
        message=LocalizedText.of(ErrorCode.NO_AMOUNT),
        field="text",
        reason="holds none",
    )
    await bench.answer(answer_to(bench.transport.questions[0], rejection))
    with pytest.raises(CommandRejectedError, match="no_amount: text: holds none") as caught:
        await one
    assert caught.value.outcome == rejection


async def test_a_failure_is_raised_as_such(bench: Bench) -> None:
    one = await bench.asked()
    failure = TextFailed(
        command_id="c",
        code=ErrorCode.BACKEND_TIMEOUT,
        message=LocalizedText.of(ErrorCode.BACKEND_TIMEOUT),
        reason="too slow",
        attempts=5,
    )
    await bench.answer(answer_to(bench.transport.questions[0], failure))
    with pytest.raises(CommandFailedError, match="backend_timeout: too slow"):
        await one


@pytest.mark.parametrize("spoilt", [{"type": "poon.text.guessed.v1"}, {"type": "poon.spending.deleted.v1"}])
async def test_an_answer_that_cannot_be_read_is_said_at_once(bench: Bench, spoilt: dict[str, str]) -> None:
    one = await bench.asked()
    await bench.answer(answer_to(bench.transport.questions[0], parsed(), **spoilt))
    with pytest.raises(UnreadableAnswerError, match=spoilt["type"]):
        await one


async def test_an_answer_of_another_type_than_asked_for_is_none(bench: Bench) -> None:
    one = await bench.asked()
    deleted = answer_to(bench.transport.questions[0], parsed(), type="poon.spending.deleted.v1")
    deleted = replace(
        deleted, value=b'{"entry_id": "6f1f9a4e-1d0b-5c52-9a55-0c8f3a1f7b21", "version": 2, "reason": "x"}'
    )
    await bench.answer(deleted)
    with pytest.raises(UnreadableAnswerError, match="SpendingDeleted, not a TextParsed"):
        await one


async def test_a_mistaken_expectation_is_found_before_anything_is_sent(bench: Bench) -> None:
    with pytest.raises(TypeError, match="ParseText is answered by TextParsed, not by TextRejected"):
        await bench.asker.ask(ParseText(text="x 1"), TextRejected, tenant="a", owner="b", timeout_seconds=1)
    assert bench.transport.questions == []


async def test_an_envelope_the_fleet_would_refuse_is_never_sent(bench: Bench) -> None:
    with pytest.raises(EnvelopeError, match="ce_tenantid"):
        await bench.asker.ask(ParseText(text="x 1"), tenant="no spaces", owner="b", timeout_seconds=1)
    assert bench.transport.questions == []


@pytest.mark.parametrize("topic", ["poon.texts.events", "poon.replies.", "poon.replies.A", "poon.replies.a.b", ""])
def test_a_caller_cannot_want_answers_on_a_topic_that_is_not_for_them(topic: str) -> None:
    with pytest.raises(ValueError, match="reply_topic"):
        Caller("/apps/mobile", topic)


async def test_a_command_with_an_id_of_ones_own_does_not_expire_and_can_be_asked_for_again(bench: Bench) -> None:
    first = bench.ask(command_id="mine")
    await bench.clock.advance(5)
    with pytest.raises(AskTimedOut):
        await first
    again = bench.ask(command_id="mine")
    await settle()
    assert [envelope_of(question).expiry_time for question in bench.transport.questions] == [None, None]
    await bench.answer(answer_to(bench.transport.questions[0], parsed()))
    assert await again == parsed()


async def test_two_asks_of_one_command_share_its_answer_and_one_giving_up_leaves_the_other(bench: Bench) -> None:
    first, second, third = (bench.ask(command_id="mine") for _ in range(3))
    await settle()
    second.cancel()
    await settle()
    await bench.answer(answer_to(bench.transport.questions[0], parsed()))
    assert await first == await third == parsed()
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_the_same_id_of_two_tenants_is_two_commands(bench: Bench) -> None:
    ours, theirs = bench.ask(command_id="1", tenant="ours"), bench.ask(command_id="1", tenant="theirs")
    await settle()
    one, other = bench.transport.questions
    await bench.answer(answer_to(other, parsed("2.00")), answer_to(one, parsed("1.00")))
    assert (await ours, await theirs) == (parsed("1.00"), parsed("2.00"))


async def test_a_cancelled_ask_leaves_nothing_behind(bench: Bench) -> None:
    one = await bench.asked()
    assert (bench.asker.pending, bench.clock.sleeping) == (1, 1)
    one.cancel()
    await settle()
    assert one.cancelled()
    assert (bench.asker.pending, bench.clock.sleeping) == (0, 0)
    await bench.answer(answer_to(bench.transport.questions[0], parsed()))


async def test_a_question_that_cannot_be_sent_says_so_and_leaves_nothing_behind(bench: Bench) -> None:
    bench.transport.unreachable = ConnectionError("no broker")
    with pytest.raises(ConnectionError, match="no broker"):
        await bench.ask()


async def test_a_transports_own_time_out_is_not_taken_for_the_asks(bench: Bench) -> None:
    bench.transport.unreachable = TimeoutError("the broker is slow")
    with pytest.raises(TimeoutError, match="the broker is slow") as caught:
        await bench.ask()
    assert not isinstance(caught.value, AskTimedOut)


async def test_trouble_with_the_reply_topic_is_waited_out(bench: Bench) -> None:
    one = await bench.asked()
    bench.transport.answers.put_nowait(ConnectionError("gone"))
    bench.transport.answers.put_nowait([answer_to(bench.transport.questions[0], parsed())])
    await settle()
    assert not one.done()
    await bench.clock.advance(1)
    assert await one == parsed()


async def test_a_time_out_tells_of_the_trouble_with_the_reply_topic(bench: Bench) -> None:
    one = await bench.asked()
    await bench.clock.advance(4.5)
    bench.transport.answers.put_nowait(ConnectionError("gone"))
    await settle()
    await bench.clock.advance(0.5)
    with pytest.raises(AskTimedOut) as caught:
        await one
    assert str(caught.value.__cause__) == "gone"
    await bench.clock.advance(1)


async def test_closing_abandons_open_asks_at_once_also_one_that_is_being_sent() -> None:
    bench = Bench()
    async with bench.asker:
        waiting = await bench.asked()
        bench.transport.held = asyncio.Event()
        sending = await bench.asked()
    for one in (waiting, sending):
        with pytest.raises(AskAbandoned):
            await one
    assert (bench.asker.pending, bench.clock.sleeping) == (0, 0)


async def test_an_error_in_the_block_leaves_it_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with Bench().asker:
            raise KeyError


async def test_an_asker_asks_only_while_it_is_open() -> None:
    with pytest.raises(AskAbandoned, match="async with"):
        await Bench().ask()


async def test_an_asker_that_cannot_connect_says_so() -> None:
    bench = Bench()
    bench.transport.unreachable = ConnectionError("no broker")
    with pytest.raises(ConnectionError, match="no broker"):
        async with bench.asker:
            pass
