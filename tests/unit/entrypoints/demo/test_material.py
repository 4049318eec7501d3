"""What the demonstration sends."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.commands.receipts import ExtractReceipt
from contracts.values import MAX_INLINE_IMAGE_BYTES, ImageReference, InlineImage
from tests.fakes.images import MemoryImages
from workers.entrypoints.demo.material import (
    ImageItem,
    ImageKey,
    TextItem,
    image_command_item,
    own_or_given_images,
    own_or_given_texts,
    text_command_item,
)
from workers.entrypoints.failures import InputError


def test_the_given_texts_are_many_valid_thai_and_english() -> None:
    texts = own_or_given_texts(None)

    items = [text_command_item(text) for text in texts]

    assert len(items) >= 44
    assert sum(any("ก" <= char <= "๛" for char in text.text) for text in texts) >= 15
    assert sum(text.text.isascii() for text in texts) >= 15
    assert len({text.text for text in texts}) == len(texts)
    assert len({text.owner for text in texts}) >= 3


def test_the_given_images_all_have_their_key() -> None:
    images = own_or_given_images(None)

    assert len(images) >= 12
    assert not [image.file.name for image in images if image.key and image.key.spent_on is None]
    assert any(image.key.payment == "PromptPay" for image in images if image.key)
    assert not [image.file.name for image in images if image.key is None]
    assert not [image.file.name for image in images if image.reference_date is None]


def test_own_texts_may_be_plain_or_json(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(
        'taxi 120\n\n{"text": "กาแฟ 65", "owner": "ben", "reference_date": "2025-06-15"}\n', encoding="utf-8"
    )

    assert own_or_given_texts(file) == [TextItem("taxi 120"), TextItem("กาแฟ 65", "ben", date(2025, 6, 15))]


@pytest.mark.parametrize("line", ['{"txt": "x"}', "{", '{"text": "x", "reference_date": "soon"}'])
def test_a_wrong_line_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(f"taxi 120\n{line}\n")

    with pytest.raises(InputError, match="line 2"):
        own_or_given_texts(file)


def test_a_file_without_a_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()

    with pytest.raises(InputError, match="has no text"):
        own_or_given_texts(file)
    with pytest.raises(InputError, match=r"nowhere\.txt: No such file"):
        own_or_given_texts(tmp_path / "nowhere.txt")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(b"\xff")

    with pytest.raises(InputError, match="is no UTF-8"):
        own_or_given_texts(file)


def test_own_images_are_judged_by_their_keys_where_there_are_some(tmp_path: Path) -> None:
    (tmp_path / "b.JPG").write_bytes(b"x")
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "keys.jsonl").write_text(
        '{"file": "a.png", "total": "12.50", "currency": "THB", "merchant": "A", "category": "Travel"}\n'
    )

    first, second = own_or_given_images(tmp_path)

    assert first.key is not None
    assert first.key == ImageKey(Decimal("12.50"), "THB", "A", "Travel")
    assert (second.file.name, second.key) == ("b.JPG", None)


def test_a_folder_without_a_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no picture"):
        own_or_given_images(tmp_path)
    with pytest.raises(InputError, match="is no folder"):
        own_or_given_images(tmp_path / "nowhere")


async def test_a_small_picture_travels_inline_and_a_large_one_by_reference(tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(b"x")
    (tmp_path / "large.png").write_bytes(b"x" * (MAX_INLINE_IMAGE_BYTES + 1))
    store = MemoryImages()

    small = await image_command_item(ImageItem(tmp_path / "small.png"), store)
    large = await image_command_item(ImageItem(tmp_path / "large.png"), store)

    assert isinstance(small.command.command, ExtractReceipt)
    assert isinstance(small.command.command.image, InlineImage)
    assert isinstance(large.command.command, ExtractReceipt)
    assert isinstance(large.command.command.image, ImageReference)
    assert len(await store.load(large.command.command.image)) == MAX_INLINE_IMAGE_BYTES + 1
