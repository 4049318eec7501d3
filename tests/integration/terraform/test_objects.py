"""The module objects, applied to a store that speaks S3: what the bucket forgets, and what each role may do there.

moto keeps a lifecycle and does not carry it out, and takes policies of identities seriously, but not a bucket's own.
"""

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID, uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from adapters.storage.opening import S3Options
from adapters.storage.owner_files import open_owner_files
from adapters.storage.statements import rows_folder
from contracts.ids import owner_folder
from infra.tools.terraform import CheckError, Terraform
from tests.conformance.storage.statement_suite import ROWS
from tests.integration.terraform.applying import alone, apply, needs
from tests.services.s3 import S3Service
from tests.services.stores import open_image_store, open_statement_files
from workers.domain.privacy import NOTHING_NAMED
from workers.ports.errors import StatementError, StorageError
from workers.ports.statement_files import ChunkPlace

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

FOLDER: Final = owner_folder("acme", "nok")
PLACE: Final = ChunkPlace("acme", UUID(int=5), 1)
S3Client: TypeAlias = Any  # boto3 builds its clients at run time
LACKING: Final = ["public_access_block", "ownership", "encryption"]
ROLES: Final = ("worker", "privacy", "producer", "archiver", "reader")


@pytest.fixture
def ready(s3_service: S3Service) -> Iterator[Terraform]:
    needs("aws")
    with alone("objects", s3_service.environment) as terraform:
        yield terraform


class Applied(NamedTuple):
    """A bucket that was made, what was said, and the policy of each role."""

    bucket: str
    said: str
    policies: Mapping[str, str]


@pytest.fixture(scope="module")
def applied(s3_service: S3Service) -> Applied:
    needs("aws")
    bucket = new_name()
    with alone("objects", s3_service.environment) as terraform:
        said = apply(terraform, given(s3_service, bucket))
        return Applied(bucket, said, json.loads(terraform.run("output", "-json", "policies")))


@pytest.fixture
def client(s3_service: S3Service) -> Iterator[S3Client]:
    with closing(s3_service.client()) as client:
        yield client


def given(s3: S3Service, bucket: str, **changed: object) -> dict[str, object]:
    usual = {
        "server": {"region": s3.region, "endpoint": s3.endpoint, "lacks": []},
        "bucket": bucket,
        "prefix": "",
        "encryption_key": None,
        "keep_versions_days": None,
        "expire_days": {"archive/": 3653},
        "principals": {},
    }
    return usual | changed


def new_name() -> str:
    return f"files-{uuid4().hex[:8]}"


def test_a_bucket_is_made_that_nobody_else_reaches_and_that_forgets(applied: Applied, client: S3Client) -> None:
    bucket = applied.bucket
    assert "warning" not in applied.said
    assert set(client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (sealed,) = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert sealed["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (owned,) = client.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owned == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert "Status" not in client.get_bucket_versioning(Bucket=bucket)
    rules = {rule["ID"]: rule for rule in client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["broken-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rules["old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert rules["expire-statement-rows"]["Expiration"] == {"Days": 30}
    assert rules["expire-archive"]["Filter"] == {"Prefix": "archive/"}
    assert {rule["Status"] for rule in rules.values()} == {"Enabled"}
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        client.get_bucket_policy(Bucket=bucket)


def test_a_bucket_that_is_there_is_brought_to_what_is_asked_for_and_never_emptied(
    ready: Terraform, s3_service: S3Service, client: S3Client
) -> None:
    bucket = s3_service.fresh_bucket()
    client.put_object(Bucket=bucket, Key="kept.jpg", Body=b"kept")
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    server = {"region": s3_service.region, "endpoint": s3_service.endpoint, "lacks": LACKING}
    worker = "arn:aws:iam::111122223333:role/worker"
    said = apply(ready, given(s3_service, bucket, server=server, principals={"worker": [worker]}))
    assert f"warning: {bucket} kept versions until now" in said
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"
    policy = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])
    assert {one["Principal"]["AWS"][0] for one in policy["Statement"]} == {worker}
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        client.get_public_access_block(Bucket=bucket)
    with pytest.raises(ClientError, match="OwnershipControlsNotFoundError"):
        client.get_bucket_ownership_controls(Bucket=bucket)

    key = "arn:aws:kms:us-east-1:111122223333:key/1"
    apply(ready, given(s3_service, bucket, keep_versions_days=7, encryption_key=key))
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = {rule["ID"]: rule for rule in client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    (sealed,) = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert sealed["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        client.get_bucket_policy(Bucket=bucket)

    ready.run("destroy", "-auto-approve", "-input=false", "-var-file=given.tfvars.json")
    assert client.get_object(Bucket=bucket, Key="kept.jpg")["Body"].read() == b"kept"


def test_a_bucket_that_locks_its_objects_is_refused(ready: Terraform, s3_service: S3Service, client: S3Client) -> None:
    bucket = new_name()
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    with pytest.raises(CheckError, match="locks its objects"):
        apply(ready, given(s3_service, bucket))


FORGETTING: Final = """#!/bin/sh
case "$*" in *put-bucket-lifecycle-configuration*) exit 0 ;; esac
exec {program} "$@"
"""


def test_a_store_that_takes_a_lifecycle_and_does_not_keep_it_is_refused(
    ready: Terraform, s3_service: S3Service, tmp_path: Path
) -> None:
    program = tmp_path / "aws"
    program.write_text(FORGETTING.format(program=shutil.which("aws")))
    program.chmod(0o755)
    forgetting = Terraform(ready.copy, {**ready.environment, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"})
    server = {"region": s3_service.region, "endpoint": s3_service.endpoint, "lacks": LACKING}
    with pytest.raises(CheckError, match="did not keep the rule broken-uploads"):
        apply(forgetting, given(s3_service, new_name(), server=server))


@pytest.fixture
def users(applied: Applied, s3_service: S3Service) -> Iterator[tuple[str, Mapping[str, S3Options]]]:
    """A bucket, and a user of each role and one of none, in a store that asks who somebody is."""
    if not s3_service.service.name.endswith("moto"):
        pytest.skip("users are made by moto's own interface")
    bucket = applied.bucket
    made = {role: user(s3_service, f"{bucket}-{role}", applied.policies.get(role)) for role in (*ROLES, "stranger")}
    asks_who_somebody_is(s3_service, after=0)
    try:
        yield bucket, made
    finally:
        asks_who_somebody_is(s3_service, after=float("inf"))


def may_delete(options: S3Options, bucket: str, key: str) -> bool:
    """Delete one object; our own adapter deletes many at once, and of those moto asks for the whole bucket."""
    with closing(
        boto3.client(
            "s3",
            endpoint_url=options.endpoint,
            aws_access_key_id=options.access_key,
            aws_secret_access_key=options.secret_key,
            region_name=options.region,
        )
    ) as client:
        try:
            client.delete_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return False
        return True


def user(s3: S3Service, name: str, policy: str | None) -> S3Options:
    with closing(
        boto3.client(
            "iam",
            endpoint_url=s3.endpoint,
            aws_access_key_id=s3.access_key_id,
            aws_secret_access_key=s3.secret_access_key,
            region_name=s3.region,
        )
    ) as iam:
        iam.create_user(UserName=name)
        if policy is not None:
            iam.put_user_policy(UserName=name, PolicyName="role", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
    return S3Options(s3.endpoint, s3.region, key["AccessKeyId"], key["SecretAccessKey"], allow_http=True)


def asks_who_somebody_is(s3: S3Service, after: float) -> None:
    """Have moto look at every request after so many."""
    place, said = f"{s3.endpoint}/moto-api/reset-auth", str(after).encode()
    asked = urllib.request.Request(place, said, {"Content-Type": "text/plain"})  # noqa: S310  it is moto's
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200


async def test_each_role_does_its_work_and_nothing_else(users: tuple[str, Mapping[str, S3Options]]) -> None:
    bucket, made = users
    place = f"s3://{bucket}"
    images = {role: open_image_store(place, s3=options) for role, options in made.items()}
    statements = {role: open_statement_files(place, s3=options) for role, options in made.items()}
    owners = {role: open_owner_files(place, s3=options) for role, options in made.items()}
    key = f"{FOLDER}/receipt.jpg"

    picture = await images["producer"].save(key, b"picture")
    statement = statements["producer"].save(f"{FOLDER}/april.csv", [b"day,amount\n"])
    assert await images["worker"].load(picture) == b"picture"
    assert b"".join(statements["worker"].pieces(statement)) == b"day,amount\n"
    statements["worker"].keep_rows(PLACE, ROWS)
    assert tuple(statements["worker"].rows(PLACE)) == tuple(ROWS)
    assert may_delete(made["worker"], bucket, f"{rows_folder(PLACE.tenant, PLACE.statement_id)}/{PLACE.chunk}.jsonl")
    with pytest.raises(StatementError):
        statements["worker"].rows(PLACE)
    assert await owners["reader"].load("acme", "nok", key) == b"picture"
    month = await images["archiver"].save("archive/part-00001.parquet", b"month")
    assert await images["reader"].load(month) == b"month"
    assert may_delete(made["archiver"], bucket, month.key)

    for role in ("producer", "archiver", "stranger"):
        with pytest.raises(StorageError, match="access denied"):
            await images[role].load(picture)
    for role in ("worker", "privacy", "reader", "archiver", "stranger"):
        with pytest.raises(StorageError, match="access denied"):
            await images[role].save(f"{FOLDER}/planted.jpg", b"planted")
    with pytest.raises(StorageError, match="access denied"):
        await images["producer"].save("statement-rows/acme/planted", b"planted")
    for role in ("worker", "producer", "reader", "archiver", "stranger"):
        assert not may_delete(made[role], bucket, key)

    for found in await owners["privacy"].keys("acme", "nok", NOTHING_NAMED):
        assert may_delete(made["privacy"], bucket, found)
    assert await owners["reader"].keys("acme", "nok", NOTHING_NAMED) == []
