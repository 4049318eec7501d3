"""Settings of what keeps personal texts from being read."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NoBase64Error
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from workers.config.groups import Seconds, SettingsGroup
from workers.config.values import SecretUrl, refused, url_with_scheme

MASTER_KEY_BYTES: Final = 32
_KEY_CURE: Final = "write 32 random bytes in base64, as `openssl rand -base64 32` prints them"
_ARN_CURE: Final = "write its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID; an alias may be moved to another key"
_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
_ENDPOINT_CURE: Final = "write https://host, or leave it out for Amazon's own"
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


def _arns(value: str) -> str:
    for number, text in enumerate(_named(value), start=1):
        if _ARN.fullmatch(text) is None:
            raise refused(f"key {number} is no key of AWS KMS", _ARN_CURE)
    return value


def _one_arn(value: str) -> str:
    if len(_named(value)) != 1:
        raise refused("is no single key", "name older ones in privacy.old_kms_keys")
    return _arns(value)


def _parts(value: SecretStr) -> list[str]:
    return _named(value.get_secret_value())


def _named(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


KeysUrl = Annotated[SecretUrl, AfterValidator(lambda url: url_with_scheme(url, _KEYS_CURE, "sqlite", "postgresql"))]
KmsEndpoint = Annotated[SecretUrl, AfterValidator(lambda url: url_with_scheme(url, _ENDPOINT_CURE, "https", "http"))]


class PrivacySettings(SettingsGroup):
    """Whether personal texts are encrypted in the database, with a key for each owner."""

    master_key: Annotated[SecretStr, AfterValidator(_one_master_key)] | None = Field(
        None,
        description="wraps the keys of owners, 32 bytes in base64; personal texts are encrypted from when it is set on",
    )
    old_master_keys: Annotated[SecretStr, AfterValidator(_master_keys)] | None = Field(
        None, description="master keys from before, with commas, until `poon keys rotate` has replaced them"
    )
    kms_key: Annotated[str, AfterValidator(_one_arn)] | None = Field(
        None,
        description="ARN of a key at AWS KMS that wraps the keys of owners instead of `privacy.master_key`; needs"
        " `pip install 'poon-workers[kms]'` (35 MB)",
    )
    old_kms_keys: Annotated[str, AfterValidator(_arns)] | None = Field(
        None, description="keys at AWS KMS from before, with commas, until `poon keys rotate` has replaced them"
    )
    kms_endpoint: KmsEndpoint | None = Field(
        None, description="address of AWS KMS, of a VPC for instance; Amazon's own of the key's region if left out"
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

    @model_validator(mode="after")
    def _one_newest(self) -> Self:
        if self.master_key is not None and self.kms_key is not None:
            raise refused(
                "is set beside privacy.master_key",
                "leave one as the newest, and name the other in privacy.old_master_keys or privacy.old_kms_keys",
                "kms_key",
            )
        return self

    @property
    def seals(self) -> bool:
        """Whether anything is encrypted."""
        return self.master_key is not None or self.kms_key is not None

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The master keys given here, the newest first; none where nothing is encrypted."""
        named = (self.master_key, self.old_master_keys) if self.seals else ()
        return tuple(b64decode(text) for value in named if value is not None for text in _parts(value))

    @property
    def kms_keys(self) -> tuple[str, ...]:
        """The ARNs of master keys at AWS KMS, the newest first; none where nothing is encrypted."""
        named = (self.kms_key, self.old_kms_keys) if self.seals else ()
        return tuple(text for value in named if value is not None for text in _named(value))
