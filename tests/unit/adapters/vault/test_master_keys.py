"""Master keys of the settings: the newest wraps, all unwrap, none is ever shown."""

import pytest

from adapters.vault.aead import AesGcm
from adapters.vault.master_keys import LocalMasterKeys, master_id
from workers.ports.vault import MasterKeyError

NEW, OLD, STRANGE = (letter * 32 for letter in (b"n", b"o", b"s"))
DATA_KEY = b"d" * 32


def masters(*keys: bytes) -> LocalMasterKeys:
    return LocalMasterKeys(keys, AesGcm())


async def test_the_newest_wraps_and_all_unwrap() -> None:
    before = masters(OLD)
    wrapped = await before.wrap(DATA_KEY, b"row")
    now = masters(NEW, OLD)
    assert now.newest == master_id(NEW)
    assert now.known == {master_id(NEW), master_id(OLD)}
    assert await now.unwrap(before.newest, wrapped, b"row") == DATA_KEY
    anew = await now.wrap(DATA_KEY, b"row")
    assert await masters(NEW).unwrap(now.newest, anew, b"row") == DATA_KEY


async def test_a_missing_master_key_is_named_by_its_hash_and_nothing_is_shown() -> None:
    wrapped = await masters(OLD).wrap(DATA_KEY, b"row")
    with pytest.raises(MasterKeyError, match=master_id(OLD)) as refused:
        await masters(STRANGE).unwrap(master_id(OLD), wrapped, b"row")
    assert "POON_PRIVACY__OLD_MASTER_KEYS" in str(refused.value)
    assert all(key.decode() not in str(refused.value) for key in (OLD, STRANGE))


async def test_a_wrapped_key_of_another_row_is_refused() -> None:
    own = masters(NEW)
    wrapped = await own.wrap(DATA_KEY, b"row")
    with pytest.raises(MasterKeyError, match="restore that table"):
        await own.unwrap(own.newest, wrapped, b"another row")
