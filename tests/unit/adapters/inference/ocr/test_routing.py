"""Whose answer counts for a line. The Latin readings are what PP-OCRv6 makes of such lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.ocr.routing import Reading, chosen, merged, shows_thai, tidy

LATIN_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@pytest.mark.parametrize(
    ("latin", "thai", "text"),
    [
        (("wiuan", 0.48), ("เงินสด", 0.99), "เงินสด"),
        (("3,032.00", 1.0), ("3.032.00", 1.0), "3,032.00"),
        (("TOTAL 65.00", 0.97), ("ToTAL 65.00", 0.8), "TOTAL 65.00"),
        (("14-09-2567 15:13 u.", 0.98), ("14-09-2567 15:13 น.", 0.97), "14-09-2567 15:13 น."),
        (("THANK YOU", 0.97), ("THANK YOบ", 0.6), "THANK YOU"),
        (("a", 0.58), ("อ", 0.3), "a"),
        (("8y", 0.25), (".ู", 0.57), "8y"),
    ],
    ids=["thai", "number", "latin", "sure but thai", "sure and latin", "neither sure", "a mark is no letter"],
)
def test_on_a_page_with_thai_each_line_is_his_who_can_read_it(
    latin: tuple[str, float], thai: tuple[str, float], text: str
) -> None:
    assert chosen(Reading(*latin), Reading(*thai)).text == text


@pytest.mark.parametrize(
    ("latin", "thai", "text"),
    [
        ("30/12/2567, 07:11 u.", "30/12/2567.07:11 น.", "30/12/2567, 07:11 น."),
        ("um: 05-02-2567 19:57", "วันที่: 05 02.2567 1957", "วันที่: 05-02-2567 19:57"),
        ("4,113.31 1m", "4.113.31 บาท", "4,113.31 บาท"),
        ("0.00 10", "0.00 บาท", "0.00 บาท"),
        ("ln5.064714044", "โทร. 064714044", "โทร. 064714044"),
        ("marv 7%", "ภาษี 7%", "ภาษี 7%"),
        ("30111:48", "เวลา 11:48", "เวลา 11:48"),
        ("Latte Sau", "Lafte ร้อน", "Latte ร้อน"),
        ("A21|37 0444986193141", "เลขประจำตัว 0444986193141", "เลขประจำตัว 0444986193141"),
    ],
)
def test_numbers_and_latin_words_in_a_thai_line_are_the_latin_reading_s_where_both_see_the_same(
    latin: str, thai: str, text: str
) -> None:
    assert merged(latin, thai) == text


def test_a_page_shows_thai_by_a_line_one_cannot_read_and_the_other_can() -> None:
    unread, number = (Reading("raunamlusms", 0.64), Reading("ขอบคุณที่ใช้", 0.9)), (Reading("65", 1.0), Reading("65", 1.0))
    assert shows_thai([number, unread])
    assert not shows_thai([number])
    assert not shows_thai([])
    assert not shows_thai([(Reading("CASH", 0.99), Reading("เงินสด", 0.99))])
    assert not shows_thai([(Reading("~~", 0.3), Reading("ขอ", 0.99))])
    assert not shows_thai([(Reading("smudge", 0.3), Reading("ขอบคุณ", 0.4))])


@given(LATIN_TEXT, st.floats(0, 1), LATIN_TEXT, st.floats(0, 1))
def test_without_thai_letters_the_latin_reading_stays_as_it_is(latin: str, sure: float, thai: str, own: float) -> None:
    reading = Reading(latin, sure)
    assert chosen(reading, Reading(thai, own)) is reading
    assert not shows_thai([(reading, Reading(thai, own))])


def test_vowels_and_tones_that_stand_on_nothing_are_dirt() -> None:
    assert tidy("โทร. 0772800้31") == "โทร. 077280031"
    assert tidy("น้ำ  ดื่ม ์") == "น้ำ ดื่ม"


@pytest.mark.parametrize("seen", ["PAD BY INรURANCE", "CAรH", "D0I รUNRISE COFFEE"])
def test_a_thai_letter_in_the_middle_of_a_latin_word_is_a_look_alike(seen: str) -> None:
    latin = Reading("PAID BY INSURANCE", 0.97)
    assert chosen(latin, Reading(seen, 0.96)) == latin
