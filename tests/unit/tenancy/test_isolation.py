"""Whatever others do, and however alike it is, an owner sees and stores what they would if they were alone."""

import asyncio
from collections.abc import Sequence
from datetime import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.base import Command
from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.commands.spending import (
    CorrectSpending,
    DeleteSpending,
    DistinguishSpending,
    EnhanceSpending,
    RecordSpending,
)
from contracts.commands.texts import ParseText
from contracts.commands.workflows import FireTimer, SteerWorkflow, WorkflowAction
from contracts.examples import EXAMPLES
from contracts.mappings import MappingMatch, ReviewDecision
from contracts.money import Money
from contracts.registry import COMMANDS
from contracts.spending import EntryChanges, Source, SourceKind
from contracts.values import Category, Confidence, ProcessingMethod
from tests.services.migrated import migrated_sqlite
from tests.unit.tenancy.world import Owner, Sent, lived
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import own_mapping_id, shared_mapping_id
from workers.domain.spending import new_entry_id
from workers.workflows.handlers import new_workflow_id

ACME, RIVAL = Owner("acme", "nok"), Owner("rival", "nok")
NEIGHBOUR = Owner("acme", "lek")
SHOP = "ร้านป้าแดง"
ENTRIES = (UUID(int=1), UUID(int=2))
SLIP = Source(kind=SourceKind.RECEIPT, reference="014180553BPM01234")
COMMAND_IDS = ("c-0", "c-1", "c-2")


def recorded(entry_id: UUID | None, source: Source, at: time | None) -> RecordSpending:
    return RecordSpending(
        entry_id=entry_id,
        amount=Money.of("44"),
        merchant=SHOP,
        spent_at=at,
        confidence=Confidence(0.7),
        processing_method=ProcessingMethod.RULES,
        source=source,
    )


def on_entries(*entries: UUID) -> list[Command]:
    """What can be done to entries."""
    return [
        *(
            CorrectSpending(
                entry_id=entry,
                expected_version=version,
                changes=EntryChanges(category=Category.FAMILY, amount=Money.of(str(40 + version))),
            )
            for entry in entries
            for version in (1, 2)
        ),
        *(
            EnhanceSpending(
                entry_id=entry,
                changes=EntryChanges(merchant="Pa Daeng"),
                confidence=Confidence(0.9),
                processing_method=ProcessingMethod.OCR_RULES,
            )
            for entry in entries
        ),
        *(DeleteSpending(entry_id=entry, reason="twice") for entry in entries),
        DistinguishSpending(entry_id=entries[0], other_id=entries[-1]),
    ]


ON_MAPPINGS: list[Command] = [
    TeachMapping(text=SHOP, category=Category.FAMILY),
    TeachMapping(text=SHOP, category=Category.MERIT, aliases=("Pa Daeng",)),
    ParseText(text=f"{SHOP} 44 บาท"),
    CategorizeSpending(text=SHOP, merchant=SHOP),
]
ON_WORKFLOWS: list[Command] = [
    *(
        SteerWorkflow(workflow_id=new_workflow_id("acme", command_id), action=action, by="ops", reason="because")
        for command_id in COMMAND_IDS
        for action in (WorkflowAction.ABORT, WorkflowAction.RESUME)
    ),
    *(
        FireTimer(workflow_id=new_workflow_id("acme", command_id), step="extract", token=command_id)
        for command_id in COMMAND_IDS
    ),
]
ANYTHING: list[Command] = [example.message for example in EXAMPLES if isinstance(example.message, Command)]
"""One command of every type and more: what is added to the contracts is added here."""

OF_TENANTS: list[Command] = [
    *ANYTHING,
    *(
        recorded(entry, source, at)
        for entry in (*ENTRIES, None)
        for source in (SLIP, Source())
        for at in (None, time(9))
    ),
    *on_entries(*ENTRIES),
    *ON_MAPPINGS,
    *(
        ReviewMapping(mapping_id=mapping, decision=decision, reviewer="somsri")
        for mapping in (
            own_mapping_id("acme", "nok", key_of(SHOP)),
            shared_mapping_id("acme", key_of(SHOP), MappingMatch.MERCHANT, Category.FAMILY),
        )
        for decision in ReviewDecision
    ),
    *ON_WORKFLOWS,
]

DERIVED = tuple(new_entry_id("acme", f"{owner}-{command_id}") for owner in ("nok", "lek") for command_id in COMMAND_IDS)
OF_NEIGHBOURS: list[Command] = [
    *(command for command in ANYTHING if not isinstance(command, RecordSpending) or command.entry_id is None),
    *(recorded(None, source, at) for source in (SLIP, Source()) for at in (None, time(9))),
    *on_entries(*DERIVED),
    *ON_MAPPINGS,
    ReviewMapping(
        mapping_id=own_mapping_id("acme", "nok", key_of(SHOP)), decision=ReviewDecision.RETIRE, reviewer="somsri"
    ),
    *ON_WORKFLOWS,
]
"""An entry's id is unique within the tenant: of two owners who choose the same one, the second is told it is taken."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database nobody has written to."""
    place = tmp_path_factory.mktemp("tenancy") / "empty.db"
    migrated_sqlite(place)
    return place


Chosen = list[tuple[Owner, Command]]


def interleavings(one: Owner, two: Owner, commands: Sequence[Command]) -> st.SearchStrategy[Chosen]:
    return st.lists(st.tuples(st.sampled_from([one, two]), st.sampled_from(commands)), min_size=2, max_size=8)


def addressed(chosen: Sequence[tuple[Owner, Command]], *, equal_ids: bool) -> list[Sent]:
    """The commands with their ids: the nth of each owner has the same one, or that of an owner of their own."""
    numbers = {owner: count() for owner, _ in chosen}
    return [
        Sent(owner, f"c-{next(numbers[owner])}" if equal_ids else f"{owner.name}-c-{next(numbers[owner])}", command)
        for owner, command in chosen
    ]


def check(empty: Path, sent: Sequence[Sent], one: Owner, two: Owner) -> None:
    with TemporaryDirectory() as folder:
        together = asyncio.run(lived(empty, Path(folder) / "together.db", sent, one, two))
        for number, owner in enumerate((one, two)):
            own = [each for each in sent if each.owner == owner]
            (alone,) = asyncio.run(lived(empty, Path(folder) / f"alone-{number}.db", own, owner))
            assert together[number] == alone, owner


SLOW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SLOW
@given(chosen=interleavings(ACME, RIVAL, OF_TENANTS))
def test_a_tenant_neither_sees_nor_influences_another_whose_ids_and_texts_are_the_same(
    empty: Path, chosen: Chosen
) -> None:
    check(empty, addressed(chosen, equal_ids=True), ACME, RIVAL)


@SLOW
@given(chosen=interleavings(ACME, NEIGHBOUR, OF_NEIGHBOURS))
def test_an_owner_neither_sees_nor_influences_another_of_the_tenant(empty: Path, chosen: Chosen) -> None:
    check(empty, addressed(chosen, equal_ids=False), ACME, NEIGHBOUR)


@pytest.mark.parametrize("other", [RIVAL, NEIGHBOUR])
def test_everything_one_can_do_is_the_same_when_another_does_the_same(empty: Path, other: Owner) -> None:
    """Every command of the pool, each sent by both: what is looked for is there to be found."""
    commands = OF_TENANTS if other is RIVAL else OF_NEIGHBOURS
    chosen = [(owner, command) for command in commands for owner in (ACME, other)]

    check(empty, addressed(chosen, equal_ids=other is RIVAL), ACME, other)


def test_the_pools_hold_every_command_there_is() -> None:
    for pool in (OF_TENANTS, OF_NEIGHBOURS):
        assert {type(command) for command in pool} == set(COMMANDS.values())


def test_what_is_compared_is_something(empty: Path, tmp_path: Path) -> None:
    sent = addressed([(ACME, command) for command in OF_TENANTS], equal_ids=True)

    (shown,) = asyncio.run(lived(empty, tmp_path / "one.db", sent, ACME))

    assert len(shown.published) > len(sent)
    assert all(shown.stored[kind] for kind in ("entries", "mappings", "history"))
