"""What is noted of calls at backends: which, how long, how they ended, tokens and cost; no word of what was said."""

import asyncio
from decimal import Decimal

import pytest

from adapters.inference.chain.budget import Tariff
from adapters.inference.models.asking import (
    MisconfiguredError,
    ModelError,
    Question,
    Reply,
    ThrottledError,
    TimedOutError,
    UnusableError,
    Usage,
)
from adapters.inference.models.forms import CategoryForm
from adapters.inference.noted import GIVEN_UP, Asked, NotedClient, NotedTextRecognition
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from tests.fakes.clock import FakeClock
from tests.fakes.inference import ENGINE, FakeRecognition
from tests.fakes.models import FakeClient
from workers.ports.calls import Call, ModelUse, note_calls
from workers.ports.errors import RejectionError
from workers.ports.inference import RecognisedText

QUESTION = Question("categorization", "Judge.", "somchai's words", CategoryForm, 150)
ASKED = Asked("test/m", "m", "https://key@models.example/v1", 0.0, Tariff(Decimal(10), Decimal(40)))
USED = Usage(calls=2, input_tokens=100, output_tokens=20)


async def test_an_answer_is_noted_with_model_tokens_and_cost() -> None:
    noted = note_calls()
    client = NotedClient(FakeClient(Reply("{}", USED, None, "m-2026", "stop")), ASKED, FakeClock())
    assert (await client.ask(QUESTION)).usage == USED
    use = ModelUse("m", "models.example", 443, 150, 0.0, 2, 100, 20, "m-2026", "stop", Decimal("0.0018"), "USD")
    (call,) = noted
    assert call == Call("categorization", "test/m", call.started, call.ended, None, use)
    assert "somchai" not in str(noted)
    assert "key" not in str(noted)


async def test_a_free_server_on_a_port_of_its_own_has_no_cost() -> None:
    noted = note_calls()
    asked = Asked("test/m", "m", "http://127.0.0.1:8123/v1", None)
    await NotedClient(FakeClient(Reply("{}", USED)), asked, FakeClock()).ask(QUESTION)
    use = noted[0].model
    assert use is not None
    assert (use.host, use.port, use.cost, use.currency, use.temperature) == ("127.0.0.1", 8123, None, "", None)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ThrottledError("no more", USED), "throttled"),
        (TimedOutError("late", USED), "timeout"),
        (UnusableError("nonsense", USED), "unusable"),
        (MisconfiguredError("no key", USED), "backend_unavailable"),
    ],
)
async def test_a_call_without_an_answer_is_noted_with_why_and_what_it_cost(error: ModelError, word: str) -> None:
    noted = note_calls()
    with pytest.raises(type(error)):
        await NotedClient(FakeClient(error), ASKED, FakeClock()).ask(QUESTION)
    use = noted[0].model
    assert use is not None
    assert (noted[0].error, use.input_tokens, use.answered_by) == (word, 100, None)


async def test_a_call_that_was_given_up_is_noted_too() -> None:
    noted = note_calls()

    async def for_ever() -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await NotedClient(FakeClient(for_ever), ASKED, FakeClock()).ask(QUESTION)
    assert [call.error for call in noted] == [GIVEN_UP]


async def test_recognising_is_noted_and_its_refusals_with_their_code() -> None:
    noted = note_calls()
    text = RecognisedText((), 10, 10, "image/png", BackendAnswer(capability="text_recognition", backend=ENGINE))
    recognition = NotedTextRecognition(FakeRecognition(text), FakeClock())
    assert await recognition.recognise(b"image") is text
    wrong = FakeRecognition(RejectionError(ErrorCode.IMAGE_UNREADABLE, "no picture"))
    with pytest.raises(RejectionError):
        await NotedTextRecognition(wrong, FakeClock()).recognise(b"image")
    told = [(call.capability, call.backend, call.error, call.model) for call in noted]
    assert recognition.engine == ENGINE
    assert told == [
        ("text_recognition", ENGINE, None, None),
        ("text_recognition", ENGINE, "image_unreadable", None),
    ]
