"""What the demonstration sends: the texts and images that come with it, or one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.texts import ParseText
from workers.bootstrap.clients import Addressed
from workers.entrypoints.command_input import Sender, addressed
from workers.entrypoints.failures import InputError
from workers.entrypoints.images import content_key, fits_inline, inline_image, read_image, uploaded_image
from workers.ports.images import ImageStores

DATA: Final = Path(__file__).parent.parent / "demo_data"
TENANT: Final = "demo"
OWNER: Final = "you"
KEYS_FILE: Final = "keys.jsonl"
IMAGE_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class TextItem:
    """One spending text."""

    text: str
    owner: str = OWNER
    reference_date: date | None = None


@dataclass(frozen=True, slots=True)
class ImageKey:
    """What is right for an image, where it is known."""

    total: Decimal
    currency: str
    merchant: str
    category: str
    spent_on: date | None = None
    payment: str = ""


@dataclass(frozen=True, slots=True)
class ImageItem:
    """One picture."""

    file: Path
    owner: str = OWNER
    reference_date: date | None = None
    key: ImageKey | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A command of the demonstration and how its row is called.

    Attributes:
        text: the words of a text command.
        reference_date: what an undated picture is dated.
    """

    command: Addressed
    label: str
    text: str | None = None
    reference_date: date | None = None
    key: ImageKey | None = None


def own_or_given_texts(file: Path | None) -> list[TextItem]:
    """The texts of a file, one a line, plain or as JSON with text, owner and reference_date.

    Raises:
        InputError: the file cannot be read or has no text.
    """
    chosen = file or DATA / "texts.jsonl"
    try:
        lines = chosen.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{chosen}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise InputError(f"{chosen}: is no UTF-8") from None
    texts = [_text_item(chosen, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not texts:
        raise InputError(f"{chosen}: has no text")
    return texts


def own_or_given_images(folder: Path | None) -> list[ImageItem]:
    """The pictures of a folder, by name; its keys.jsonl, where there is one, says what is right.

    Raises:
        InputError: there is no such folder or no picture in it.
    """
    chosen = folder or DATA / "images"
    if not chosen.is_dir():
        raise InputError(f"{chosen}: is no folder")
    facts = _facts(chosen / KEYS_FILE) or (_facts(DATA / KEYS_FILE) if folder is None else {})
    files = sorted(file for file in chosen.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES)
    if not files:
        raise InputError(f"{chosen}: has no picture ({', '.join(sorted(IMAGE_SUFFIXES))})")
    return [_image_item(file, facts.get(file.name, {})) for file in files]


def text_command_item(item: TextItem) -> Item:
    """The command of a text.

    Raises:
        InputError: it cannot be sent.
    """
    data = {"text": item.text, "reference_date": item.reference_date}
    command = addressed(ParseText.type, data, Sender(TENANT, item.owner))
    return Item(command, item.text, text=item.text, reference_date=item.reference_date)


async def image_command_item(item: ImageItem, stores: ImageStores) -> Item:
    """The command of a picture; a large one is uploaded first.

    Raises:
        InputError: it cannot be sent.
        StorageError: it cannot be uploaded.
    """
    data = read_image(item.file)
    field = inline_image(data) if fits_inline(data) else await _uploaded(item.owner, data, stores)
    command = addressed(
        ExtractReceipt.type, {"image": field, "reference_date": item.reference_date}, Sender(TENANT, item.owner)
    )
    return Item(command, item.file.name, reference_date=item.reference_date, key=item.key)


async def _uploaded(owner: str, data: bytes, stores: ImageStores) -> dict[str, Any]:
    return await uploaded_image(await stores.of(TENANT, owner), content_key(TENANT, owner, data), data)


def _text_item(file: Path, number: int, line: str) -> TextItem:
    if not line.lstrip().startswith("{"):
        return TextItem(line.strip())
    try:
        fields = orjson.loads(line)
        return TextItem(fields["text"], fields.get("owner", OWNER), _day(fields.get("reference_date")))
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'{file}, line {number}: is no {{"text": ..., "owner": ..., "reference_date": "YYYY-MM-DD"}}'
        ) from None


def _image_item(file: Path, fact: dict[str, Any]) -> ImageItem:
    return ImageItem(file, fact.get("owner", OWNER), _day(fact.get("reference_date")), _key(fact) if fact else None)


def _key(fact: dict[str, Any]) -> ImageKey:
    return ImageKey(
        total=Decimal(fact["total"]),
        currency=fact["currency"],
        merchant=fact["merchant"],
        category=fact["category"],
        spent_on=_day(fact.get("date")),
        payment=fact.get("payment") or "",
    )


def _facts(file: Path) -> dict[str, dict[str, Any]]:
    if not file.is_file():
        return {}
    facts = [orjson.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {fact["file"]: fact for fact in facts}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
