import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.commands.receipts import ExtractReceipt
from contracts.errors import ErrorCode
from contracts.events.receipts import ReceiptExtracted
from contracts.mappings import MappingMatch
from contracts.money import Currency, Money
from contracts.readings import BackendAnswer, LineItem, Read, ReceiptReading
from contracts.values import MAX_DOCUMENT_TEXT, Category, ImageReference, InlineImage, ProcessingMethod
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock
from tests.fakes.images import MemoryImages
from tests.fakes.inference import FakeCategorization, FakeReceiptExtraction, FakeRecognition
from tests.fakes.mappings import books
from tests.unit.domain.mapping_examples import own_mapping
from tests.unit.handlers.examples import (
    CATEGORY,
    CONTEXT,
    RECEIPT_READING,
    RECOGNISED,
    SURE,
    TODAY,
    TickingClock,
)
from workers.handlers.receipts import extract_receipt, purchase_of
from workers.ports.errors import BackendError, ImageError, NothingFoundError
from workers.ports.inference import Purchase, RecognisedText
from workers.ports.tenancy import paying_tenant, served_owner

IMAGE = b"\x89PNG an image"
SHA256 = hashlib.sha256(IMAGE).hexdigest()


def inline(data: bytes = IMAGE) -> InlineImage:
    return InlineImage.model_construct(data=data)


class Desk:
    """The handler with its ports around it."""

    def __init__(
        self,
        recognised: RecognisedText | Exception = RECOGNISED,
        reading: ReceiptReading | Exception = RECEIPT_READING,
        category: Read[Category] | Exception = CATEGORY,
    ) -> None:
        self.images = MemoryImages()
        self.recognition = FakeRecognition(recognised)
        self.extraction = FakeReceiptExtraction(reading)
        self.categorization = FakeCategorization(category)
        self.cache = VisibleCache()
        self.books = books()

    async def extract(self, command: ExtractReceipt, clock: FakeClock | None = None) -> ReceiptExtracted:
        decision = await extract_receipt(
            command,
            CONTEXT,
            images=self.images,
            recognition=self.recognition,
            extraction=self.extraction,
            categorization=self.categorization,
            books=self.books,
            cache=self.cache,
            clock=clock or FakeClock(),
        )
        (event,) = decision.events
        assert (event.stream, decision.states) == (None, ())
        assert isinstance(event.payload, ReceiptExtracted)
        return event.payload


async def test_the_outcome_carries_the_reading_the_category_and_the_images_facts() -> None:
    outcome = await Desk().extract(ExtractReceipt(image=inline()))

    reading = {name: getattr(outcome, name) for name in ReceiptReading.model_fields}
    assert reading == dict(RECEIPT_READING)
    assert outcome.category == CATEGORY
    assert outcome.lines == 2
    assert (outcome.image.sha256, outcome.image.size) == (SHA256, len(IMAGE))
    assert outcome.image.media_type == "image/png"


async def test_the_outcome_tells_how_it_came_about() -> None:
    processing = (await Desk().extract(ExtractReceipt(image=inline()), TickingClock())).processing

    assert processing.method is ProcessingMethod.OCR_RULES
    assert processing.duration_ms == 250
    assert [answer.capability for answer in processing.backends] == [
        "text_recognition",
        "receipt_extraction",
        "categorization",
    ]


async def test_an_image_by_reference_is_read_from_the_store() -> None:
    desk = Desk()
    reference = await desk.images.save("acme/r-1.png", IMAGE)

    outcome = await desk.extract(ExtractReceipt(image=reference))

    assert desk.recognition.asked == [IMAGE]
    assert (outcome.image.sha256, outcome.image.size) == (SHA256, len(IMAGE))


async def test_inline_and_referenced_images_give_the_same_outcome() -> None:
    desk = Desk()
    reference = await desk.images.save("acme/r-1.png", IMAGE)

    by_value = await Desk().extract(ExtractReceipt(image=inline()))
    by_reference = await desk.extract(ExtractReceipt(image=reference))

    assert by_reference.image.key == reference.key
    image = by_reference.image.model_copy(update={"key": None})
    assert by_value == by_reference.model_copy(update={"image": image})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, TODAY),
        ({"time_zone": "Etc/GMT+12"}, date(2026, 3, 1)),
        ({"reference_date": date(2026, 1, 31)}, date(2026, 1, 31)),
    ],
)
async def test_the_day_comes_from_the_command(fields: dict[str, Any], expected: date) -> None:
    desk = Desk()

    await desk.extract(ExtractReceipt(image=inline(), default_currency=Currency.SGD, **fields))

    ((text, context),) = desk.extraction.asked
    assert text == RECOGNISED
    assert (context.reference_date, context.default_currency) == (expected, Currency.SGD)


async def test_the_category_is_judged_by_merchant_and_items() -> None:
    desk = Desk()

    await desk.extract(ExtractReceipt(image=inline()))

    assert desk.categorization.asked == [Purchase(text="Cafe Amazon\nIced latte\nCroissant", merchant="Cafe Amazon")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"merchant_canonical": None}, Purchase("CAFE AMAZON PTT\nIced latte\nCroissant", "CAFE AMAZON PTT")),
        ({"merchant": None, "merchant_canonical": None}, Purchase("Iced latte\nCroissant", None)),
        ({"merchant": None, "merchant_canonical": None, "items": ()}, Purchase("", None)),
    ],
)
def test_what_is_not_on_the_receipt_is_not_made_up(changes: dict[str, Any], expected: Purchase) -> None:
    assert purchase_of(RECEIPT_READING.model_copy(update=changes)) == expected


def test_an_endless_receipt_is_cut_for_the_categorisation() -> None:
    items = (LineItem(description="x" * 200, amount=Money.of("1")),) * 100

    purchase = purchase_of(RECEIPT_READING.model_copy(update={"items": items}))

    assert len(purchase.text) == MAX_DOCUMENT_TEXT


async def test_a_repeated_image_is_recognised_once_and_says_so() -> None:
    desk = Desk()

    first = await desk.extract(ExtractReceipt(image=inline()))
    second = await desk.extract(ExtractReceipt(image=inline()))

    assert desk.recognition.asked == [IMAGE]
    assert [outcome.processing.backends[0].cached for outcome in (first, second)] == [False, True]
    assert second.model_dump(exclude={"processing"}) == first.model_dump(exclude={"processing"})


@pytest.mark.parametrize(
    ("desk", "error"),
    [
        (Desk(recognised=ImageError(ErrorCode.IMAGE_UNREADABLE, "cut off")), ImageError),
        (Desk(recognised=NothingFoundError(ErrorCode.NO_TEXT_FOUND, "blank")), NothingFoundError),
        (Desk(recognised=BackendError(ErrorCode.BACKEND_TIMEOUT, "slow")), BackendError),
        (Desk(reading=NothingFoundError(ErrorCode.NO_TOTAL_FOUND, "no total")), NothingFoundError),
        (Desk(category=BackendError(ErrorCode.BACKEND_UNAVAILABLE, "down")), BackendError),
    ],
)
async def test_what_a_port_raises_is_for_the_runtime_to_judge(desk: Desk, error: type[Exception]) -> None:
    with pytest.raises(error):
        await desk.extract(ExtractReceipt(image=inline()))


async def test_an_image_that_is_not_in_the_store_is_the_stores_word() -> None:
    missing = ImageReference(key="acme/none.png", sha256=SHA256)

    with pytest.raises(ImageError) as raised:
        await Desk().extract(ExtractReceipt(image=missing))

    assert raised.value.code is ErrorCode.IMAGE_NOT_FOUND


async def test_confidence_of_the_outcome_is_the_readings() -> None:
    assert (await Desk().extract(ExtractReceipt(image=inline()))).confidence == SURE


async def test_an_engine_that_could_not_be_asked_degrades_the_outcome_and_is_named() -> None:
    down = BackendAnswer(capability="text_recognition", backend="vision", calls=0, unavailable="cannot be reached")

    processing = (await Desk(replace(RECOGNISED, others=(down,))).extract(ExtractReceipt(image=inline()))).processing

    assert down in processing.backends
    assert processing.degraded
    assert processing.degraded_reason == "text_recognition: vision cannot be reached"


async def test_the_tenant_of_the_command_pays_for_all_of_it_and_it_is_the_owners() -> None:
    asked: list[object] = []

    class Paid(FakeCategorization):
        async def categorise(self, purchase: Purchase) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
            asked.extend((paying_tenant(), served_owner()))
            return await super().categorise(purchase)

    desk = Desk()
    desk.categorization = Paid(CATEGORY)
    await desk.extract(ExtractReceipt(image=inline()))

    assert asked == [CONTEXT.tenant, (CONTEXT.tenant, CONTEXT.owner)]
    assert (paying_tenant(), served_owner()) == ("", None)


async def test_what_the_owner_taught_spares_the_question_for_the_category() -> None:
    desk = Desk()
    desk.books = books(own_mapping("Cafe Amazon", Category.MERIT, subcategory="for the monks"))

    outcome = await desk.extract(ExtractReceipt(image=inline()))

    assert (outcome.category.value, outcome.subcategory) == (Category.MERIT, "for the monks")
    assert outcome.category.evidence == "Cafe Amazon"
    assert outcome.processing.backends[-1].step == "owner_mapping"
    assert desk.categorization.asked == []


async def test_an_image_that_was_read_before_means_to_each_owner_what_they_taught() -> None:
    desk = Desk()
    await desk.extract(ExtractReceipt(image=inline()))
    desk.books = books(own_mapping("Iced latte", Category.TRAVEL, match=MappingMatch.PHRASE))

    outcome = await desk.extract(ExtractReceipt(image=inline()))

    assert len(desk.recognition.asked) == 1
    assert (outcome.category.value, outcome.category.evidence) == (Category.TRAVEL, "Iced latte")
