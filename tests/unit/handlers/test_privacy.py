"""Erasing an owner: files first, then rows, and where it was killed it goes on."""

import json
from uuid import UUID

import pytest

from contracts.commands.privacy import EraseOwner
from contracts.errors import ErrorCode
from contracts.events.privacy import OwnerErased, Removed
from contracts.ids import owner_folder
from tests.fakes.cache import VisibleCache
from tests.fakes.privacy import MemoryOwnerFiles, MemoryOwners
from tests.unit.handlers.examples import CONTEXT
from workers.domain.errors import RejectionError
from workers.domain.privacy import files_named
from workers.handlers.privacy import Privacy, named_in
from workers.handlers.recognition import remembered_of
from workers.ports.cache import sealed_of
from workers.ports.errors import StorageError, TransientError
from workers.ports.privacy import OwnerRow

SHA = "0" * 64
IMPORT = UUID(int=7)
EXTRACTED = OwnerRow("events", {"data": json.dumps({"image": {"key": "acme/r-1.jpg", "sha256": SHA}})})
LETTER = OwnerRow("dead_letters", {"record_value": json.dumps({"image": {"key": "b.jpg", "sha256": SHA}}).encode()})
OTHERS = "acme/somebody-elses.jpg"
OWN = f"{owner_folder(CONTEXT.tenant, CONTEXT.owner)}/refused.jpg"
COMMAND = EraseOwner(owner=CONTEXT.owner)


class DeafCache(VisibleCache):
    async def forget(self, _prefix: str) -> bool:
        return False


class BrokenFiles(MemoryOwnerFiles):
    """Loses the store behind one file."""

    async def remove(self, key: str) -> None:
        if key == OWN:
            raise StorageError("the bucket is gone")
        await super().remove(key)


def files() -> dict[str, bytes]:
    return dict.fromkeys(("acme/r-1.jpg", "b.jpg", OWN, OTHERS), b"picture")


def privacy(owners: MemoryOwners, kept: MemoryOwnerFiles | None = None, cache: VisibleCache | None = None) -> Privacy:
    return Privacy(owners, owners, kept or MemoryOwnerFiles(), cache or VisibleCache())


async def erased(through: Privacy) -> OwnerErased:
    (event,) = (await through.erase(COMMAND, CONTEXT)).events
    assert isinstance(event.payload, OwnerErased)
    return event.payload


async def test_rows_files_and_what_is_remembered_go_and_the_outcome_says_how_much() -> None:
    owners, kept, cache = MemoryOwners(EXTRACTED, LETTER), MemoryOwnerFiles(files()), VisibleCache()
    cache.values = {
        f"{remembered_of(CONTEXT.tenant, CONTEXT.owner)}ab:engine": b"lines",
        f"{sealed_of(CONTEXT.tenant, CONTEXT.owner)}ab": b"sealed",
        f"{sealed_of(CONTEXT.tenant, 'another')}ab": b"sealed",
        "model:cd": b"answer",
    }

    event = await erased(privacy(owners, kept, cache))

    assert event == OwnerErased(erased_until=CONTEXT.now, removed=Removed(events=1, entries=1, files=3))
    assert not owners.stored
    assert set(kept.kept) == {OTHERS}
    assert set(cache.values) == {f"{sealed_of(CONTEXT.tenant, 'another')}ab", "model:cd"}


async def test_a_command_that_names_another_owner_erases_nobody() -> None:
    owners = MemoryOwners(EXTRACTED)
    with pytest.raises(RejectionError) as caught:
        await privacy(owners).erase(EraseOwner(owner="another"), CONTEXT)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_COMMAND, "owner")
    assert owners.stored == [EXTRACTED]


async def test_rows_stay_until_every_file_they_name_is_gone() -> None:
    owners, kept = MemoryOwners(EXTRACTED, LETTER), BrokenFiles(files())
    with pytest.raises(StorageError):
        await privacy(owners, kept).erase(COMMAND, CONTEXT)
    assert owners.stored == [EXTRACTED, LETTER]

    event = await erased(privacy(owners, MemoryOwnerFiles(kept.kept)))
    assert event.removed.events == 1


async def test_the_key_is_destroyed_behind_the_files_it_opens_the_names_of_and_before_any_row() -> None:
    owners = MemoryOwners(EXTRACTED, LETTER)
    with pytest.raises(StorageError):
        await privacy(owners, BrokenFiles(files())).erase(COMMAND, CONTEXT)
    assert owners.destroyed == []
    await erased(privacy(owners, MemoryOwnerFiles(files())))
    assert owners.destroyed == [(CONTEXT.tenant, CONTEXT.owner, 2)]


async def test_files_are_counted_once_however_often_it_is_tried() -> None:
    owners, kept = MemoryOwners(EXTRACTED, LETTER), MemoryOwnerFiles(files())
    with pytest.raises(TransientError) as caught:
        await privacy(owners, kept, DeafCache()).erase(COMMAND, CONTEXT)
    assert caught.value.code is ErrorCode.STORAGE_UNAVAILABLE
    assert (await erased(privacy(owners, kept))).removed.files == 3


async def test_an_erasure_that_has_ended_is_told_again_and_touches_nothing_newer() -> None:
    owners, kept = MemoryOwners(EXTRACTED), MemoryOwnerFiles(files())
    first = await erased(privacy(owners, kept))
    owners.stored, kept.kept = [LETTER], files()

    assert await erased(privacy(owners, kept)) == first
    assert owners.stored == [LETTER]
    assert kept.kept == files()


def test_files_are_found_wherever_a_document_names_them() -> None:
    document = {
        "steps": [{"image": {"kind": "reference", "key": "a.jpg", "sha256": SHA}}],
        "statement_id": str(IMPORT),
        "mapping": {"key": "no file"},
        "other": {"statement_id": "none", "key": 5, "sha256": SHA},
    }
    assert files_named(document) == (frozenset({"a.jpg"}), frozenset({IMPORT}))
    assert files_named("text") == (frozenset(), frozenset())


@pytest.mark.parametrize("value", [b"\xff\x00", b"{", "no JSON", None, 5])
def test_a_row_whose_payload_is_no_document_names_no_file(value: object) -> None:
    assert named_in(OwnerRow("dead_letters", {"record_value": value})) == (frozenset(), frozenset())
