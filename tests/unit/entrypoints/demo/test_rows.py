"""The table of the demonstration at every width."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from contracts.readings import Processing
from contracts.values import ProcessingMethod, TransactionKind
from tests.fakes.clock import NOON
from tests.fakes.commands import parsed
from tests.unit.entrypoints.demo.receipts import key_of, receipt
from tests.unit.entrypoints.demo.stories import command
from tests.unit.entrypoints.outcomes import outcome, rejected
from workers.entrypoints.demo.material import Item, TextItem, text_command_item
from workers.entrypoints.demo.play import Play, Sent
from workers.entrypoints.demo.rows import duration_ms, latency_ms, outcome_table, shortened

ITEM = text_command_item(TextItem("กาแฟ 65 บาท"))
WIDTHS = (60, 80, 99, 100, 119, 120, 200)


def sent(command_id: str, item: Item = ITEM) -> Sent:
    return Sent(command(command_id), item)


def lines(story: Play, width: int) -> Sequence[str]:
    out = io.StringIO()
    Console(file=out, width=width).print(outcome_table(story, width))
    return out.getvalue().splitlines()


STORY = Play(
    sent=[sent("c-1"), sent("c-2"), sent("c-3"), Sent(command("c-4"), ITEM, is_recording=True)],
    outcomes=[outcome(receipt(), "c-1"), outcome(rejected("c-2"), "c-2"), outcome(rejected(), "c-4")],
)


@pytest.mark.parametrize("width", WIDTHS)
def test_each_command_has_one_line_and_recordings_have_none(width: int) -> None:
    shown = lines(STORY, width)

    assert [line.startswith("กาแฟ 65 บาท") for line in shown] == [False, False, True, True, True]
    assert "rejected: no_amount" in shown[3]
    assert "no outcome" in shown[4]
    assert receipt().category.value in shown[2]
    assert all(cell_len(line) <= max(width, 80) for line in shown)


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (80, ["Sent", "Amount", "Merchant", "Category", "Conf."]),
        (100, ["Sent", "Date", "Amount", "Merchant", "Category", "Conf.", "ms"]),
        (120, ["Sent", "Date", "Amount", "Merchant", "Category", "Payment", "Conf.", "ms", "After", "ms"]),
    ],
)
def test_a_wider_terminal_shows_more(width: int, columns: list[str]) -> None:
    assert lines(STORY, width)[0].split() == columns


def test_a_rejection_tells_its_sentence_where_it_fits() -> None:
    assert "rejected: no_amount  " in lines(STORY, 80)[3]
    assert "rejected: no_amount: The text tells no amount of money." in lines(STORY, 200)[3]


def test_a_picture_read_otherwise_than_its_key_is_marked_with_the_keys_value() -> None:
    wrong = replace(key_of(receipt()), total=Decimal("1.25"))
    story = Play(
        sent=[sent("c-1", replace(ITEM, key=wrong)), sent("c-2", replace(ITEM, key=key_of(receipt())))],
        outcomes=[outcome(receipt(), "c-1"), outcome(receipt(), "c-2")],
    )

    assert [line.strip() for line in lines(story, 80) if "≠" in line] == [f"≠ total 1.25 {wrong.currency}"]


def test_another_kind_than_a_purchase_is_said() -> None:
    refund = parsed().model_copy(update={"kind": TransactionKind.REFUND})
    story = Play(sent=[sent("c-1")], outcomes=[outcome(refund, "c-1")])

    assert "(refund)" in lines(story, 80)[2]


def test_latency_counts_from_sending_to_publication_and_never_below_nothing() -> None:
    late = replace(outcome(parsed()), timestamp=NOON + timedelta(milliseconds=250))
    early = replace(outcome(parsed()), timestamp=NOON - timedelta(milliseconds=1))

    assert latency_ms(sent("c-1"), late) == 250
    assert latency_ms(sent("c-1"), early) == 0


@pytest.mark.parametrize(("taken", "told"), [(0.42, "0.4"), (9.94, "9.9"), (12.4, "12"), (640.0, "640")])
def test_the_duration_is_the_workers_own(taken: float, told: str) -> None:
    processing = Processing(method=ProcessingMethod.RULES, duration_ms=taken)

    assert duration_ms(parsed().model_copy(update={"processing": processing})) == told


def test_a_rejection_tells_no_duration() -> None:
    assert duration_ms(rejected()) == ""


def test_a_long_label_is_cut_to_its_width_on_the_terminal() -> None:
    cut = shortened("ข้าวผัดกะเพราหมูสับไข่ดาวเพิ่มข้าว\nและชาเย็นหนึ่งแก้ว 120 บาท", 20)

    assert cell_len(cut) <= 20
    assert cut.endswith("…")
    assert shortened("taxi\n 120", 40) == "taxi 120"
