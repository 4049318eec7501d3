import base64
import unicodedata
from datetime import UTC, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.values import (
    MAX_INLINE_IMAGE_BYTES,
    Category,
    CleanText,
    Confidence,
    Image,
    ImageReference,
    InlineImage,
    Language,
    LocalTime,
    PaymentMethod,
    Sha256,
    SpendingText,
    TimeZoneName,
    normalise_text,
)


def read(annotation: Any, value: object) -> Any:  # noqa: ANN401  any annotation
    return TypeAdapter(annotation).validate_python(value)


def refusal(annotation: Any, value: object) -> str:  # noqa: ANN401  any annotation
    with pytest.raises(ValidationError) as caught:
        read(annotation, value)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize("value", [0, 0.0, 0.5, 1, 1.0])
def test_a_confidence_lies_from_0_to_1(value: float) -> None:
    assert Confidence(value).value == value


@pytest.mark.parametrize("value", [-0.0001, 1.0001, float("nan"), float("inf"), float("-inf")])
def test_a_confidence_outside_is_refused(value: float) -> None:
    with pytest.raises(ValidationError):
        Confidence(value)


@pytest.mark.parametrize(
    ("value", "high", "acceptable", "medium"),
    [
        (0.8, True, True, True),
        (0.79999, False, True, True),
        (0.7, False, True, True),
        (0.69999, False, False, True),
        (0.6, False, False, True),
        (0.59999, False, False, False),
    ],
)
def test_the_steps_of_confidence(value: float, *, high: bool, acceptable: bool, medium: bool) -> None:
    confidence = Confidence(value)
    assert (confidence.is_high, confidence.is_acceptable, confidence.is_medium) == (high, acceptable, medium)


def test_confidences_combine_to_the_geometric_mean() -> None:
    assert Confidence.combine(Confidence(0.9), Confidence(0.4)).value == pytest.approx(0.6)
    assert Confidence.combine(Confidence(1.0), Confidence(0.0)).value == 0
    assert Confidence.combine(Confidence(0.73)).value == pytest.approx(0.73)


def test_nothing_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="nothing to combine"):
        Confidence.combine()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_a_combination_lies_between_its_parts(parts: list[float]) -> None:
    combined = Confidence.combine(*map(Confidence, parts)).value
    assert min(parts) - 1e-9 <= combined <= max(parts) + 1e-9


def test_the_fourteen_categories_have_distinct_thai_names() -> None:
    assert len({category.thai for category in Category}) == len(Category) == 14


def test_which_categories_are_cultural_and_which_essential() -> None:
    assert {category.name for category in Category if category.is_cultural} == {
        "FAMILY",
        "MERIT",
        "FESTIVAL",
        "TEMPLE",
    }
    assert {category.name for category in Category if category.is_essential} == {
        "FOOD",
        "GROCERIES",
        "HEALTHCARE",
        "BILLS",
        "TRANSPORTATION",
    }


def test_the_nine_payment_methods_have_distinct_thai_names() -> None:
    assert len({method.thai for method in PaymentMethod}) == len(PaymentMethod) == 9


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("กาแฟ 65 บาท", Language.THAI),
        ("coffee 65", Language.ENGLISH),
        ("65", Language.ENGLISH),
        ("ก" * 7 + "a" * 3, Language.MIXED),
        ("ก" * 71 + "a" * 29, Language.THAI),
        ("ก" + "a" * 9, Language.ENGLISH),
        ("ก" * 11 + "a" * 89, Language.MIXED),
    ],
)
def test_the_language_is_told_by_the_share_of_thai_letters(text: str, language: Language) -> None:
    assert Language.of(text) is language


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  taxi 100 ", "taxi 100"),
        ("taxi\x00 100\x07", "taxi 100"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("cafe\u0301", "café"),
        ("e\x00\u0301", "é"),
        ("\x00 ก \x00", "ก"),
    ],
)
def test_texts_are_normalised(text: str, clean: str) -> None:
    assert normalise_text(text) == clean


@given(st.text())
def test_a_clean_text_is_nfc_without_control_characters_and_stays_as_it_is(text: str) -> None:
    clean = read(CleanText, text)
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(char) == "Cc" for char in clean if char not in "\n\t")
    assert read(CleanText, clean) == clean


@pytest.mark.parametrize("length", [1, 1_999, 2_000])
def test_a_spending_text_has_up_to_2000_characters(length: int) -> None:
    assert len(read(SpendingText, "ก" * length)) == length


@pytest.mark.parametrize("text", ["", " \n", "\x00", "ก" * 2_001])
def test_a_blank_or_too_long_text_is_refused(text: str) -> None:
    assert refusal(SpendingText, text)


def test_lengths_are_counted_after_normalising() -> None:
    decomposes = "\u0958" * 1_001
    assert refusal(SpendingText, decomposes)
    assert len(read(SpendingText, "e\u0301" * 2_000)) == 2_000


@pytest.mark.parametrize("name", ["Asia/Bangkok", "UTC", "America/Argentina/Buenos_Aires"])
def test_iana_time_zones_are_known(name: str) -> None:
    assert read(TimeZoneName, name) == name


@pytest.mark.parametrize("name", ["", "Krung Thep", "asia/bangkok", "../etc/passwd", "+07:00", "x" * 65])
def test_other_time_zones_are_refused_without_repeating_them(name: str) -> None:
    reason = refusal(TimeZoneName, name)
    assert not name or name not in reason


def test_a_local_time_has_no_offset() -> None:
    assert read(LocalTime, "12:40") == time(12, 40)
    assert "no offset" in refusal(LocalTime, "12:40:00+07:00")
    assert "no offset" in refusal(LocalTime, time(12, 40, tzinfo=UTC))


@pytest.mark.parametrize("value", ["a" * 63, "a" * 65, "A" * 64, "g" * 64, ""])
def test_a_sha256_has_64_lower_case_hexadecimal_digits(value: str) -> None:
    assert read(Sha256, "0a" * 32)
    assert refusal(Sha256, value)


def encoded(size: int) -> bytes:
    return base64.b64encode(b"x" * size)


@pytest.mark.parametrize("size", [1, MAX_INLINE_IMAGE_BYTES])
def test_an_inline_image_has_1_byte_to_512_kib(size: int) -> None:
    assert len(InlineImage(data=encoded(size)).data) == size


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "at least 1 byte"),
        (encoded(MAX_INLINE_IMAGE_BYTES + 1), "send a larger one by reference"),
        (b"%PDF-1.7", "no base64"),
        (b"AAA", "no base64"),
    ],
)
def test_other_inline_images_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        InlineImage(data=data)


def test_wrapped_base64_is_taken_and_written_unwrapped() -> None:
    image = InlineImage(data=base64.encodebytes(b"x" * 100))
    assert image.data == b"x" * 100
    assert image.model_dump(mode="json")["data"].encode() == encoded(100)


@pytest.mark.parametrize("key", ["r-1.jpg", "acme/2026/r_1.jpg", "a" * 512])
def test_an_image_key_is_a_plain_path(key: str) -> None:
    assert ImageReference(key=key, sha256="0a" * 32).key == key


@pytest.mark.parametrize("key", ["", "/r.jpg", "a" * 513, "a b", "a\\b", "ก.jpg", "a?b"])
def test_other_image_keys_are_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        ImageReference(key=key, sha256="0a" * 32)


def test_an_image_says_how_it_is_sent() -> None:
    assert isinstance(read(Image, {"kind": "inline", "data": "eA=="}), InlineImage)
    assert isinstance(read(Image, {"kind": "reference", "key": "a", "sha256": "0a" * 32}), ImageReference)
    assert "kind" in refusal(Image, {"data": "eA=="})
