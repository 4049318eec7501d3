"""Wires what seals personal texts: the master keys of the settings, and where the owners' keys are."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from adapters.cache.sealed import SealedCache
from adapters.database.engine import OPERATION_SECONDS, Database, open_database
from adapters.database.owner_keys import Vault
from workers.config import Settings
from workers.config.privacy import PrivacySettings
from workers.ports.cache import Cache
from workers.ports.errors import UnavailableError
from workers.ports.sealing import UNSEALED, ContentSeals
from workers.ports.vault import Cipher, MasterKeys

_MISSING: Final = "a master key at AWS KMS needs packages that are not installed: pip install 'poon-workers[kms]'"


def sealing_database(
    settings: Settings, url: str, pool_size: int, operation_timeout: float = OPERATION_SECONDS
) -> Database:
    """A database whose personal texts are sealed as the settings say. Connects when first used.

    Args:
        settings: name the master keys.
        url: of the database, or of its replica.
        pool_size: most connections at a time.
        operation_timeout: longest time one transaction with PostgreSQL may take, seconds.

    Raises:
        DatabaseUrlError: a URL names no database we know.
    """
    seconds, keys_url = settings.database.connect_timeout_seconds, settings.privacy.keys_url
    database = open_database(url, pool_size=pool_size, connect_timeout=seconds, operation_timeout=operation_timeout)
    keys = None
    if keys_url is not None:
        keys = open_database(keys_url.get_secret_value(), pool_size=2, connect_timeout=seconds)
    database.seal_with(_vault(settings), keys)
    return database


def content_seals(settings: Settings, database: Database) -> ContentSeals:
    """What seals files and what caches remember, with the keys of a database that `sealing_database` gave."""
    if not settings.privacy.seals:
        return UNSEALED
    # Only who seals loads the library.
    from adapters.vault.contents import OwnerContents  # noqa: PLC0415

    return OwnerContents(database.seals.keys)


def sealing_cache(settings: Settings, cache: Cache, seals: ContentSeals) -> Cache:
    """A cache that seals, if anything is sealed."""
    return SealedCache(cache, seals) if settings.privacy.seals else cache


def _vault(settings: Settings) -> Vault | None:
    chosen = settings.privacy
    if not chosen.seals:
        return None
    # Only who seals loads the library.
    from adapters.vault.aead import AesGcm  # noqa: PLC0415

    cipher = AesGcm()
    return Vault(cipher, _masters(chosen, cipher), uuid4, chosen.remember_keys_seconds, chosen.most_remembered_keys)


def _masters(chosen: PrivacySettings, cipher: Cipher) -> MasterKeys:
    from adapters.vault.master_keys import LocalMasterKeys, MasterKeysTogether  # noqa: PLC0415

    kinds: list[MasterKeys] = []
    if chosen.keys:
        kinds.append(LocalMasterKeys(chosen.keys, cipher))
    if chosen.kms_keys:
        kinds.append(_at_kms(chosen))
    if chosen.kms_key is not None:
        kinds.reverse()
    return kinds[0] if len(kinds) == 1 else MasterKeysTogether(*kinds)


def _at_kms(chosen: PrivacySettings) -> MasterKeys:
    try:
        from adapters.vault.aws_kms import AwsKmsMasterKeys  # noqa: PLC0415
    except ModuleNotFoundError:
        raise UnavailableError(_MISSING) from None
    endpoint = chosen.kms_endpoint
    return AwsKmsMasterKeys(chosen.kms_keys, None if endpoint is None else endpoint.get_secret_value())
