"""Master keys at AWS KMS, alone and beside those of the settings; KMS is played by moto, over its real protocol."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.vault.aead import AesGcm
from adapters.vault.aws_kms import AwsKmsMasterKeys
from adapters.vault.master_keys import LocalMasterKeys, MasterKeysTogether
from tests.conformance.vault.suite import DATA_KEY, ROW, MasterKeysSuite
from workers.ports.errors import UnavailableError
from workers.ports.vault import MasterKeyError, MasterKeys

pytestmark = pytest.mark.integration

REGION = "eu-central-1"
OLD = b"o" * 32


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415  two seconds

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def client(endpoint: str) -> Iterator[Any]:
    import boto3  # noqa: PLC0415  two seconds

    made = boto3.client("kms", region_name=REGION, endpoint_url=endpoint)
    yield made
    made.close()


def new_key(client: Any) -> str:  # noqa: ANN401  boto3 builds its clients at run time
    return str(client.create_key(Description="of a test")["KeyMetadata"]["Arn"])


class AtKms(MasterKeysSuite):
    @pytest.fixture
    def new(self, client: Any) -> str:  # noqa: ANN401  boto3 builds its clients at run time
        return new_key(client)

    @pytest.fixture
    def after(self, endpoint: str, new: str) -> MasterKeys:
        return AwsKmsMasterKeys([new], endpoint)


class TestAwsKms(AtKms):
    @pytest.fixture
    def old(self, client: Any) -> str:  # noqa: ANN401  boto3 builds its clients at run time
        return new_key(client)

    @pytest.fixture
    def before(self, endpoint: str, old: str) -> MasterKeys:
        return AwsKmsMasterKeys([old], endpoint)

    @pytest.fixture
    def now(self, endpoint: str, new: str, old: str) -> MasterKeys:
        return AwsKmsMasterKeys([new, old], endpoint)

    async def test_a_key_that_is_not_there_is_told_by_its_name(self, endpoint: str, new: str) -> None:
        gone = f"{new[:-12]}{'0' * 12}"
        with pytest.raises(MasterKeyError, match=f"{gone} be used: NotFoundException"):
            await AwsKmsMasterKeys([gone], endpoint).wrap(DATA_KEY, ROW)

    async def test_a_service_that_cannot_be_reached_is_an_outage(self, new: str) -> None:
        with pytest.raises(UnavailableError, match="AWS KMS cannot be used") as refused:
            await AwsKmsMasterKeys([new], "http://127.0.0.1:9").wrap(DATA_KEY, ROW)
        assert not isinstance(refused.value, MasterKeyError)

    async def test_what_a_key_is_bound_to_is_told_to_the_service_by_its_hash_alone(
        self,
        now: MasterKeys,
        client: Any,  # noqa: ANN401  boto3 builds its clients at run time
    ) -> None:
        wrapped = await now.wrap(DATA_KEY, ROW)
        with pytest.raises(client.exceptions.InvalidCiphertextException):
            client.decrypt(CiphertextBlob=wrapped, EncryptionContext={"poon-row": ROW.decode()})


class TestMovingToAwsKms(AtKms):
    """From a master key of the settings."""

    @pytest.fixture
    def before(self) -> MasterKeys:
        return LocalMasterKeys([OLD], AesGcm())

    @pytest.fixture
    def now(self, after: MasterKeys, before: MasterKeys) -> MasterKeys:
        return MasterKeysTogether(after, before)


class TestMovingFromAwsKms(AtKms):
    """Back to a master key of the settings."""

    @pytest.fixture
    def before(self, endpoint: str, new: str) -> MasterKeys:
        return AwsKmsMasterKeys([new], endpoint)

    @pytest.fixture
    def after(self) -> MasterKeys:
        return LocalMasterKeys([OLD], AesGcm())

    @pytest.fixture
    def now(self, after: MasterKeys, before: MasterKeys) -> MasterKeys:
        return MasterKeysTogether(after, before)
