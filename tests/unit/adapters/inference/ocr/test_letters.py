import math

import pytest

from adapters.inference.ocr.letters import (
    Letters,
    can_follow,
    counted,
    is_thai,
    letters_version,
    packed,
    shipped_content,
    unpacked,
)
from infra.tools.receipts.thai_documents import thai_document


@pytest.mark.parametrize("pair", ["ก่", "กิ", "ี่", "เก", "ก็", "กะ", "าะ", "ก์", "ธิ", "ิ์", "ุ์", "่า", "้ำ", "ฤๅ", "1ก", " เ"])
def test_what_is_printed_may_be_read(pair: str) -> None:
    assert can_follow(pair[0], pair[1])


@pytest.mark.parametrize("pair", ["่่", "่ิ", "ิี", "เิ", "เ่", "เ ", "แ1", "า่", "1่", " ะ", "็่", "ัะ", "่์", "ใเ", "กๅ", "ื "])
def test_what_cannot_be_printed_is_told(pair: str) -> None:
    assert not can_follow(pair[0], pair[1])


@pytest.mark.parametrize("mark", "่ิุ์ำะ")
def test_no_line_begins_with_a_mark(mark: str) -> None:
    assert not can_follow("", mark)


def test_every_document_that_is_measured_could_be_printed() -> None:
    for number in range(40):
        markup = thai_document(2568, number).markup
        impossible = [a + b for a, b in zip("\n" + markup, markup, strict=False) if is_thai(b) and not can_follow(a, b)]
        assert not impossible


def test_chances_of_all_letters_after_any_others_make_one() -> None:
    letters = Letters(counted([("กา", 3), ("กากา", 2)], 1))
    for before in ("", " ", "ก", "กา", "ฮฮฮ"):
        whole = sum(math.exp(letters.log_chance(before + chr(code))) for code in range(0x0E01, 0x0E5C))
        assert whole == pytest.approx(1.0)


def test_counts_come_back_from_their_file_and_the_same_counts_give_the_same_file() -> None:
    counts = counted([("กา", 3), ("มา", 2)], 1)
    again = dict(reversed(counts.items()))
    assert packed(counts) == packed(again)
    assert unpacked(packed(counts)).log_chance("กา") == Letters(counts).log_chance("กา")


def test_rare_rows_of_three_and_more_are_left_out() -> None:
    assert counted([("กาม", 1), ("กา", 2)], 2).keys() == {"ก", " ก", "า", "กา", " กา", "ม", "าม"}


def test_the_shipped_counts_know_how_thai_is_spelled() -> None:
    letters = unpacked(shipped_content())
    assert letters.log_chance("ร้า") > letters.log_chance("ร้ฮ") + 3
    assert letters.log_chance("ธนาคา") > letters.log_chance("ธนาคฮ")


def test_the_version_names_the_content() -> None:
    assert len(letters_version()) == 8
    assert letters_version() == letters_version()


def test_letters_are_counted_in_lines_that_are_the_same_each_time() -> None:
    from infra.tools.recogniser.letters import lines  # noqa: PLC0415  loads a dictionary

    first = [line for line, _ in zip(lines(), range(50), strict=False)]
    assert first == [line for line, _ in zip(lines(), range(50), strict=False)]
    assert all(is_thai(letter) for line, _ in first for letter in line)
