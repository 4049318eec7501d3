"""Keys for tests: real ones."""

from uuid import uuid4

from adapters.database.owner_keys import Vault
from adapters.vault.aead import AesGcm
from adapters.vault.master_keys import LocalMasterKeys

MASTER, OLDER = b"m" * 32, b"o" * 32


def vault(*keys: bytes, seconds: float = 300.0, most: int = 10_000) -> Vault:
    """What seals with these master keys, the newest first."""
    cipher = AesGcm()
    return Vault(cipher, LocalMasterKeys(keys or (MASTER,), cipher), uuid4, seconds, most)
