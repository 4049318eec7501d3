from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.money import CURRENCY_WORDS, MAX_AMOUNT, Currency, Money


def baht(amount: str) -> Money:
    return Money.of(amount)


def refusal(amount: object, currency: str = "THB") -> str:
    with pytest.raises(ValidationError) as caught:
        Money.model_validate({"amount": amount, "currency": currency})
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize("amount", ["0", "0.00", "0.01", "1", "120.5", "999999999999.99", " 65 ", "-0"])
def test_amounts_within_the_bounds_are_taken(amount: str) -> None:
    assert Money.model_validate({"amount": amount, "currency": "THB"}).amount == Decimal(amount.strip())


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (120.5, "never a JSON number"),
        (120, "never a JSON number"),
        (True, "never a JSON number"),
        ("NaN", "neither NaN nor Infinity"),
        ("Infinity", "neither NaN nor Infinity"),
        ("-inf", "neither NaN nor Infinity"),
        (Decimal("sNaN"), "neither NaN nor Infinity"),
        ("-0.01", "not negative"),
        ("1000000000000", "at most 999999999999.99"),
        ("999999999999.991", "at most 999999999999.99"),
        ("0.001", "at most 2 decimals"),
        ("1e3", "no decimal number"),
        ("1_000", "no decimal number"),
        ("1,000", "no decimal number"),
        ("๑๒๐", "no decimal number"),
        ("", "no decimal number"),
        ("twelve", "no decimal number"),
        (None, "Decimal"),
        ([], "Decimal"),
    ],
)
def test_an_amount_that_is_refused_is_told_why(amount: object, reason: str) -> None:
    assert reason in refusal(amount)


def test_a_refusal_never_repeats_the_amount() -> None:
    for amount in ("-13.37", "13.371", "13.37x"):
        assert "13.37" not in refusal(amount)


@pytest.mark.parametrize(("amount", "taken"), [("1200", True), ("1200.00", True), ("1200.5", False)])
def test_yen_have_no_decimals(amount: str, *, taken: bool) -> None:
    if taken:
        assert str(Money.model_validate({"amount": amount, "currency": "JPY"})) == "1,200 JPY"
    else:
        assert "JPY has at most 0 decimals" in refusal(amount, "JPY").replace("an amount in ", "")


def test_the_wire_carries_the_digits_of_the_currency() -> None:
    assert baht("120.5").model_dump_json() == '{"amount":"120.50","currency":"THB"}'
    assert Money.of("1200", Currency.JPY).model_dump_json() == '{"amount":"1200","currency":"JPY"}'
    assert Money.of(Decimal("1E+3")).model_dump_json() == '{"amount":"1000.00","currency":"THB"}'


def test_minus_nothing_is_nothing() -> None:
    assert Money.model_validate({"amount": "-0.00", "currency": "THB"}).model_dump_json() == (
        '{"amount":"0.00","currency":"THB"}'
    )


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", Currency.THB, "0.01"),
        ("0.004", Currency.THB, "0.00"),
        ("2.5", Currency.JPY, "3"),
        ("1.115", Currency.USD, "1.12"),
    ],
)
def test_of_rounds_half_up(amount: str, currency: Currency, rounded: str) -> None:
    assert format(Money.of(amount, currency).amount, "f") == rounded


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e30"])
def test_of_refuses_what_is_no_amount_with_a_value_error(amount: str) -> None:
    with pytest.raises(ValueError, match="an amount is"):
        Money.of(amount)


def test_arithmetic_stays_within_one_currency() -> None:
    assert baht("1.10") + baht("2.20") == baht("3.30")
    assert baht("3.30") - baht("2.20") == baht("1.10")
    assert baht("0.35") * 3 == baht("1.05")
    assert baht("1.00") * Decimal("0.07") == baht("0.07")
    assert baht("1") < baht("2")
    assert baht("2") > baht("1")
    assert baht("2") <= baht("2")
    assert baht("2") >= baht("2")


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_two_currencies_are_never_combined(operation: str) -> None:
    with pytest.raises(ValueError, match="cannot combine THB with USD"):
        getattr(baht("1"), operation)(Money.of("1", Currency.USD))


def test_a_negative_difference_is_refused() -> None:
    with pytest.raises(ValidationError, match="not negative"):
        baht("1") - baht("2")


def test_a_sum_beyond_the_largest_amount_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most"):
        Money.of(MAX_AMOUNT) + baht("0.01")


def test_money_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        baht("1").amount = Decimal(2)  # type: ignore[misc]


@given(st.decimals(min_value=0, max_value=MAX_AMOUNT, places=2, allow_nan=False))
def test_money_survives_the_wire(amount: Decimal) -> None:
    money = Money.of(amount)
    assert Money.model_validate_json(money.model_dump_json()) == money


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_sums_are_exact(left: int, right: int) -> None:
    cents = Money.of(Decimal(left).scaleb(-2)) + Money.of(Decimal(right).scaleb(-2))
    assert cents.amount.scaleb(2) == left + right


@pytest.mark.parametrize(
    ("word", "currency"), [(word, currency) for currency, words in CURRENCY_WORDS.items() for word in words]
)
def test_a_currency_is_known_by_every_word_in_any_case(word: str, currency: Currency) -> None:
    assert Currency.parse(f" {word.upper()} ") is Currency.parse(word.lower()) is currency


def test_no_word_means_two_currencies() -> None:
    words = [word.casefold() for words in CURRENCY_WORDS.values() for word in words]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("text", ["", "XYZ", "bitcoin"])
def test_an_unknown_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unknown currency"):
        Currency.parse(text)
