"""Exact amounts and moments on a database that has neither."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from adapters.database.columns import ExactAmount, Moment, moment_of, moment_text, scaled, unscaled

SQLITE: Dialect = SQLiteDialect()
POSTGRESQL: Dialect = PGDialect()  # type: ignore[no-untyped-call]

amounts = st.decimals(min_value=0, max_value=Decimal("999999999999999.9999"), places=4)
moments = st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds the zone


@given(amounts)
def test_an_amount_comes_back_exactly(amount: Decimal) -> None:
    assert unscaled(scaled(amount)) == amount


@given(amounts, amounts)
def test_scaled_amounts_sort_as_amounts_do(one: Decimal, other: Decimal) -> None:
    assert (scaled(one) < scaled(other)) == (one < other)


def test_an_amount_with_five_decimals_is_refused_rather_than_rounded() -> None:
    with pytest.raises(ValueError, match="4 decimals"):
        scaled(Decimal("0.00001"))


@given(moments)
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert moment_of(moment_text(moment)) == moment


@given(moments, moments)
def test_texts_of_moments_sort_as_moments_do(one: datetime, other: datetime) -> None:
    assert (moment_text(one) < moment_text(other)) == (one < other)


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    bangkok = timezone(timedelta(hours=7))
    assert moment_text(datetime(2026, 3, 2, 0, 30, tzinfo=bangkok)) == "2026-03-01T17:30:00.000000Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        moment_text(datetime(2026, 3, 2))  # noqa: DTZ001  the case in question


def test_sqlite_is_given_integers_and_text() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert ExactAmount().process_bind_param(Decimal("1.50"), SQLITE) == 15_000
    assert ExactAmount().process_result_value(15_000, SQLITE) == Decimal("1.50")
    assert Moment().process_bind_param(noon, SQLITE) == "2026-03-02T12:00:00.000000Z"
    assert Moment().process_result_value("2026-03-02T12:00:00.000000Z", SQLITE) == noon


def test_postgresql_is_given_its_own_types() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert ExactAmount().process_bind_param(Decimal("1.50"), POSTGRESQL) == Decimal("1.50")
    assert Moment().process_bind_param(noon, POSTGRESQL) is noon


@pytest.mark.parametrize("column", [ExactAmount(), Moment()])
@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
def test_nothing_stays_nothing(column: ExactAmount | Moment, dialect: Dialect) -> None:
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None
