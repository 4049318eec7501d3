"""What the demonstration shows."""

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from rich.cells import cell_len
from rich.console import Console, RenderableType

from contracts.money import Currency, Money
from contracts.values import Category
from tests.fakes.clock import NOON
from tests.fakes.commands import parsed
from tests.unit.entrypoints.demo.stories import command, true_story
from tests.unit.entrypoints.outcomes import outcome, rejected
from workers.entrypoints.demo.material import ImageKey, Item, TextItem, text_command_item
from workers.entrypoints.demo.play import Play, Sent
from workers.entrypoints.demo.report import (
    category_chart,
    image_score,
    latency_ms,
    outcome_table,
    shortened,
)

ITEM = text_command_item(TextItem("กาแฟ 65 บาท"))


def printed(shown: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(shown)
    return out.getvalue()


def sent(command_id: str, item: Item = ITEM) -> Sent:
    return Sent(command(command_id), item)


def test_each_command_has_a_row_and_recordings_have_none() -> None:
    story = Play(
        sent=[sent("c-1"), sent("c-2"), sent("c-3"), Sent(command("c-4"), ITEM, is_recording=True)],
        outcomes=[outcome(parsed(), "c-1"), outcome(rejected("c-2"), "c-2"), outcome(rejected(), "c-4")],
    )

    text = printed(outcome_table(story))

    assert text.count("กาแฟ 65 บาท") == 3
    assert "65.00 THB" in text
    assert text.count("rejected: no_amount") == 1
    assert "no outcome" in text


def test_latency_counts_from_sending_to_publication_and_never_below_nothing() -> None:
    late = replace(outcome(parsed()), timestamp=NOON + timedelta(milliseconds=250))
    early = replace(outcome(parsed()), timestamp=NOON - timedelta(milliseconds=1))

    assert latency_ms(sent("c-1"), late) == 250
    assert latency_ms(sent("c-1"), early) == 0


def test_the_chart_adds_up_each_category_within_its_currency() -> None:
    (entry,) = true_story().entries
    dollars = replace(entry, amount=Money.of("10", Currency.USD), category=Category.TRAVEL)
    food = replace(entry, amount=Money.of("35"), category=Category.FOOD)

    text = printed(category_chart([replace(food, amount=Money.of("65")), food, dollars]))

    assert "100.00 THB" in text
    assert "10.00 USD" in text
    assert "อาหารและเครื่องดื่ม" in text
    assert "█" * 40 in text


def test_nothing_recorded_is_an_empty_chart() -> None:
    assert printed(category_chart([])).strip() == ""


def test_images_without_keys_are_not_scored() -> None:
    assert image_score(Play(sent=[sent("c-1")])) is None


def test_an_image_that_was_not_understood_counts_as_wrong() -> None:
    key = ImageKey(Decimal(65), "THB", "A", "Travel")
    story = Play(sent=[sent("c-1", replace(ITEM, key=key))], outcomes=[outcome(rejected())])

    assert image_score(story) == "images against their keys: total right 0/1, merchant right 0/1, category right 0/1"


def test_a_long_label_is_cut_to_its_width_on_the_terminal() -> None:
    cut = shortened("ข้าวผัดกะเพราหมูสับไข่ดาวเพิ่มข้าว\nและชาเย็นหนึ่งแก้ว 120 บาท", 20)

    assert cell_len(cut) <= 20
    assert cut.endswith("…")
    assert shortened("taxi\n 120") == "taxi 120"
