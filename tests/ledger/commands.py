"""One record to send and what has to come of it: good commands of every area, hopeless ones and poison."""

import random
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.base import Command
from contracts.codec import encode
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.money import Money
from contracts.spending import EntryChanges
from contracts.topics import TopicRole, topic_name
from contracts.values import InlineImage
from workers.ports.messages import OutgoingRecord

SENT_AT: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
HOPELESS_MARK: Final = "#hopeless"
"""In a text: the test's text backend never answers it."""
RECEIPT_KINDS: Final = 200
"""So many different pictures are sent, each again and again: their texts are remembered in the cache."""
HOPELESS_OWNERS: Final = 8
"""Hopeless commands block their keys, by design, for as long as they are retried; nobody else uses these keys."""


class Kind(StrEnum):
    """What a planned record is."""

    TEXT = "text"
    NO_AMOUNT = "no amount"
    RECORD = "record"
    CORRECTION = "correction"
    RECEIPT = "receipt"
    HOPELESS = "hopeless"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Planned:
    """One record to send.

    Attributes:
        amount: what the outcome has to say, for a text, a receipt or an entry.
        duplicate: the same command was sent before.
        keeps_key: whether its outcome carries the same key; poison whose tenant is unreadable does not.
        entry: the command that recorded the entry which this one records or corrects.
    """

    command_id: str
    kind: Kind
    record: OutgoingRecord
    amount: Decimal | None = None
    duplicate: bool = False
    keeps_key: bool = True
    entry: str | None = None

    @property
    def area(self) -> str:
        """Whose workers decide it."""
        return self.record.topic.split(".")[1]


@dataclass(slots=True)
class _Entry:
    """An entry as it stands after the commands made so far."""

    id: UUID
    recorded_by: str
    version: int
    amount: Decimal


class CommandMaker:
    """Makes records with one random source; remembers the entries, so that corrections name the right version."""

    def __init__(
        self, rng: random.Random, keys: int, tenant: str, now: Callable[[], datetime] = lambda: SENT_AT
    ) -> None:
        self._rng = rng
        self._now = now
        self._tenant = tenant
        self._owners = [f"owner-{number}" for number in range(keys)]
        self._entries: dict[str, list[_Entry]] = {}
        self._number = 0

    def planned(self, kind: Kind) -> Planned:
        """A new record of that kind."""
        about = self._about(kind)
        match kind:
            case Kind.RECORD:
                return self._recording(about)
            case Kind.CORRECTION:
                return self._correction(about)
            case Kind.RECEIPT:
                return self._receipt(about)
            case Kind.POISON:
                return self._poison(about)
            case Kind.TEXT | Kind.NO_AMOUNT | Kind.HOPELESS:
                return self._text(about, kind)

    def _about(self, kind: Kind) -> Envelope:
        self._number += 1
        identity = str(UUID(int=self._rng.getrandbits(128), version=4))
        hopeless = f"hopeless-{self._number % HOPELESS_OWNERS}"
        return Envelope(
            id=identity,
            source="/tests/ledger",
            type=ParseText.type,
            time=self._now(),
            tenant=self._tenant,
            owner=hopeless if kind is Kind.HOPELESS else self._rng.choice(self._owners),
            sequence=str(self._number),
        )

    def _amount(self) -> Decimal:
        return Decimal(self._rng.randrange(100, 500_000)) / 100

    def _text(self, about: Envelope, kind: Kind) -> Planned:
        match kind:
            case Kind.NO_AMOUNT:
                text, amount = "กินข้าวกับเพื่อน อร่อยมาก", None
            case Kind.HOPELESS:
                text, amount = f"coffee 65 baht {HOPELESS_MARK}", None
            case _:
                amount = self._amount()
                text = _wording(self._rng, amount)
        return Planned(about.id, kind, _record(about, ParseText(text=text)), amount)

    def _recording(self, about: Envelope) -> Planned:
        amount = self._amount()
        entry = _Entry(UUID(int=self._rng.getrandbits(128), version=4), about.id, 1, amount)
        self._entries.setdefault(about.owner, []).append(entry)
        command = RecordSpending(entry_id=entry.id, amount=Money.of(amount), merchant="ร้านป้าแดง")
        return Planned(about.id, Kind.RECORD, _record(about, command), amount, entry=about.id)

    def _correction(self, about: Envelope) -> Planned:
        """A correction of one of the owner's entries; it names the version, so out of order it would be refused."""
        entries = self._entries.get(about.owner)
        if not entries:
            return self._recording(about)
        entry = self._rng.choice(entries)
        amount = next(fresh for fresh in iter(self._amount, None) if fresh != entry.amount)
        command = CorrectSpending(
            entry_id=entry.id, expected_version=entry.version, changes=EntryChanges(amount=Money.of(amount))
        )
        entry.version, entry.amount = entry.version + 1, amount
        return Planned(about.id, Kind.CORRECTION, _record(about, command), amount, entry=entry.recorded_by)

    def _receipt(self, about: Envelope) -> Planned:
        amount = Decimal(10_000 + 125 * self._rng.randrange(RECEIPT_KINDS)) / 100
        command = ExtractReceipt(image=InlineImage(data=b64encode(picture_of(amount))))
        return Planned(about.id, Kind.RECEIPT, _record(about, command), amount)

    def _poison(self, about: Envelope) -> Planned:
        good = _record(about, ParseText(text="coffee 65"))
        headers = dict(good.headers)
        match self._rng.randrange(3):
            case 0:
                return Planned(about.id, Kind.POISON, good._replace(value=b'{"text": "coff'))
            case 1:
                headers["ce_type"] = b"poon.text.shred.v1"
                return Planned(about.id, Kind.POISON, good._replace(headers=tuple(headers.items())))
            case _:
                headers["ce_tenantid"] = b"\xff"
                record = good._replace(headers=tuple(headers.items()))
                return Planned(about.id, Kind.POISON, record, keeps_key=False)


def picture_of(amount: Decimal) -> bytes:
    """The "picture" of a receipt: lines of text, which the test's recognition reads as they stand."""
    return "\n".join(["MINI MART", f"COFFEE {amount:.2f}", f"TOTAL {amount:.2f}", f"CASH {amount:.2f}"]).encode()


def lines_of(picture: bytes) -> Sequence[str]:
    """What stands on a "picture"."""
    return picture.decode().split("\n")


def _wording(rng: random.Random, amount: Decimal) -> str:
    what = rng.choice(["ข้าวมันไก่", "กาแฟ", "ค่าแท็กซี่", "coffee", "ค่าไฟ", "เติมน้ำมัน", "lunch"])
    return rng.choice([f"{what} {amount:,.2f} บาท", f"{what} ฿{amount:.2f}", f"{what} {amount} baht"])


def _record(about: Envelope, command: Command) -> OutgoingRecord:
    envelope = about._replace(type=command.type)
    return OutgoingRecord(
        topic_name(command.area, TopicRole.COMMANDS), envelope.key.encode(), encode(command), tuple(envelope.headers())
    )
