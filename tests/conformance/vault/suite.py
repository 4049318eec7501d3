"""What every `MasterKeys` promises."""

import pytest

from workers.ports.vault import MasterKeyError, MasterKeys

DATA_KEY = b"d" * 32
ROW = b"owner key\0acme\0nok\0id"


class MasterKeysSuite:
    """Subclasses give the fixtures `before` (one key), `now` (a newer one too) and `after` (the newer one alone)."""

    async def test_the_newest_wraps_and_all_unwrap(
        self, before: MasterKeys, now: MasterKeys, after: MasterKeys
    ) -> None:
        wrapped = await before.wrap(DATA_KEY, ROW)
        assert await now.unwrap(before.newest, wrapped, ROW) == DATA_KEY
        anew = await now.wrap(DATA_KEY, ROW)
        assert now.newest == after.newest
        assert await after.unwrap(now.newest, anew, ROW) == DATA_KEY
        assert now.known == before.known | after.known
        assert before.newest in before.known

    async def test_nothing_can_be_read_of_what_is_wrapped_and_it_is_another_each_time(self, now: MasterKeys) -> None:
        one, two = await now.wrap(DATA_KEY, ROW), await now.wrap(DATA_KEY, ROW)
        assert one != two
        assert not [each for each in (one, two) if DATA_KEY[:8] in each]

    async def test_a_master_key_that_is_missing_is_named(self, before: MasterKeys, after: MasterKeys) -> None:
        wrapped = await before.wrap(DATA_KEY, ROW)
        with pytest.raises(MasterKeyError, match="which is not set") as refused:
            await after.unwrap(before.newest, wrapped, ROW)
        assert before.newest in str(refused.value)

    async def test_a_wrapped_key_of_another_row_is_refused(self, now: MasterKeys) -> None:
        wrapped = await now.wrap(DATA_KEY, ROW)
        with pytest.raises(MasterKeyError, match="restore that table"):
            await now.unwrap(now.newest, wrapped, ROW + b"2")

    async def test_a_changed_one_is_refused(self, now: MasterKeys) -> None:
        wrapped = bytearray(await now.wrap(DATA_KEY, ROW))
        wrapped[-1] ^= 1
        with pytest.raises(MasterKeyError, match="restore that table"):
            await now.unwrap(now.newest, bytes(wrapped), ROW)

    async def test_what_another_master_key_wrapped_is_refused(self, before: MasterKeys, now: MasterKeys) -> None:
        wrapped = await before.wrap(DATA_KEY, ROW)
        with pytest.raises(MasterKeyError):
            await now.unwrap(now.newest, wrapped, ROW)
