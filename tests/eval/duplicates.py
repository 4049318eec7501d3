"""How often two purchases are told as one, and how many that were recorded twice are found: years of households.

Every purchase of a synthetic household is told in one of the ways people tell: in words, by a receipt, by a slip, by a
statement; some of these know the time. A share of them is then told again in the same or in another way, the time
perhaps left out, the merchant perhaps written differently. A pair that is told and was no second telling is a false
alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from adapters.inference.mappings import usual_name
from contracts.money import Money
from contracts.spending import DuplicateStrength, Source, SourceKind
from contracts.values import Confidence, ProcessingMethod
from tests.eval.households import KINDS, live
from workers.domain.duplicates import among
from workers.domain.insights.history import Spent
from workers.domain.mapping_keys import key_of
from workers.domain.spending import SpendingEntry

CONSOLE: Final = Console(width=140)
LAST: Final = date(2026, 5, 31)
WAYS: Final = ((SourceKind.TEXT, 0.55), (SourceKind.RECEIPT, 0.25), (SourceKind.STATEMENT, 0.2))
SAYS_A_TIME: Final = {SourceKind.TEXT: 0.2, SourceKind.RECEIPT: 0.85, SourceKind.STATEMENT: 0.5}
"""The share of tellings that know the time of day; assumed, as nobody publishes it."""
SLIPS: Final = 0.4
"""The share of what is told by a picture that is a slip with a reference."""

Seed = Annotated[int, typer.Option(help="Of the households; another seed, other households.")]
Owners = Annotated[int, typer.Option(help="Households of each kind.")]
Days = Annotated[int, typer.Option(help="Days that are looked at.")]
Again = Annotated[float, typer.Option(help="The share of purchases that is told twice.")]
WholeBaht = Annotated[bool, typer.Option(help="Round sums to five baht: more purchases cost the same by chance.")]


@dataclass(slots=True)
class Tally:
    """What was told of households.

    Attributes:
        told: pairs told of, by strength and whether they were one purchase.
        twice: second tellings, by how they were told.
        found: those of them that were told as a pair with the first telling.
    """

    told: Counter[tuple[DuplicateStrength, bool]]
    twice: Counter[str]
    found: Counter[str]
    entries: int = 0
    years: float = 0.0


def run(
    seed: Seed = 1, owners: Owners = 4, days: Days = 365, again: Again = 0.03, *, round_sums: WholeBaht = False
) -> None:
    """Print false alarms by strength for an owner and year, and the share of second tellings that is found."""
    tally = Tally(Counter(), Counter(), Counter())
    for kind in KINDS:
        for number in range(owners):
            random = Random(f"{seed}|{kind.name}|{number}")
            lived = live(kind, 1_000 * seed + number, LAST - timedelta(days=days - 1), days)
            _judge(list(_told(lived, random, again, round_sums=round_sums)), tally)
            tally.years += days / 365
    _print(tally, f"{owners * len(KINDS)} synthetic households, {days} days, seed {seed}")


def _told(
    lived: Sequence[Spent], random: Random, again: float, *, round_sums: bool
) -> Iterator[tuple[SpendingEntry, str, UUID]]:
    """Entries with how they were told and the purchase they are of, in the order they were told."""
    for row, spent in enumerate(lived, 1):
        at = time(random.choices(range(7, 22), k=1)[0], random.randrange(60), random.randrange(60))
        picture = f"{random.getrandbits(256):064x}" if random.random() > SLIPS else f"{random.getrandbits(64):020d}"
        amount = max(5, round(spent.amount / 5) * 5) if round_sums else spent.amount
        (way,) = random.choices([kind for kind, _ in WAYS], [share for _, share in WAYS])
        first = _entry(spent, Money.of(str(amount), spent.currency), way, at, _source(way, picture, row), random)
        yield first, "first", spent.id
        if random.random() < again:
            other = random.choice([kind for kind, _ in WAYS if kind is not way])
            how, source = random.choice(
                [
                    ("the same picture again", _source(SourceKind.RECEIPT, picture, row)),
                    (f"{way}, then {other}", _source(other, f"{picture}-", row)),
                    (f"{way} twice", _source(way, f"{picture}+", row)),
                ]
                if way is SourceKind.RECEIPT
                else [
                    (f"{way}, then {other}", _source(other, f"{picture}-", row)),
                    (f"{way} twice", _source(way, f"{picture}+", row)),
                ]
            )
            other_words = spent._replace(merchant=_written(spent.merchant, random))
            yield _entry(other_words, first.amount, source.kind, at, source, random), how, spent.id


def _written(merchant: str, random: Random) -> str:
    """A merchant as another way of telling may have it: in capitals, or with its branch, which is another name."""
    return random.choices([merchant, merchant.upper(), f"{merchant} สาขาสยาม"], [0.6, 0.2, 0.2])[0]


def _source(way: SourceKind, picture: str, row: int) -> Source:
    if way is SourceKind.TEXT:
        return Source(kind=way)
    if way is SourceKind.RECEIPT:
        return Source(kind=way, reference=picture)
    return Source(kind=way, reference=f"statement{picture[len(picture.rstrip('+-')) :]}", row=row)


def _entry(spent: Spent, amount: Money, way: SourceKind, at: time, source: Source, random: Random) -> SpendingEntry:
    return SpendingEntry(
        id=UUID(int=random.getrandbits(128), version=4),
        tenant="eval",
        owner="owner",
        version=1,
        amount=amount,
        merchant=spent.merchant,
        description=None,
        spent_on=spent.spent_on,
        spent_at=at if random.random() < SAYS_A_TIME[way] else None,
        time_zone="Asia/Bangkok",
        category=spent.category,
        subcategory=None,
        payment_method=spent.payment_method,
        location=None,
        tags=(),
        raw_text=None,
        confidence=Confidence(0.9),
        processing_method=ProcessingMethod.RULES,
        source=source,
    )


def _judge(told: Sequence[tuple[SpendingEntry, str, UUID]], tally: Tally) -> None:
    """Record one after the other, as the fleet does; only entries of a day or with a reference can be alike."""
    by_day: dict[date, list[tuple[SpendingEntry, UUID]]] = {}
    for entry, how, purchase in told:
        earlier = by_day.setdefault(entry.spent_on, [])
        of_one = {other.id for other, its in earlier if its == purchase}
        named = among(entry, (other for other, _ in earlier), _key)
        tally.told.update((alike.strength, alike.entry_id in of_one) for alike in named)
        tally.entries += 1
        if of_one:
            tally.twice[how] += 1
            tally.found[how] += any(alike.entry_id in of_one for alike in named)
        earlier.append((entry, purchase))


def _key(merchant: str) -> str:
    return key_of(usual_name(merchant) or merchant)


def _print(tally: Tally, title: str) -> None:
    alarms = Table("strength", "pairs told", "one purchase, %", "false alarms an owner and year", title=title)
    for strength in DuplicateStrength:
        right, wrong = tally.told[strength, True], tally.told[strength, False]
        share = f"{100 * right / (right + wrong):.1f}" if right + wrong else "-"
        alarms.add_row(strength, str(right + wrong), share, f"{wrong / tally.years:.2f}")
    CONSOLE.print(alarms)
    found = Table("told twice", "times", "found, %", title=f"of {tally.entries} entries")
    for how, times in sorted(tally.twice.items()):
        found.add_row(how, str(times), f"{100 * tally.found[how] / times:.1f}")
    CONSOLE.print(found)
