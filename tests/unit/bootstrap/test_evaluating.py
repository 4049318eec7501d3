"""Reading for an evaluation: the handlers themselves, told apart by what became of each case."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from adapters.cache.memory import MemoryCache
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.readings import TextReading
from contracts.values import MAX_IMAGE_BYTES, Category, ImageReference
from tests.fakes.inference import (
    ENGINE,
    FakeCategorization,
    FakeReceiptExtraction,
    FakeRecognition,
    FakeTextExtraction,
)
from tests.fakes.mappings import MemoryMappings
from tests.unit.handlers.examples import CATEGORY, RECEIPT_READING, RECOGNISED, TEXT_READING, TODAY, TickingClock
from workers.bootstrap.evaluating import NothingTaught, OnePicture, Pipeline, memory_peaks, reading_pipeline
from workers.bootstrap.models import Backends
from workers.config import Settings
from workers.ports.errors import (
    BackendError,
    CapabilityOutageError,
    ImageError,
    NothingFoundError,
    UnavailableError,
)

TEXT = ParseText(text="coffee 65", reference_date=TODAY)


def backends(
    text: TextReading | Exception = TEXT_READING,
    recognition: FakeRecognition | None = None,
    receipts: FakeReceiptExtraction | None = None,
) -> Backends:
    return Backends(
        recognition=recognition or FakeRecognition(RECOGNISED),
        receipts=receipts or FakeReceiptExtraction(RECEIPT_READING),
        texts=FakeTextExtraction(text),
        categories=FakeCategorization(CATEGORY),
    )


def pipeline(asked: Backends) -> Pipeline:
    clock = TickingClock()
    return Pipeline(asked, MemoryCache(clock), clock)


async def test_a_text_is_told_with_its_fields_its_time_and_who_answered() -> None:
    answer = await pipeline(backends()).read_text(TEXT)
    assert {name: said.shown for name, said in answer.said.items()} == {
        "amount": "65",
        "currency": "THB",
        "category": "Food & Dining",
        "date": "2026-03-02",
    }
    assert (answer.confidence, answer.refused, answer.failure, answer.degraded) == (0.9, None, None, False)
    assert [share.backend for share in answer.shares] == ["fake-rules-1"]
    assert answer.seconds > 0


async def test_a_picture_is_read_with_its_day_its_currency_and_its_category() -> None:
    receipts, recognition = FakeReceiptExtraction(RECEIPT_READING), FakeRecognition(RECOGNISED)
    asked = pipeline(backends(recognition=recognition, receipts=receipts))
    answer = await asked.read_picture(b"picture", date(2025, 6, 15), Currency.MYR)
    assert recognition.asked == [b"picture"]
    ((_, context),) = receipts.asked
    assert (context.reference_date, context.default_currency) == (date(2025, 6, 15), Currency.MYR)
    assert (answer.said["total"].shown, answer.said["category"].shown) == ("107", "Food & Dining")
    assert [share.backend for share in answer.shares] == [ENGINE, "fake-rules-1", "fake-rules-1"]


async def test_a_picture_without_a_day_was_handed_in_today() -> None:
    receipts = FakeReceiptExtraction(RECEIPT_READING)
    await pipeline(backends(receipts=receipts)).read_picture(b"picture", None, Currency.THB)
    assert receipts.asked[0][1].reference_date == TODAY


async def test_what_is_refused_is_told_by_its_code() -> None:
    refused = NothingFoundError(ErrorCode.NO_AMOUNT, "no amount")
    answer = await pipeline(backends(refused)).read_text(TEXT)
    assert (answer.refused, answer.failure, dict(answer.said)) == ("no_amount", None, {})
    assert answer.seconds > 0


@pytest.mark.parametrize(
    "failure",
    [
        BackendError(ErrorCode.BACKEND_TIMEOUT, "ollama took more than 20 s"),
        CapabilityOutageError("text_extraction", "ollama is out"),
    ],
)
async def test_a_backend_that_is_out_is_no_wrong_answer(failure: Exception) -> None:
    answer = await pipeline(backends(failure)).read_text(TEXT)
    assert (answer.refused, answer.failure) == (None, str(failure))


async def test_a_defect_is_not_taken_for_an_answer() -> None:
    with pytest.raises(ZeroDivisionError):
        await pipeline(backends(ZeroDivisionError())).read_text(TEXT)


async def test_nothing_is_taught() -> None:
    nothing, empty = NothingTaught(), MemoryMappings()
    assert await nothing.versions("t", "o") == await empty.versions("t", "o")
    assert list(await nothing.of_owner("t", "o")) == list(await empty.of_owner("t", "o"))


async def test_a_picture_at_hand_is_given_out_as_a_store_would() -> None:
    picture = OnePicture(b"picture")
    assert picture.reference.sha256 == hashlib.sha256(b"picture").hexdigest()
    assert await (await picture.of("t", "o")).load(picture.reference) == b"picture"
    large = OnePicture(bytes(MAX_IMAGE_BYTES + 1))
    with pytest.raises(ImageError) as refused:
        await large.load(ImageReference(key="x", sha256="0" * 64))
    assert refused.value.code is ErrorCode.IMAGE_TOO_LARGE


async def test_the_settings_count_without_a_broker_and_a_database() -> None:
    settings = Settings.model_validate(
        {"kafka": {"bootstrap_servers": "kafka:1"}, "database": {"url": "postgresql://nobody@nowhere:1/none"}}
    )
    async with reading_pipeline(settings, pictures=False) as opened:
        answer = await opened.read_text(ParseText(text="กาแฟ 65 บาท เงินสด", reference_date=TODAY))
    assert (answer.said["amount"].shown, answer.said["payment_method"].shown) == ("65", "Cash")
    assert answer.said["category"].shown == Category.FOOD


async def test_a_model_that_is_set_and_missing_is_told_before_anything_is_read() -> None:
    settings = Settings.model_validate({"ocr": {"thai_model": "/nowhere/thai.onnx"}})
    with pytest.raises(UnavailableError, match="text recognition cannot start"):
        async with reading_pipeline(settings, pictures=True):
            pass


def test_memory_is_told_of_this_process() -> None:
    own, readers = memory_peaks()
    assert own > 10
    assert readers >= 0
