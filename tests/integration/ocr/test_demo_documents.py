"""The demo documents, from pixels to fields."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from adapters.inference.ocr.recognition import LocalTextRecognition
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from contracts.errors import ErrorCode
from contracts.money import Currency, Money
from contracts.readings import ReadingContext, ReceiptReading
from infra.tools.receipts.__main__ import DEFAULT_SEED, DOCUMENTS, picture
from infra.tools.receipts.wear import encode, wear_down
from tests.integration.ocr.demo import demo_image, demo_keys
from tests.unit.adapters.inference.receipts.papers import payment_method
from workers.ports.errors import NothingFoundError

KEYS = demo_keys()
RULES = RuleReceiptExtraction(payment_method)
UNPRICED = replace(DOCUMENTS[0], markup="# DOI SUNRISE COFFEE\n^ OPENING HOURS\n^ EVERY DAY FROM 8 TO 5\n")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognition() -> AsyncIterator[LocalTextRecognition]:
    async with LocalTextRecognition(processes=2) as started:
        yield started


@pytest.mark.ocr
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_every_demo_document_is_read_as_its_key_says(recognition: LocalTextRecognition) -> None:
    wrong = []
    contexts = [ReadingContext(reference_date=date.fromisoformat(key["reference_date"])) for key in KEYS]
    readings = await asyncio.gather(
        *(read(recognition, demo_image(key["file"]), context) for key, context in zip(KEYS, contexts, strict=True))
    )
    for key, reading in zip(KEYS, readings, strict=True):
        found = (
            reading.document,
            reading.total.value,
            reading.spent_on.value.isoformat() if reading.spent_on else None,
            reading.merchant.value if reading.merchant else None,
        )
        true = (key["kind"], Money.of(key["total"], Currency(key["currency"])), key["date"], key["merchant"])
        if found != true:
            wrong.append((key["file"], found, true))
    assert not wrong


@pytest.mark.ocr
@pytest.mark.asyncio(loop_scope="module")
async def test_noise_and_a_page_without_a_total_are_refused(recognition: LocalTextRecognition) -> None:
    """The deliberately unreadable images; the demo shows only readable ones."""
    context = ReadingContext(reference_date=date(2025, 6, 15))
    with pytest.raises(NothingFoundError) as unread:
        await read(recognition, unreadable(), context)
    assert unread.value.code in {ErrorCode.NO_TEXT_FOUND, ErrorCode.NO_TOTAL_FOUND}
    with pytest.raises(NothingFoundError) as unpriced:
        await read(recognition, picture(UNPRICED, DEFAULT_SEED, builtin_fonts=True), context)
    assert unpriced.value.code is ErrorCode.NO_TOTAL_FOUND


def test_there_are_enough_small_documents_of_both_kinds() -> None:
    assert len(KEYS) >= 14
    assert {key["kind"] for key in KEYS} == {"receipt", "slip"}
    assert all(len(demo_image(key["file"])) < 150 * 1024 for key in KEYS)


def test_the_committed_keys_are_the_generators() -> None:
    assert [key["file"] for key in KEYS] == [document.key.file for document in DOCUMENTS]
    assert [document.key.total for document in DOCUMENTS] == [key["total"] for key in KEYS]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    document = next(document for document in DOCUMENTS if document.key.file == "noodles-small.jpg")
    first = picture(document, DEFAULT_SEED, builtin_fonts=True)
    assert first == picture(document, DEFAULT_SEED, builtin_fonts=True)
    assert first != picture(document, DEFAULT_SEED + 1, builtin_fonts=True)


async def read(recognition: LocalTextRecognition, image: bytes, context: ReadingContext) -> ReceiptReading:
    reading, _ = await RULES.extract(await recognition.recognise(image), context)
    return reading


def unreadable() -> bytes:
    """A page worn down to nothing but noise."""
    speckles = np.random.default_rng(7).integers(0, 255, (400, 300), dtype=np.uint8)
    return encode(wear_down(Image.fromarray(speckles), "till", 1.0, seed=7), ".jpg", 1.0)
