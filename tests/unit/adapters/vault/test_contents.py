"""Seals of owners' contents: for their owner and place alone, beside what was never sealed."""

import pytest

from adapters.vault.contents import OwnerContents
from tests.fakes.vault import MemoryOwnerKeys
from workers.ports.sealing import CONTENT_MARK, UNSEALED, ContentSeal, beginning
from workers.ports.vault import BrokenSealError, DestroyedKeyError, MasterKeyError

PLACE = "statements/march.csv"


@pytest.fixture
def keys() -> MemoryOwnerKeys:
    return MemoryOwnerKeys()


async def seal_of(keys: MemoryOwnerKeys, owner: str = "nok", tenant: str = "acme") -> ContentSeal:
    return await OwnerContents(keys).of(tenant, owner)


def put_away(seal: ContentSeal, content: bytes, place: str = PLACE) -> bytes:
    return b"".join(seal.sealed([content], place))


def taken_out(seal: ContentSeal, stored: bytes, place: str = PLACE) -> bytes:
    return b"".join(seal.opened([stored[:3], stored[3:]], place))


@pytest.mark.parametrize("content", [b"", b"lunch", bytes(200_000)])
async def test_what_is_sealed_comes_back_and_takes_the_room_that_was_told(
    keys: MemoryOwnerKeys, content: bytes
) -> None:
    seal = await seal_of(keys)
    stored = put_away(seal, content)
    assert stored.startswith(CONTENT_MARK)
    assert len(stored) == seal.stored_size(len(content))
    assert taken_out(await seal_of(keys), stored) == content


@pytest.mark.parametrize("content", [b"", b"x", b"Date,Debit\n", CONTENT_MARK[:3], b"\x89PNG" * 100])
async def test_what_was_never_sealed_is_read_as_it_is(keys: MemoryOwnerKeys, content: bytes) -> None:
    assert taken_out(await seal_of(keys), content) == content
    assert taken_out(UNSEALED, put_away(UNSEALED, content)) == content
    assert UNSEALED.stored_size(len(content)) == len(content)
    assert UNSEALED.name("a") == "a"


async def test_it_is_read_at_its_place_alone(keys: MemoryOwnerKeys) -> None:
    seal = await seal_of(keys)
    with pytest.raises(BrokenSealError, match="moved"):
        taken_out(seal, put_away(seal, b"lunch"), "another.csv")


@pytest.mark.parametrize(("tenant", "owner"), [("acme", "dan"), ("other", "nok")])
async def test_nobody_elses_key_opens_it(keys: MemoryOwnerKeys, tenant: str, owner: str) -> None:
    with pytest.raises(DestroyedKeyError):
        taken_out(await seal_of(keys, owner, tenant), put_away(await seal_of(keys), b"lunch"))


async def test_nothing_is_read_once_the_key_is_destroyed(keys: MemoryOwnerKeys) -> None:
    stored = put_away(await seal_of(keys), b"lunch")
    keys.destroy("acme", "nok")
    with pytest.raises(DestroyedKeyError):
        taken_out(await seal_of(keys), stored)


@pytest.mark.parametrize("length", [len(CONTENT_MARK), len(CONTENT_MARK) + 15])
async def test_what_ends_within_its_own_beginning_opens_nothing(keys: MemoryOwnerKeys, length: int) -> None:
    seal = await seal_of(keys)
    with pytest.raises(BrokenSealError, match="cut short"):
        taken_out(seal, put_away(seal, b"lunch")[:length])


async def test_without_a_master_key_it_is_said_what_is_missing(keys: MemoryOwnerKeys) -> None:
    with pytest.raises(MasterKeyError, match="POON_PRIVACY__MASTER_KEY"):
        taken_out(await UNSEALED.of("acme", "nok"), put_away(await seal_of(keys), b"lunch"))


async def test_a_key_is_looked_up_anew_for_what_is_to_last(keys: MemoryOwnerKeys) -> None:
    contents = OwnerContents(keys)
    await contents.of("acme", "nok")
    await contents.of("acme", "nok", lasting=False)
    assert keys.asked == [("acme", "nok", True), ("acme", "nok", False)]


async def test_names_are_the_same_for_the_same_and_tell_nothing_without_the_key(keys: MemoryOwnerKeys) -> None:
    seal = await seal_of(keys)
    assert seal.name("ocr:1") == (await seal_of(keys)).name("ocr:1")
    others = {seal.name("ocr:2"), (await seal_of(keys, "dan")).name("ocr:1"), seal.name("ocr:1")}
    assert len(others) == 3
    assert not any("ocr" in name for name in others)


def test_the_beginning_is_taken_of_as_many_pieces_as_it_needs() -> None:
    head, whole = beginning([b"a", b"", b"bc", b"d"], 2)
    assert (head, list(whole)) == (b"abc", [b"abc", b"d"])
    head, whole = beginning([], 2)
    assert (head, list(whole)) == (b"", [])
