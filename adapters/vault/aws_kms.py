"""`MasterKeys` at AWS KMS: the master key never leaves it, and whoever may use it is for IAM to say.

Needs the extra `kms`. A key is named by its ARN, which tells no secret and is kept beside what it wrapped.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from workers.ports.errors import UnavailableError
from workers.ports.vault import MasterKeyError

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 5
ATTEMPTS: Final = 3
_BOUND: Final = "poon-row"
_REGION: Final = 3
"""Which part of an ARN is the region."""
_CHANGED: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_UNUSABLE: Final = frozenset(
    {
        "AccessDeniedException",
        "DisabledException",
        "InvalidArnException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
    }
)
"""What another attempt does not change, but an operator may."""


class AwsKmsMasterKeys:
    """`MasterKeys` at AWS KMS, each in the region its ARN names.

    Credentials are found as every tool of AWS finds them: the environment, a profile, the machine's role.

    Args:
        keys: their ARNs, the newest first; none an alias, which might be moved to another key.
        endpoint: another address than Amazon's own, for instance of a VPC.
    """

    def __init__(self, keys: Sequence[str], endpoint: str | None = None) -> None:
        self._keys = frozenset(keys)
        self._newest = keys[0]
        self._endpoint = endpoint
        self._clients: dict[str, Any] = {}

    @property
    def newest(self) -> str:
        return self._newest

    @property
    def known(self) -> frozenset[str]:
        return self._keys

    async def wrap(self, data_key: bytes, bound: bytes) -> bytes:
        client = await self._client(self._newest)
        encrypt = partial(client.encrypt, KeyId=self._newest, Plaintext=data_key, EncryptionContext=_context(bound))
        answer = await self._asked(self._newest, encrypt)
        return bytes(answer["CiphertextBlob"])

    async def unwrap(self, master: str, wrapped: bytes, bound: bytes) -> bytes:
        if master not in self._keys:
            raise MasterKeyError.missing(master)
        client = await self._client(master)
        decrypt = partial(client.decrypt, KeyId=master, CiphertextBlob=wrapped, EncryptionContext=_context(bound))
        answer = await self._asked(master, decrypt)
        return bytes(answer["Plaintext"])

    async def _client(self, key: str) -> Any:  # noqa: ANN401  boto3 builds its clients at run time
        region = key.split(":")[_REGION]
        if region not in self._clients:
            # Reads files of descriptions. One client serves all threads.
            self._clients[region] = await asyncio.to_thread(_client_of, region, self._endpoint)
        return self._clients[region]

    async def _asked(self, key: str, call: partial[dict[str, Any]]) -> dict[str, Any]:
        try:
            return await asyncio.to_thread(call)
        except ClientError as error:
            raise _meant(key, error) from None
        except BotoCoreError as error:
            raise UnavailableError(f"AWS KMS cannot be used for the master key {key}: {error}") from None


def _client_of(region: str, endpoint: str | None) -> Any:  # noqa: ANN401  boto3 builds its clients at run time
    options = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    return boto3.session.Session().client("kms", region_name=region, endpoint_url=endpoint, config=options)


def _context(bound: bytes) -> dict[str, str]:
    """What a wrapped key is bound to, by its hash: the context stands in the clear in KMS's own log."""
    return {_BOUND: hashlib.sha256(bound).hexdigest()}


def _meant(key: str, error: ClientError) -> UnavailableError:
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    if code in _CHANGED:
        return MasterKeyError(
            f"the master key {key} does not open an owner's key it is said to have wrapped: a row of owner_keys was"
            " changed, restore that table"
        )
    if code in _UNUSABLE:
        return MasterKeyError(f"AWS KMS does not let the master key {key} be used: {code}")
    return UnavailableError(f"AWS KMS cannot be used for the master key {key}: {code}")
