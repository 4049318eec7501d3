"""Readings against keys."""

from dataclasses import replace
from decimal import Decimal

from tests.unit.entrypoints.demo.receipts import key_of, receipt
from tests.unit.entrypoints.demo.stories import command
from tests.unit.entrypoints.outcomes import outcome, rejected
from workers.entrypoints.demo.material import ImageKey, TextItem, text_command_item
from workers.entrypoints.demo.play import Play, Sent
from workers.entrypoints.demo.score import differences, image_score

ITEM = text_command_item(TextItem("กาแฟ 65 บาท"))


def sent(command_id: str, key: ImageKey | None) -> Sent:
    return Sent(command(command_id), replace(ITEM, key=key))


def test_images_without_keys_are_not_scored() -> None:
    assert image_score(Play(sent=[sent("c-1", None)]), "pictures") is None


def test_an_image_that_was_not_understood_counts_as_wrong() -> None:
    story = Play(sent=[sent("c-1", ImageKey(Decimal(65), "THB", "A", "Travel"))], outcomes=[outcome(rejected())])

    assert image_score(story, "pictures") == (
        "pictures, against their keys: total right 0/1, merchant right 0/1, category right 0/1"
    )


def test_date_and_payment_count_where_the_key_tells_them() -> None:
    full = key_of(receipt())
    story = Play(
        sent=[sent("c-1", full), sent("c-2", replace(full, spent_on=None, payment="", merchant="Another"))],
        outcomes=[outcome(receipt(), "c-1"), outcome(receipt(), "c-2")],
    )

    assert image_score(story, "pictures") == (
        "pictures, against their keys: total right 2/2, date right 1/1, merchant right 1/2, category right 2/2,"
        " payment right 1/1"
    )


def test_what_differs_is_told_with_the_keys_value_and_case_does_not_count() -> None:
    event = receipt()
    key = key_of(event)

    assert differences(replace(key, merchant=key.merchant.swapcase()), event) == {}
    assert differences(replace(key, total=Decimal("1.25")), event) == {"total": f"1.25 {key.currency}"}
