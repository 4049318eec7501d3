"""Statements in a folder."""

from pathlib import Path

import pytest

from contracts.errors import ErrorCode
from contracts.statements import MAX_STATEMENT_BYTES, StatementReference
from tests.conformance.storage.statement_suite import PLACE, ROWS, StatementFilesSuite, code_of
from tests.services.stores import open_statement_files
from workers.ports.errors import StorageError
from workers.ports.statement_files import StatementFiles


class TestFolder(StatementFilesSuite):
    @pytest.fixture
    def files(self, tmp_path: Path) -> StatementFiles:
        return open_statement_files(f"file://{tmp_path}/images")

    def test_a_file_that_is_too_large_is_refused_unread(self, files: StatementFiles, tmp_path: Path) -> None:
        with (tmp_path / "images/large.csv").open("wb") as file:
            file.truncate(MAX_STATEMENT_BYTES + 1)
        large = StatementReference(key="large.csv", sha256="0" * 64)
        assert code_of(files.pieces(large)) is ErrorCode.STATEMENT_TOO_LARGE

    def test_a_key_that_is_a_folder_keeps_nothing(self, files: StatementFiles) -> None:
        files.save("acme/card.csv", [b"x"])
        with pytest.raises(ValueError, match="is a folder"):
            files.save("acme", [b"x"])

    def test_discarded_rows_leave_no_file(self, files: StatementFiles, tmp_path: Path) -> None:
        files.keep_rows(PLACE, ROWS)
        files.discard(PLACE.tenant, PLACE.statement_id)
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_a_folder_that_is_gone_is_an_outage(self, files: StatementFiles, tmp_path: Path) -> None:
        (tmp_path / "images").rmdir()
        with pytest.raises(StorageError, match="volume mounted"):
            files.rows(PLACE)

    def test_a_file_that_may_not_be_read_is_an_outage(self, files: StatementFiles, tmp_path: Path) -> None:
        (tmp_path / "images/statement-rows").write_text("in the way")
        with pytest.raises(StorageError, match="image folder"):
            files.keep_rows(PLACE, ROWS)
