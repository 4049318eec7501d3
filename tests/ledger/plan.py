"""What to send: a seeded stream of good commands, duplicates and poison over many keys."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from contracts.base import Command
from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from workers.ports.messages import OutgoingRecord

SENT_AT = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


class Kind(StrEnum):
    """What a planned record is."""

    TEXT = "text"
    NO_AMOUNT = "no amount"
    RECORD = "record"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Planned:
    """One record to send.

    Attributes:
        duplicate: the same command was sent before.
        amount: what the outcome has to say, for a text or an entry.
        keeps_key: whether its outcome carries the same key; poison whose tenant is unreadable does not.
    """

    command_id: str
    kind: Kind
    record: OutgoingRecord
    amount: Decimal | None = None
    duplicate: bool = False
    keeps_key: bool = True


@dataclass(frozen=True, slots=True)
class Size:
    """How much to send."""

    texts: int
    records: int
    keys: int
    duplicates: float
    poison: float


def make_plan(seed: int, size: Size, tenant: str) -> list[Planned]:
    """The records in the order they are to be sent; the same seed gives the same plan."""
    rng = random.Random(seed)
    kinds = [Kind.TEXT] * size.texts + [Kind.RECORD] * size.records
    rng.shuffle(kinds)
    owners = [f"owner-{number}" for number in range(size.keys)]
    plan: list[Planned] = []
    for number, kind in enumerate(kinds):
        about = Envelope(
            id=str(UUID(int=rng.getrandbits(128), version=4)),
            source="/tests/ledger",
            type=ParseText.type,
            time=SENT_AT,
            tenant=tenant,
            owner=rng.choice(owners),
            sequence=str(number),
        )
        plan.append(_planned(rng, about, _disturbed(rng, kind, size)))
        if rng.random() < size.duplicates:
            plan.append(replace(rng.choice(plan), duplicate=True))
    return plan


def _disturbed(rng: random.Random, kind: Kind, size: Size) -> Kind:
    if rng.random() < size.poison:
        return Kind.POISON
    return Kind.NO_AMOUNT if kind is Kind.TEXT and rng.random() < 0.02 else kind


def _planned(rng: random.Random, about: Envelope, kind: Kind) -> Planned:
    amount = Decimal(rng.randrange(100, 500_000)) / 100
    match kind:
        case Kind.POISON:
            return _poison(rng, about)
        case Kind.NO_AMOUNT:
            return Planned(about.id, kind, _record(about, ParseText(text="กินข้าวกับเพื่อน อร่อยมาก")))
        case Kind.TEXT:
            return Planned(about.id, kind, _record(about, ParseText(text=_text(rng, amount))), amount)
        case Kind.RECORD:
            command = RecordSpending(amount=Money.of(amount), merchant="ร้านป้าแดง")
            return Planned(about.id, kind, _record(replace(about, type=RecordSpending.type), command), amount)


def _text(rng: random.Random, amount: Decimal) -> str:
    what = rng.choice(["ข้าวมันไก่", "กาแฟ", "ค่าแท็กซี่", "coffee", "ค่าไฟ", "เติมน้ำมัน", "lunch"])
    return rng.choice([f"{what} {amount:,.2f} บาท", f"{what} ฿{amount:.2f}", f"{what} {amount} baht"])


def _poison(rng: random.Random, about: Envelope) -> Planned:
    good = _record(about, ParseText(text="coffee 65"))
    headers = dict(good.headers)
    match rng.randrange(3):
        case 0:
            return Planned(about.id, Kind.POISON, replace(good, value=b'{"text": "coff'))
        case 1:
            headers["ce_type"] = b"poon.text.shred.v1"
            return Planned(about.id, Kind.POISON, replace(good, headers=tuple(headers.items())))
        case _:
            headers["ce_tenantid"] = b"\xff"
            record = replace(good, headers=tuple(headers.items()))
            return Planned(about.id, Kind.POISON, record, keeps_key=False)


def _record(about: Envelope, command: Command) -> OutgoingRecord:
    return OutgoingRecord(
        topic_name(command.area, TopicRole.COMMANDS), about.key.encode(), encode(command), tuple(about.headers())
    )


def first_of_each(plan: list[Planned]) -> Iterator[Planned]:
    """The plan without repetitions."""
    return (planned for planned in plan if not planned.duplicate)
