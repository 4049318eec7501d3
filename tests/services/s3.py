"""The object store of a test run.

moto and boto3 take two seconds to import, which a run without an object store is spared.
"""

import importlib.metadata
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tests.services.service import Service, explicit_url

_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class S3Service:
    """A running object store that speaks S3."""

    service: Service
    endpoint: str
    access_key_id: str
    secret_access_key: str
    region: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client that reads AWS's own variables needs."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ALLOW_HTTP": "true",
        }

    def fresh_bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        client = self.client()
        try:
            client.create_bucket(Bucket=name)
        finally:
            client.close()
        return name

    def client(self) -> Any:  # noqa: ANN401  boto3 builds its clients at run time
        """A plain client to look into the store with; close it."""
        import boto3  # noqa: PLC0415

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            region_name=self.region,
        )


@contextmanager
def best_s3() -> Iterator[S3Service]:
    """The best object store to be had here."""
    if url := explicit_url("S3"):
        yield S3Service(
            Service("S3", "of unknown version", "POON_TEST_S3"),
            url,
            os.environ.get("AWS_ACCESS_KEY_ID", "test"),
            os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
            os.environ.get("AWS_REGION", _REGION),
        )
    else:
        with _moto() as s3:
            yield s3


@contextmanager
def _moto() -> Iterator[S3Service]:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        service = Service("S3 by moto", importlib.metadata.version("moto"), "embedded, in memory")
        yield S3Service(service, f"http://{host}:{port}", "test", "test", _REGION)
    finally:
        server.stop()
