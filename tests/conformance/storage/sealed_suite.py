"""What every store does with what is sealed, besides all that it does with what is not."""

from dataclasses import dataclass, field

import pytest

from adapters.storage.images import ObjectImageStore, open_image_stores
from adapters.storage.opening import S3Options, open_store
from adapters.storage.owner_files import open_owner_files
from adapters.storage.statements import ObjectStatementFiles, open_statement_stores
from adapters.vault.contents import OwnerContents
from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES, ImageReference
from tests.conformance.storage.owner_suite import OWNER, TENANT, OwnerFilesSuite
from tests.conformance.storage.statement_suite import PLACE, ROWS, StatementFilesSuite, code_of
from tests.fakes.vault import MemoryOwnerKeys
from tests.services.stores import open_image_store, open_statement_files
from workers.ports.errors import ImageError, StatementError
from workers.ports.images import ImageStore
from workers.ports.privacy import OwnerFiles
from workers.ports.sealing import CONTENT_MARK
from workers.ports.statement_files import StatementFiles
from workers.ports.vault import BrokenSealError, MasterKeyError

CONTENT = b"Date,Description\n15/01/2026,planted words\n" * 10_000
ROWS_KEY = f"statement-rows/{PLACE.tenant}/{PLACE.statement_id}/{PLACE.chunk}.jsonl"


@dataclass(frozen=True)
class SealedPlace:
    """A store whose files are sealed, and a look at the bytes that lie in it."""

    url: str
    s3: S3Options | None = None
    keys: MemoryOwnerKeys = field(default_factory=MemoryOwnerKeys)

    @property
    def seals(self) -> OwnerContents:
        return OwnerContents(self.keys)

    async def images(self, owner: str = OWNER) -> ImageStore:
        return await open_image_stores(self.url, self.seals, s3=self.s3).of(TENANT, owner)

    async def statements(self, owner: str = OWNER) -> StatementFiles:
        return await open_statement_stores(self.url, self.seals, s3=self.s3).of(TENANT, owner)

    @property
    def owner_files(self) -> OwnerFiles:
        return open_owner_files(self.url, self.seals, s3=self.s3)

    @property
    def plain_images(self) -> ObjectImageStore:
        return open_image_store(self.url, s3=self.s3)

    @property
    def plain_statements(self) -> ObjectStatementFiles:
        return open_statement_files(self.url, s3=self.s3)

    def stored(self, key: str) -> bytes:
        return bytes(open_store(self.url, self.s3).store.get(key).bytes())

    def put(self, key: str, data: bytes) -> None:
        open_store(self.url, self.s3).store.put(key, data)

    def spoil(self, key: str) -> None:
        data = bytearray(self.stored(key))
        data[-1] ^= 1
        self.put(key, bytes(data))


async def refused(store: ImageStore, reference: ImageReference) -> ErrorCode:
    with pytest.raises(ImageError) as caught:
        await store.load(reference)
    return caught.value.code


def rows_refused(files: StatementFiles) -> ErrorCode:
    with pytest.raises(StatementError) as caught:
        files.rows(PLACE)
    return caught.value.code


class SealedStoreSuite:
    """Subclass with a fixture `place`, an empty store."""

    async def test_nothing_that_is_kept_can_be_read_in_the_store(self, place: SealedPlace) -> None:
        images, files = await place.images(), await place.statements()
        image, statement = await images.save("a.jpg", CONTENT), files.save("a.csv", [CONTENT])
        files.keep_rows(PLACE, ROWS)
        for key in ("a.jpg", "a.csv", ROWS_KEY):
            stored = place.stored(key)
            assert stored.startswith(CONTENT_MARK)
            assert b"planted" not in stored
            assert "กาแฟ".encode() not in stored
        assert await images.load(image) == CONTENT
        assert b"".join(files.pieces(statement)) == CONTENT
        assert tuple(files.rows(PLACE)) == ROWS
        assert await place.owner_files.load(TENANT, OWNER, "a.csv") == CONTENT

    async def test_what_was_kept_before_is_read_as_it_is(self, place: SealedPlace) -> None:
        image = await place.plain_images.save("a.jpg", CONTENT)
        statement = place.plain_statements.save("a.csv", [CONTENT])
        place.plain_statements.keep_rows(PLACE, ROWS)
        assert await (await place.images()).load(image) == CONTENT
        files = await place.statements()
        assert b"".join(files.pieces(statement)) == CONTENT
        assert tuple(files.rows(PLACE)) == ROWS
        assert await place.owner_files.load(TENANT, OWNER, "a.jpg") == CONTENT

    async def test_what_was_changed_is_refused_by_name(self, place: SealedPlace) -> None:
        images, files = await place.images(), await place.statements()
        image, statement = await images.save("a.jpg", CONTENT), files.save("a.csv", [CONTENT])
        files.keep_rows(PLACE, ROWS)
        for key in ("a.jpg", "a.csv", ROWS_KEY):
            place.spoil(key)
        assert await refused(images, image) is ErrorCode.IMAGE_MISMATCH
        assert code_of(files.pieces(statement)) is ErrorCode.STATEMENT_MISMATCH
        assert rows_refused(files) is ErrorCode.STATEMENT_MISMATCH
        with pytest.raises(BrokenSealError, match=r"file a\.jpg"):
            await place.owner_files.load(TENANT, OWNER, "a.jpg")

    async def test_what_was_cut_at_a_segments_end_is_refused(self, place: SealedPlace) -> None:
        files = await place.statements()
        statement = files.save("a.csv", [CONTENT])
        place.put("a.csv", place.stored("a.csv")[: 20 + 3 * 65_536])
        assert code_of(files.pieces(statement)) is ErrorCode.STATEMENT_MISMATCH

    async def test_what_was_moved_to_another_key_is_refused(self, place: SealedPlace) -> None:
        images, files = await place.images(), await place.statements()
        image, statement = await images.save("a.jpg", CONTENT), files.save("a.csv", [CONTENT])
        place.put("b.jpg", place.stored("a.jpg"))
        place.put("b.csv", place.stored("a.csv"))
        assert await refused(images, image.model_copy(update={"key": "b.jpg"})) is ErrorCode.IMAGE_MISMATCH
        moved = files.pieces(statement.model_copy(update={"key": "b.csv"}))
        assert code_of(moved) is ErrorCode.STATEMENT_MISMATCH

    async def test_once_the_key_is_destroyed_there_is_nothing(self, place: SealedPlace) -> None:
        images, files = await place.images(), await place.statements()
        image, statement = await images.save("a.jpg", CONTENT), files.save("a.csv", [CONTENT])
        files.keep_rows(PLACE, ROWS)
        place.keys.destroy(TENANT, OWNER)
        images, files = await place.images(), await place.statements()
        assert await refused(images, image) is ErrorCode.IMAGE_NOT_FOUND
        assert code_of(files.pieces(statement)) is ErrorCode.STATEMENT_NOT_FOUND
        assert rows_refused(files) is ErrorCode.STATEMENT_NOT_FOUND
        assert await place.owner_files.load(TENANT, OWNER, "a.jpg") is None

    async def test_nobody_elses_file_is_read_by_who_knows_its_key_and_hash(self, place: SealedPlace) -> None:
        image = await (await place.images()).save("a.jpg", CONTENT)
        statement = (await place.statements()).save("a.csv", [CONTENT])
        assert await refused(await place.images("stranger"), image) is ErrorCode.IMAGE_NOT_FOUND
        assert code_of((await place.statements("stranger")).pieces(statement)) is ErrorCode.STATEMENT_NOT_FOUND
        assert await place.owner_files.load(TENANT, "stranger", "a.jpg") is None

    async def test_who_only_reads_makes_no_key(self, place: SealedPlace) -> None:
        await place.plain_images.save("old.jpg", CONTENT)
        await (await place.images()).save("a.jpg", CONTENT)
        asked = len(place.keys.asked)
        assert await place.owner_files.load(TENANT, "stranger", "old.jpg") == CONTENT
        assert await place.owner_files.load(TENANT, "stranger", "a.jpg") is None
        assert await place.owner_files.load(TENANT, OWNER, "a.jpg") == CONTENT
        assert len(place.keys.asked) == asked

    async def test_who_has_no_master_key_is_told_so(self, place: SealedPlace) -> None:
        image = await (await place.images()).save("a.jpg", CONTENT)
        statement = (await place.statements()).save("a.csv", [CONTENT])
        (await place.statements()).keep_rows(PLACE, ROWS)
        with pytest.raises(MasterKeyError, match="no master key is set"):
            await place.plain_images.load(image)
        with pytest.raises(MasterKeyError):
            list(place.plain_statements.pieces(statement))
        with pytest.raises(MasterKeyError):
            place.plain_statements.rows(PLACE)

    async def test_a_plain_image_that_is_too_large_is_refused_though_a_sealed_one_of_its_size_is_not(
        self, place: SealedPlace
    ) -> None:
        large = await place.plain_images.save("large.jpg", bytes(MAX_IMAGE_BYTES + 1))
        assert await refused(await place.images(), large) is ErrorCode.IMAGE_TOO_LARGE


class SealedStatementsSuite(StatementFilesSuite):
    """A module gives `place`."""

    @pytest.fixture
    async def files(self, place: SealedPlace) -> StatementFiles:
        return await place.statements()


class SealedOwnersSuite(OwnerFilesSuite):
    """A module gives `place`."""

    @pytest.fixture
    def files(self, place: SealedPlace) -> OwnerFiles:
        return place.owner_files

    @pytest.fixture
    async def images(self, place: SealedPlace) -> ObjectImageStore:
        return open_image_store(place.url, s3=place.s3, seal=await place.seals.of(TENANT, OWNER))

    @pytest.fixture
    async def statements(self, place: SealedPlace) -> ObjectStatementFiles:
        return open_statement_files(place.url, s3=place.s3, seal=await place.seals.of(TENANT, OWNER))
