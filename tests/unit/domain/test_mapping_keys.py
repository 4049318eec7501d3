import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.domain.mapping_keys import key_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7-Eleven", "7 ELEVEN"),
        ("７－Ｅｌｅｖｅｎ", "7-eleven"),
        ("  McDonald's  ", "mcdonald’s"),
        ("ร้าน ๗๗", "ร้าน 77"),
        ("น\u0e4d\u0e32 ปั่น", "น้ำ ปั่น".replace("\u0e49", "")),
        ("\u0e40\u0e40ดง", "แดง"),
        ("ป้า\u200bแดง", "ป้าแดง"),
        ("Café", "Cafe\u0301"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("หมอ", "หมอน"), ("taxi 100", "taxi 300"), ("ป้าแดง", "ป่าแดง"), ("711", "7 11")]
)
def test_names_that_differ_in_a_letter_or_digit_have_keys_that_differ(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("text", ["", " ", "-/.", "🍗", "\u200b"])
def test_a_text_without_letters_and_digits_has_no_key(text: str) -> None:
    assert key_of(text) == ""


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    assert key_of(key_of(text)) == key_of(text)


@given(st.text(max_size=60))
def test_case_and_surroundings_do_not_matter(text: str) -> None:
    assert key_of(f" {text}\n") == key_of(text)
