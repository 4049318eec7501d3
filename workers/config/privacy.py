"""Settings of what keeps personal texts from being read."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NoBase64Error
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr

from workers.config.groups import Seconds, SettingsGroup
from workers.config.values import SecretUrl, refused, url_with_scheme

MASTER_KEY_BYTES: Final = 32
_KEY_CURE: Final = "write 32 random bytes in base64, as `openssl rand -base64 32` prints them"
_KEYS_CURE: Final = "write sqlite:///path/to/keys.db or postgresql://user:password@host:5432/database"


def _master_keys(value: SecretStr) -> SecretStr:
    for number, text in enumerate(_parts(value), start=1):
        try:
            size = len(b64decode(text, validate=True))
        except (NoBase64Error, ValueError):
            raise refused(f"key {number} is no base64", _KEY_CURE) from None
        if size != MASTER_KEY_BYTES:
            raise refused(f"key {number} has {size} bytes instead of {MASTER_KEY_BYTES}", _KEY_CURE)
    return value


def _one_master_key(value: SecretStr) -> SecretStr:
    if len(_parts(value)) != 1:
        raise refused("is no single key", "name older ones in privacy.old_master_keys")
    return _master_keys(value)


def _parts(value: SecretStr) -> list[str]:
    return [part.strip() for part in value.get_secret_value().split(",") if part.strip()]


KeysUrl = Annotated[SecretUrl, AfterValidator(lambda url: url_with_scheme(url, _KEYS_CURE, "sqlite", "postgresql"))]


class PrivacySettings(SettingsGroup):
    """Whether personal texts are encrypted in the database, with a key for each owner."""

    master_key: Annotated[SecretStr, AfterValidator(_one_master_key)] | None = Field(
        None,
        description="wraps the keys of owners, 32 bytes in base64; personal texts are encrypted from when it is set on",
    )
    old_master_keys: Annotated[SecretStr, AfterValidator(_master_keys)] | None = Field(
        None, description="master keys from before, with commas, until `poon keys rotate` has replaced them"
    )
    keys_url: KeysUrl | None = Field(
        None,
        description="database of the owners' keys, so that backups of `database.url` hold none; `database.url` when"
        " left out",
    )
    remember_keys_seconds: Seconds = Field(
        300.0, description="time an owner's key stays in a process's memory, seconds"
    )
    most_remembered_keys: Annotated[int, Field(ge=100, le=10_000_000)] = Field(
        10_000, description="owners whose keys stay in a process's memory, owners"
    )

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The master keys, the newest first; none where nothing is encrypted."""
        if self.master_key is None:
            return ()
        old = [] if self.old_master_keys is None else _parts(self.old_master_keys)
        return tuple(b64decode(text) for text in (*_parts(self.master_key), *old))
