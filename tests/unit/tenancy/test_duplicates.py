"""Possible duplicates through all handlers and a real store: told, listed, resolved."""

import asyncio
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.base import Command
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, DeleteSpending, DistinguishSpending, RecordSpending
from contracts.commands.workflows import ProcessReceipt
from contracts.events.spending import SpendingRecorded
from contracts.examples import EXAMPLES
from contracts.money import Money
from contracts.spending import EntryChanges
from contracts.values import Confidence
from tests.services.migrated import migrated_sqlite
from tests.unit.tenancy.world import Owner, Sent, Shown, lived
from workers.domain.spending import new_entry_id
from workers.workflows.handlers import new_workflow_id
from workers.workflows.receipts import entry_id_of

NOK = Owner("acme", "nok")
LUNCH = RecordSpending(amount=Money.of("65"), merchant="Cafe", spent_at=time(9, 30))
PICTURE = next(
    example.message.image
    for example in EXAMPLES
    if isinstance(example.message, ExtractReceipt) and example.message.image.kind == "inline"
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("duplicates") / "empty.db"
    migrated_sqlite(place)
    return place


def entry(number: int) -> Any:  # noqa: ANN401  an id
    return new_entry_id("acme", f"c-{number}")


def shown(empty: Path, place: Path, commands: Sequence[Command]) -> Shown:
    sent = [Sent(NOK, f"c-{number}", command) for number, command in enumerate(commands)]
    (found,) = asyncio.run(lived(empty, place, sent, NOK))
    return found


def told(found: Shown) -> list[list[tuple[str, str, str]]]:
    """What each recorded entry was said to look like."""
    recorded = [
        orjson.loads(record.value or b"")
        for record in found.published
        if dict(record.headers)["ce_type"] == SpendingRecorded.type.encode()
    ]
    return [
        [(alike["entry_id"], alike["reason"], alike["strength"]) for alike in each["possible_duplicates"]]
        for each in recorded
    ]


def test_the_second_of_two_copies_names_the_first_and_both_are_recorded(empty: Path, tmp_path: Path) -> None:
    found = shown(empty, tmp_path / "a.db", [LUNCH, LUNCH])

    assert told(found) == [[], [(str(entry(0)), "same_minute", "medium")]]
    assert len(found.stored["entries"]) == 2
    assert len(found.stored["duplicates"]) == 1


def test_a_receipt_that_is_processed_twice_is_told_by_its_slip(empty: Path, tmp_path: Path) -> None:
    process = ProcessReceipt(image=PICTURE, min_confidence=Confidence(0.0))
    first = entry_id_of(new_workflow_id("acme", "c-0"))

    found = shown(empty, tmp_path / "a.db", [process, process])

    assert told(found) == [[], [(str(first), "same_reference", "strong")]]
    assert len(found.stored["duplicates"]) == 1


@pytest.mark.parametrize(
    "resolution",
    [
        DistinguishSpending(entry_id=entry(0), other_id=entry(1)),
        DistinguishSpending(entry_id=entry(1), other_id=entry(0)),
        DeleteSpending(entry_id=entry(0), expected_version=1, reason="twice"),
        CorrectSpending(entry_id=entry(1), expected_version=1, changes=EntryChanges(amount=Money.of("66"))),
    ],
)
def test_a_pair_that_is_resolved_or_no_longer_alike_is_listed_no_more(
    empty: Path, tmp_path: Path, resolution: Command
) -> None:
    found = shown(empty, tmp_path / "a.db", [LUNCH, LUNCH, resolution])

    assert found.stored["duplicates"] == []


def test_a_correction_that_makes_two_entries_alike_makes_a_pair(empty: Path, tmp_path: Path) -> None:
    correction = CorrectSpending(entry_id=entry(1), expected_version=1, changes=EntryChanges(amount=Money.of("65")))

    found = shown(empty, tmp_path / "a.db", [LUNCH, LUNCH.model_copy(update={"amount": Money.of("1")}), correction])

    assert told(found) == [[], []]
    assert len(found.stored["duplicates"]) == 1


def test_a_third_copy_is_told_of_the_first_and_not_of_the_one_that_was_deleted(empty: Path, tmp_path: Path) -> None:
    delete = DeleteSpending(entry_id=entry(1), reason="twice")

    found = shown(empty, tmp_path / "a.db", [LUNCH, LUNCH, delete, LUNCH])

    assert [[name for name, *_ in each] for each in told(found)] == [[], [str(entry(0))], [str(entry(0))]]
