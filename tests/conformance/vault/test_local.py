"""Master keys of the settings."""

import pytest

from adapters.vault.aead import AesGcm
from adapters.vault.master_keys import LocalMasterKeys
from tests.conformance.vault.suite import MasterKeysSuite
from workers.ports.vault import MasterKeys

NEW, OLD = b"n" * 32, b"o" * 32


class TestLocal(MasterKeysSuite):
    @pytest.fixture
    def before(self) -> MasterKeys:
        return LocalMasterKeys([OLD], AesGcm())

    @pytest.fixture
    def now(self) -> MasterKeys:
        return LocalMasterKeys([NEW, OLD], AesGcm())

    @pytest.fixture
    def after(self) -> MasterKeys:
        return LocalMasterKeys([NEW], AesGcm())
