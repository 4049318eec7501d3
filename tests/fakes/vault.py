"""Keys for tests: real ones."""

from uuid import uuid4

from adapters.database.owner_keys import Vault
from adapters.vault.aead import AesGcm
from adapters.vault.master_keys import LocalMasterKeys
from workers.ports.vault import MasterKeys, OwnerKey

MASTER, OLDER = b"m" * 32, b"o" * 32


def vault(*keys: bytes, seconds: float = 300.0, most: int = 10_000) -> Vault:
    """What seals with these master keys, the newest first."""
    cipher = AesGcm()
    return Vault(cipher, LocalMasterKeys(keys or (MASTER,), cipher), uuid4, seconds, most)


class CountingMasters:
    """`MasterKeys` that counts what a service would be asked.

    Attributes:
        unwrapped: how many owners' keys it has unwrapped.
    """

    def __init__(self, masters: MasterKeys) -> None:
        self._masters = masters
        self.unwrapped = 0

    @property
    def newest(self) -> str:
        return self._masters.newest

    @property
    def known(self) -> frozenset[str]:
        return self._masters.known

    async def wrap(self, data_key: bytes, bound: bytes) -> bytes:
        return await self._masters.wrap(data_key, bound)

    async def unwrap(self, master: str, wrapped: bytes, bound: bytes) -> bytes:
        self.unwrapped += 1
        return await self._masters.unwrap(master, wrapped, bound)


class MemoryOwnerKeys:
    """`OwnerKeySource` in memory: real keys, which can be destroyed.

    Attributes:
        asked: for whose key, and whether it was looked up anew.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], OwnerKey] = {}
        self._destroyed = 0
        self.asked: list[tuple[str, str, bool]] = []

    async def key_of(self, tenant: str, owner: str, *, anew: bool) -> OwnerKey:
        self.asked.append((tenant, owner, anew))
        new = OwnerKey(uuid4(), tenant, owner, 1 + self._destroyed, AesGcm().new_key())
        return self._keys.setdefault((tenant, owner), new)

    async def known_key_of(self, tenant: str, owner: str) -> OwnerKey | None:
        return self._keys.get((tenant, owner))

    def destroy(self, tenant: str, owner: str) -> None:
        self._destroyed += 1
        del self._keys[tenant, owner]
