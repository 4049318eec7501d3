"""The area *receipts*."""

from __future__ import annotations

import hashlib

from contracts.commands.receipts import ExtractReceipt
from contracts.events.receipts import ImageFacts, ReceiptExtracted
from contracts.readings import BackendAnswer, Read, ReceiptReading
from contracts.values import MAX_DOCUMENT_TEXT, Category, Image, ImageReference, ProcessingMethod
from workers.handlers.books import Book, Books, Found
from workers.handlers.context import milliseconds_since, reading_context
from workers.handlers.mapped import mapped_category, mapping_share
from workers.handlers.processing import processed
from workers.handlers.recognition import recognise, remembered_of
from workers.ports.cache import Cache
from workers.ports.clock import Clock
from workers.ports.handling import CommandContext, Decision, NewEvent
from workers.ports.images import ImageStores
from workers.ports.inference import Categorization, Purchase, ReceiptExtraction, TextRecognition
from workers.ports.mappings import Wanted
from workers.ports.tenancy import charged_to


async def extract_receipt(  # noqa: PLR0913  one argument a port
    command: ExtractReceipt,
    context: CommandContext,
    *,
    images: ImageStores,
    recognition: TextRecognition,
    extraction: ReceiptExtraction,
    categorization: Categorization,
    books: Books,
    cache: Cache,
    clock: Clock,
) -> Decision:
    """Read the image of a receipt or slip: recognise its text, understand it, judge the category."""
    started = clock.monotonic()
    image = await _bytes_of(command.image, images, context)
    sha256 = _sha256(command.image, image)
    with charged_to(context.tenant, context.owner):
        identity = f"{remembered_of(context.tenant, context.owner)}{sha256}"
        text = await recognise(image, identity, recognition=recognition, cache=cache)
        reading, understood_by = await extraction.extract(text, reading_context(command, context))
        found = _mapped(reading, await books.of(context.tenant, context.owner))
        category, judged_by = await _judged(reading, found, categorization)
    extracted = ReceiptExtracted(
        **dict(reading),
        image=ImageFacts(
            sha256=sha256,
            media_type=text.media_type,
            size=len(image),
            key=command.image.key if isinstance(command.image, ImageReference) else None,
        ),
        category=category,
        subcategory=found.match.mapping.subcategory if found else None,
        lines=len(text.lines),
        processing=processed(
            ProcessingMethod.OCR_RULES,
            milliseconds_since(started, clock),
            (text.answer, *text.others, *understood_by, *judged_by),
        ),
    )
    return Decision((NewEvent(extracted),))


def purchase_of(reading: ReceiptReading) -> Purchase:
    """What tells a receipt's category: who sold, and what."""
    merchant = reading.merchant_canonical or (reading.merchant.value if reading.merchant else None)
    said = [merchant, *(item.description for item in reading.items)]
    return Purchase(text="\n".join(filter(None, said))[:MAX_DOCUMENT_TEXT], merchant=merchant)


def _mapped(reading: ReceiptReading, book: Book) -> Found | None:
    merchant = reading.merchant.value if reading.merchant else None
    usual = reading.merchant_canonical
    return book.find(Wanted(purchase_of(reading).text, merchant, (usual,) if usual else ()))


async def _judged(
    reading: ReceiptReading, found: Found | None, categorization: Categorization
) -> tuple[Read[Category], tuple[BackendAnswer, ...]]:
    """The category by what was taught, which costs no call, else by rules and models."""
    if found is not None:
        return mapped_category(found), (mapping_share(found),)
    return await categorization.categorise(purchase_of(reading))


async def _bytes_of(image: Image, images: ImageStores, context: CommandContext) -> bytes:
    if not isinstance(image, ImageReference):
        return image.data
    return await (await images.of(context.tenant, context.owner)).load(image)


def _sha256(image: Image, data: bytes) -> str:
    """The identity; of a stored image the store has checked it, and hashing 10 MiB again would hold up the others."""
    return image.sha256 if isinstance(image, ImageReference) else hashlib.sha256(data).hexdigest()
