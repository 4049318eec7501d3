"""Column types that keep amounts and moments exact on databases that have no type for them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Numeric, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

SQLITE: Final = "sqlite"
PRECISION: Final = 19
SCALE: Final = 4
_UNIT: Final = Decimal(1).scaleb(-SCALE)
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"

Key: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared by code point: the same order on every database, and the cheapest."""


def scaled(amount: Decimal) -> int:
    """An amount in units of 1/10,000: SQLite knows only floats and integers, and only the latter are exact.

    Raises:
        ValueError: the amount has more than four decimals.
    """
    whole = amount.scaleb(SCALE)
    if whole != whole.to_integral_value():
        raise ValueError(f"an amount has at most {SCALE} decimals")
    return int(whole)


def unscaled(units: int) -> Decimal:
    return (Decimal(units) * _UNIT).quantize(_UNIT)


def moment_text(moment: datetime) -> str:
    """A moment as text of fixed width in UTC, so that sorting the text sorts the moments.

    Raises:
        ValueError: the moment has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone is no moment")
    return moment.astimezone(UTC).strftime(_MOMENT)


def moment_of(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


class ExactAmount(TypeDecorator[Decimal]):
    """NUMERIC(19, 4); on SQLite an integer of 1/10,000."""

    impl = Numeric(PRECISION, SCALE)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == SQLITE else Numeric(PRECISION, SCALE))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        return value if value is None or dialect.name != SQLITE else scaled(value)

    def process_result_value(self, value: Decimal | int | None, _dialect: Dialect) -> Decimal | None:
        return unscaled(value) if isinstance(value, int) else value


class Moment(TypeDecorator[datetime]):
    """TIMESTAMP WITH TIME ZONE; on SQLite text in UTC. Read back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(27) if dialect.name == SQLITE else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        return value if value is None or dialect.name != SQLITE else moment_text(value)

    def process_result_value(self, value: datetime | str | None, _dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return moment_of(value)
        return value and value.astimezone(UTC)


class present_moment(FunctionElement[datetime]):  # noqa: N801  a function in SQL
    """The database's own time, in the form of a `Moment`."""

    type = Moment()
    inherit_cache = True


@compiles(present_moment)
def _present(_element: present_moment, _compiler: SQLCompiler, **_: object) -> str:
    return "CURRENT_TIMESTAMP"


@compiles(present_moment, SQLITE)
def _present_on_sqlite(_element: present_moment, _compiler: SQLCompiler, **_: object) -> str:
    return "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"


# PostgreSQL refuses index rows above 2,704 bytes, and a character may take four: keys must stay within.
KEY_LENGTHS: Final = {
    "tenant": 64,
    "stream": 400,
    "handler": 64,
    "causation_id": 256,
    "owner": 128,
    "correlation_id": 256,
    "type": 200,
    "topic": 249,
}


def key_lengths(*names: str) -> list[CheckConstraint]:
    """That keys, by their columns' names, are neither empty nor too long for an index."""
    return [CheckConstraint(f"length({name}) between 1 and {KEY_LENGTHS[name]}", name) for name in names]
