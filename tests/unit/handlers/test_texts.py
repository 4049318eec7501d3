from datetime import UTC, date, datetime

import pytest

from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from contracts.money import Currency
from contracts.values import ProcessingMethod
from tests.fakes.clock import FakeClock
from tests.fakes.inference import FakeTextExtraction
from tests.unit.handlers.examples import CONTEXT, TEXT_READING, TODAY, TickingClock
from workers.handlers.texts import parse_text
from workers.ports.errors import BackendError, NothingFoundError
from workers.ports.handling import CommandContext

COMMAND = ParseText(text="coffee 65")


async def parsed(context: CommandContext = CONTEXT, clock: FakeClock | None = None) -> TextParsed:
    decision = await parse_text(
        COMMAND, context, extraction=FakeTextExtraction(TEXT_READING), clock=clock or TickingClock()
    )
    (event,) = decision.events
    assert isinstance(event.payload, TextParsed)
    return event.payload


async def test_the_outcome_carries_the_reading_unchanged() -> None:
    outcome = await parsed()

    assert outcome.model_dump(exclude={"processing"}) == TEXT_READING.model_dump()


async def test_the_outcome_tells_how_it_came_about_and_how_long_it_took() -> None:
    processing = (await parsed()).processing

    assert processing.method is ProcessingMethod.RULES
    assert processing.duration_ms == 250
    assert [answer.capability for answer in processing.backends] == ["text_extraction"]
    assert not processing.degraded


async def test_the_outcome_belongs_to_its_command_alone() -> None:
    decision = await parse_text(COMMAND, CONTEXT, extraction=FakeTextExtraction(TEXT_READING), clock=FakeClock())

    assert decision.events[0].stream is None
    assert decision.states == ()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (ParseText(text="coffee 65"), TODAY),
        (ParseText(text="coffee 65", time_zone="Etc/GMT+12"), date(2026, 3, 1)),
        (ParseText(text="coffee 65", reference_date=date(2026, 1, 31)), date(2026, 1, 31)),
    ],
)
async def test_today_is_what_the_command_says_never_the_machine(command: ParseText, expected: date) -> None:
    extraction = FakeTextExtraction(TEXT_READING)

    await parse_text(command, CONTEXT, extraction=extraction, clock=FakeClock())

    ((_, context),) = extraction.asked
    assert context.reference_date == expected
    assert context.time_zone == command.time_zone


async def test_the_owners_currency_and_the_very_text_reach_the_extraction() -> None:
    extraction = FakeTextExtraction(TEXT_READING)
    command = ParseText(text="  laksa 12 ", default_currency=Currency.SGD)

    await parse_text(command, CONTEXT, extraction=extraction, clock=FakeClock())

    ((text, context),) = extraction.asked
    assert (text, context.default_currency) == ("laksa 12", Currency.SGD)


async def test_the_same_command_gives_the_same_payload_whenever_it_is_handled() -> None:
    later = CONTEXT._replace(now=datetime(2030, 1, 1, tzinfo=UTC), attempt=3)

    first, second = await parsed(clock=FakeClock()), await parsed(later, FakeClock())

    assert first == second


@pytest.mark.parametrize(
    "error",
    [
        NothingFoundError(ErrorCode.NO_AMOUNT, "no number stands for money"),
        NothingFoundError(ErrorCode.SEVERAL_PURCHASES, "two amounts"),
        BackendError(ErrorCode.BACKEND_UNAVAILABLE, "the model server is down"),
    ],
)
async def test_what_the_extraction_raises_is_for_the_runtime_to_judge(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        await parse_text(COMMAND, CONTEXT, extraction=FakeTextExtraction(error), clock=FakeClock())

    assert raised.value is error
