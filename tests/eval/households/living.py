"""Lets a household live for some days, and writes down what it spends."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from contracts.money import Currency
from contracts.values import Category, PaymentMethod
from workers.domain.insights.festivals import chinese_new_year, loy_krathong
from workers.domain.insights.history import Spent

METHODS: Final = (PaymentMethod.CASH, PaymentMethod.PROMPTPAY, PaymentMethod.CREDIT_CARD, PaymentMethod.QR_CODE)


@dataclass(frozen=True)
class Habit:
    """What is bought now and then.

    Attributes:
        a_day: how often on a usual day, on average.
        amount: the median sum, baht.
        sigma: of the logarithm of sums.
        weekend: how many times as often on weekends.
        payday: how many times as often in the ten days after payday.
    """

    category: Category
    merchants: tuple[str, ...]
    a_day: float
    amount: float
    sigma: float
    weekend: float = 1.0
    payday: float = 1.0


@dataclass(frozen=True)
class Bill:
    """What is paid every month: on about which day, and how far sums lie apart."""

    merchant: str
    category: Category
    day: int
    amount: float
    sigma: float


@dataclass(frozen=True)
class Household:
    """How somebody lives.

    Attributes:
        payday: day of the month; 0 for whoever has none.
        scale: how much more or less than usual everything costs.
        drift: by which everything grows in a year.
        festive: how many times as much is bought at festivals.
        forgets: share of days on which nothing is written down.
    """

    name: str
    habits: tuple[Habit, ...]
    bills: tuple[Bill, ...]
    payday: int
    festive: float
    scale: float = 1.0
    drift: float = 0.0
    forgets: float = 0.03


_MEALS = Habit(Category.FOOD, ("ร้านข้าวแกง", "ก๋วยเตี๋ยวเรือ", "ส้มตำป้าแดง", "MK"), 1.6, 70, 0.5, 0.9, 1.1)
_COFFEE = Habit(Category.FOOD, ("Café Amazon", "Inthanin"), 0.6, 65, 0.2, 0.4)
_RIDES = Habit(Category.TRANSPORTATION, ("BTS", "Grab", "วินมอเตอร์ไซค์"), 1.2, 45, 0.5, 0.4)
_FUEL = Habit(Category.TRANSPORTATION, ("PTT", "บางจาก"), 0.15, 900, 0.3)
_MARKET = Habit(Category.GROCERIES, ("7-Eleven", "Lotus's", "ตลาดสด"), 0.8, 140, 0.7, 1.5, 1.2)
_SHOPPING = Habit(Category.SHOPPING, ("Shopee", "Lazada", "Uniqlo"), 0.12, 520, 0.9, 1.6, 1.8)
_FUN = Habit(Category.ENTERTAINMENT, ("Major Cineplex", "คาราโอเกะ"), 0.07, 350, 0.6, 3.0, 1.5)
_DOCTOR = Habit(Category.HEALTHCARE, ("ร้านยา", "คลินิก"), 0.04, 320, 0.9)
_MERIT = Habit(Category.MERIT, ("วัด",), 0.05, 100, 0.7, 2.0)
_TRIP = Habit(Category.TRAVEL, ("Agoda", "AirAsia"), 0.01, 2600, 0.7)
_PARENTS = Bill("โอนให้แม่", Category.FAMILY, 27, 3000, 0.0)
_PHONE = Bill("AIS", Category.BILLS, 5, 599, 0.0)
_POWER = Bill("การไฟฟ้านครหลวง", Category.BILLS, 18, 1100, 0.25)
_NETFLIX = Bill("Netflix", Category.ENTERTAINMENT, 12, 419, 0.0)
_RENT = Bill("ค่าเช่าห้อง", Category.BILLS, 1, 7500, 0.0)
_SCHOOL = Bill("ค่าเรียนพิเศษ", Category.EDUCATION, 3, 2400, 0.1)

KINDS: Final = (
    Household("student", (_MEALS, _COFFEE, _RIDES, _SHOPPING, _FUN), (_PHONE, _NETFLIX), 1, 1.3, 0.7),
    Household(
        "office worker",
        (_MEALS, _COFFEE, _RIDES, _MARKET, _SHOPPING, _FUN, _DOCTOR, _MERIT, _TRIP),
        (_RENT, _PHONE, _POWER, _NETFLIX, _PARENTS),
        25,
        1.6,
    ),
    Household(
        "family", (_MEALS, _MARKET, _FUEL, _SHOPPING, _DOCTOR, _MERIT, _TRIP), (_SCHOOL, _POWER, _PHONE), 28, 2.0, 1.5
    ),
    Household("freelancer", (_MEALS, _COFFEE, _FUEL, _MARKET, _SHOPPING, _FUN, _TRIP), (_RENT, _PHONE), 0, 1.4),
    Household("retired", (_MEALS, _MARKET, _DOCTOR, _MERIT), (_POWER,), 0, 2.2, 0.9),
)


def live(kind: Household, seed: int, first: date, days: int) -> list[Spent]:
    """What the household of that seed writes down in so many days."""
    random = Random(f"{kind.name}|{seed}")
    scale = kind.scale * math.exp(random.gauss(0, 0.35))
    drift = random.gauss(kind.drift, 0.15)
    taste = [math.exp(random.gauss(0, 0.3)) for _ in kind.habits]
    written: list[Spent] = []
    mood = 0.0
    for number in range(days):
        day = first + timedelta(days=number)
        mood = 0.9 * mood + random.gauss(0, 0.12)  # weeks differ, and one is like the next
        grown = scale * (1 + drift) ** (number / 365)
        forgotten = random.random() < kind.forgets
        for habit, liking in zip(kind.habits, taste, strict=True):
            rate = habit.a_day * liking * _busy(kind, habit, day) * math.exp(mood)
            for _ in range(_poisson(random, rate)):
                amount = habit.amount * grown * math.exp(random.gauss(0, habit.sigma))
                if not forgotten:
                    written.append(_entry(random, habit.category, random.choice(habit.merchants), amount, day))
        written += [
            _entry(
                random, bill.category, bill.merchant, bill.amount * scale * math.exp(random.gauss(0, bill.sigma)), day
            )
            for bill in kind.bills
            if day.day == _due(bill, day, seed)
        ]
    return written


def festive_days(year: int) -> Iterator[date]:
    """The days on which festivals are prepared and held."""
    for day, before, after in (
        (chinese_new_year(year), 2, 0),
        (date(year, 4, 13), 1, 2),
        (loy_krathong(year), 0, 0),
    ):
        yield from (day + timedelta(days=number) for number in range(-before, after + 1))


def _busy(kind: Household, habit: Habit, day: date) -> float:
    busy = habit.weekend if day.weekday() >= 5 else 1.0
    if kind.payday:
        since = (day.day - kind.payday) % 31
        busy *= habit.payday if since < 10 else 1.0
    if day in set(festive_days(day.year)):
        busy *= kind.festive
    return busy


def _due(bill: Bill, day: date, seed: int) -> int:
    """A bill is paid up to two days late, differently each month."""
    late = Random(f"{bill.merchant}|{seed}|{day.year}-{day.month}").choice((0, 0, 0, 1, 2))
    return min(bill.day + late, calendar.monthrange(day.year, day.month)[1])


def _entry(random: Random, category: Category, merchant: str, amount: float, day: date) -> Spent:
    exact = max(Decimal(1), Decimal(round(amount)))
    identity = UUID(int=random.getrandbits(128), version=4)
    return Spent(identity, exact, Currency.THB, merchant, day, category, random.choice(METHODS))


def _poisson(random: Random, rate: float) -> int:
    """How often something that happens at a rate happened: D. Knuth's method."""
    limit, number, product = math.exp(-rate), 0, random.random()
    while product > limit:
        number += 1
        product *= random.random()
    return number
