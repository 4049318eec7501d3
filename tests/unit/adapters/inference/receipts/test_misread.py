import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.receipts.misread import LABELS, mend, month_of
from contracts.money import Money
from tests.unit.adapters.inference.receipts.papers import read


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        ("รวมทั้งสิน", "รวมทั้งสิ้น"),
        ("ยอดสุทริ 4 ชิ้น", "ยอดสุทธิ 4 ชิ้น"),
        ("เงินลด", "เงินสด"),
        ("จำนวนเงิบรวมทั้งสื้น 1,177.00", "จำนวนเงินรวมทั้งสิ้น 1,177.00"),
        ("ภาษึมูลค่าเพีม 7%", "ภาษีมูลค่าเพิ่ม 7%"),
        ("โอนเงินสำเรจ", "โอนเงินสำเร็จ"),
        ("ค่าธรรณเนียม: 0.00 บาท", "ค่าธรรมเนียม: 0.00 บาท"),
        ("ฑอนเงิน", "ทอนเงิน"),
    ],
)
def test_a_label_with_a_wrong_letter_or_mark_is_put_right(read_as: str, meant: str) -> None:
    assert mend(read_as) == meant


@pytest.mark.parametrize(
    "text",
    [
        "นมสดพาสเจอร์ไรส์",
        "รวมมิตร",
        "ขนมปังแผ่น",
        "เงาะสด",
        "ส้มตำไทย",
        "ข้าวสวย",
        "ร้านรวมโชค",
        "ทอดมัน",
        "TOTAL",
        "",
        "123.00",
        "น้ำเงิน",
    ],
)
def test_what_is_no_label_stays_as_it_was_read(text: str) -> None:
    assert mend(text) == text


@given(st.sampled_from(LABELS))
def test_a_label_without_a_mistake_stays(label: str) -> None:
    assert mend(label) == label


@given(st.text(alphabet="รวมเงินทั้งสิ้ยอด 12.,/x", max_size=40))
def test_mending_twice_is_mending_once(text: str) -> None:
    assert mend(mend(text)) == mend(text)


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("มิ.ย.", 6),
        ("มิ.บ.", 6),
        ("เม.ย", 4),
        ("เณ.ย.", 4),
        ("กันยาบน", 9),
        ("พฤศจีกายน", 11),
        ("Sep", 9),
        ("Mer", 3),
        ("ม.ศ.", 1),
    ],
)
def test_the_nearest_month_is_meant(word: str, month: int) -> None:
    assert month_of(word) == month


@pytest.mark.parametrize("word", ["Juh", "บาท", "ชิ้น", "pcs", "นาที", "โต๊ะ"])
def test_a_word_between_two_months_or_near_none_is_no_month(word: str) -> None:
    assert month_of(word) is None


def test_a_receipt_whose_labels_are_misread_is_still_understood() -> None:
    reading = read("ร้านป้าแดง\nวันที่ 3 มิ.บ. 2568\nข้าวผัด 60.00\nรวมทังสิน 60.00\nเงินลด 100.00\nเงีนทอน 40.00")
    assert reading.total.value == Money.of("60.00")
    assert reading.spent_on is not None
    assert (reading.spent_on.value.month, reading.spent_on.value.year) == (6, 2025)
    assert reading.payment_method is not None


def test_the_letters_of_a_long_label_may_be_wrong_anywhere() -> None:
    chance = random.Random(7)
    label = "จำนวนเงินรวมทั้งสิ้น"
    consonants = [place for place, char in enumerate(label) if "ก" <= char <= "ฮ"]
    for _ in range(50):
        place = chance.choice(consonants)
        assert mend(label[:place] + "ฐ" + label[place + 1 :]) == label
