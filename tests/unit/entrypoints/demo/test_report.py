"""What was spent on what, as a chart."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from contracts.money import Currency, Money
from contracts.values import Category
from tests.unit.entrypoints.demo.stories import true_story
from workers.entrypoints.demo.report import category_chart


def printed(shown: RenderableType, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(shown)
    return out.getvalue()


def test_the_chart_adds_up_each_category_within_its_currency() -> None:
    (entry,) = true_story().entries
    dollars = entry._replace(amount=Money.of("10", Currency.USD), category=Category.TRAVEL)
    food = entry._replace(amount=Money.of("35"), category=Category.FOOD)

    text = printed(category_chart([food._replace(amount=Money.of("65")), food, dollars], 200))

    assert "100.00 THB" in text
    assert "10.00 USD" in text
    assert "อาหารและเครื่องดื่ม" in text
    assert "█" * 40 in text


def test_nothing_recorded_is_an_empty_chart() -> None:
    assert printed(category_chart([], 80)).strip() == ""


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_every_category_stays_on_one_line(width: int) -> None:
    (entry,) = true_story().entries
    entries = [entry._replace(amount=Money.of("1234567.00"), category=category) for category in Category]

    lines = printed(category_chart(entries, width), width).splitlines()

    assert all(cell_len(line) <= width for line in lines)
    assert sum("1,234,567.00 THB" in line for line in lines) == len(Category)
    assert len([line for line in lines if line.strip()]) == len(Category) + 2


def test_currencies_with_equally_many_categories_come_by_name() -> None:
    (entry,) = true_story().entries
    entries = [entry._replace(amount=Money.of("10", currency)) for currency in (Currency.USD, Currency.SGD)]

    orders = [printed(category_chart(order, 100)) for order in (entries, entries[::-1])]

    assert orders[0] == orders[1]
    assert orders[0].index("SGD") < orders[0].index("USD")
