from datetime import UTC, date, datetime

import pytest

from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from contracts.money import Currency
from contracts.readings import Read
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from tests.fakes.clock import FakeClock
from tests.fakes.inference import FakeTextExtraction
from tests.fakes.mappings import books
from tests.unit.domain.mapping_examples import own_mapping
from tests.unit.handlers.examples import CONTEXT, TEXT_READING, TODAY, TickingClock
from workers.handlers.texts import parse_text
from workers.ports.errors import BackendError, NothingFoundError
from workers.ports.handling import CommandContext

COMMAND = ParseText(text="coffee 65")


async def parsed(context: CommandContext = CONTEXT, clock: FakeClock | None = None) -> TextParsed:
    decision = await parse_text(
        COMMAND, context, extraction=FakeTextExtraction(TEXT_READING), books=books(), clock=clock or TickingClock()
    )
    (event,) = decision.events
    assert isinstance(event.payload, TextParsed)
    return event.payload


async def test_the_outcome_carries_the_reading_unchanged() -> None:
    outcome = await parsed()

    assert outcome.model_dump(exclude={"processing", "subcategory"}) == TEXT_READING.model_dump()


async def test_the_outcome_tells_how_it_came_about_and_how_long_it_took() -> None:
    processing = (await parsed()).processing

    assert processing.method is ProcessingMethod.RULES
    assert processing.duration_ms == 250
    assert [answer.capability for answer in processing.backends] == ["text_extraction"]
    assert not processing.degraded


async def test_the_outcome_belongs_to_its_command_alone() -> None:
    decision = await parse_text(
        COMMAND, CONTEXT, extraction=FakeTextExtraction(TEXT_READING), books=books(), clock=FakeClock()
    )

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

    await parse_text(command, CONTEXT, extraction=extraction, books=books(), clock=FakeClock())

    ((_, context),) = extraction.asked
    assert context.reference_date == expected
    assert context.time_zone == command.time_zone


async def test_the_owners_currency_and_the_very_text_reach_the_extraction() -> None:
    extraction = FakeTextExtraction(TEXT_READING)
    command = ParseText(text="  laksa 12 ", default_currency=Currency.SGD)

    await parse_text(command, CONTEXT, extraction=extraction, books=books(), clock=FakeClock())

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
        await parse_text(COMMAND, CONTEXT, extraction=FakeTextExtraction(error), books=books(), clock=FakeClock())

    assert raised.value is error


TAUGHT = own_mapping("coffee", Category.MERIT, subcategory="for the monks")


async def test_what_the_owner_taught_outranks_what_was_read_and_says_so() -> None:
    decision = await parse_text(
        COMMAND, CONTEXT, extraction=FakeTextExtraction(TEXT_READING), books=books(TAUGHT), clock=FakeClock()
    )

    outcome = decision.events[0].payload
    assert isinstance(outcome, TextParsed)
    assert (outcome.category.value, outcome.subcategory) == (Category.MERIT, "for the monks")
    assert (outcome.category.confidence, outcome.category.evidence) == (TAUGHT.success_rate, "coffee")
    share = outcome.processing.backends[-1]
    assert (share.capability, share.backend, share.step) == ("categorization", "mappings/1", "owner_mapping")
    unchanged = {"category", "subcategory", "confidence", "processing"}
    assert outcome.model_dump(exclude=unchanged) == TEXT_READING.model_dump(exclude=unchanged)


@pytest.mark.parametrize("payment", [None, Read[PaymentMethod](value=PaymentMethod.CASH, confidence=Confidence(0.5))])
async def test_the_whole_is_as_sure_as_its_parts_are_with_the_taught_category(
    payment: Read[PaymentMethod] | None,
) -> None:
    reading = TEXT_READING.model_copy(update={"payment_method": payment})

    decision = await parse_text(
        COMMAND, CONTEXT, extraction=FakeTextExtraction(reading), books=books(TAUGHT), clock=FakeClock()
    )

    outcome = decision.events[0].payload
    assert isinstance(outcome, TextParsed)
    parts = [outcome.amount.confidence, TAUGHT.success_rate, outcome.spent_on.confidence]
    assert outcome.confidence == Confidence.combine(*parts, *([payment.confidence] if payment else []))


@pytest.mark.parametrize("stranger", [{"owner": "anan"}, {"tenant": "globex"}])
async def test_what_others_taught_does_not_count(stranger: dict[str, str]) -> None:
    taught = own_mapping("coffee", Category.MERIT, **stranger)

    decision = await parse_text(
        COMMAND, CONTEXT, extraction=FakeTextExtraction(TEXT_READING), books=books(taught), clock=FakeClock()
    )

    outcome = decision.events[0].payload
    assert isinstance(outcome, TextParsed)
    assert outcome.category == TEXT_READING.category


async def test_a_merchant_that_was_read_is_found_by_its_usual_name() -> None:
    reading = TEXT_READING.model_copy(
        update={"merchant": Read[str](value="เซเว่น", confidence=Confidence(0.9)), "merchant_canonical": "7-Eleven"}
    )
    taught = own_mapping("7-Eleven", Category.BILLS)

    decision = await parse_text(
        ParseText(text="เซเว่น 65"),
        CONTEXT,
        extraction=FakeTextExtraction(reading),
        books=books(taught),
        clock=FakeClock(),
    )

    outcome = decision.events[0].payload
    assert isinstance(outcome, TextParsed)
    assert (outcome.category.value, outcome.category.evidence) == (Category.BILLS, "7-Eleven")
