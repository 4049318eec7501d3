"""Rights on Apache Kafka 4 with an authorizer: made by Terraform, worked with, and worked against."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs export nothing by name
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)
from typer.testing import CliRunner

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.reader import KafkaOutcomeReader
from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from contracts.events.texts import TextParsed
from infra.tools.terraform import FOLDER, CheckError, Terraform, terraform
from tests.e2e.fleet_process import FleetProcess
from tests.integration.terraform.applying import apply, nothing_to_do
from tests.services.fixtures import note_service
from tests.services.kafka import native_kafka_is_possible
from tests.services.kafka_admin import SILENT, admin
from tests.services.kafka_jars import kafka_version
from tests.services.kafka_secure import GuardedKafka, guarded_kafka
from tests.services.service import Service
from tests.services.waiting import eventually
from workers.bootstrap.clients import kafka_connection
from workers.config import Settings, load_settings
from workers.entrypoints.cli import app
from workers.ports.errors import UnavailableError
from workers.ports.messages import OutgoingRecord
from workers.ports.outcomes import FromBeginning, Outcome

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka whose listeners can be set"),
]

USERS: Final = ("terraform", "poon-workers", "poon-privacy", "mobile", "analytics", "operators", "stranger")
ONLY_TOPICS: Final = "-target=module.topics"
AREAS: Final = ("texts", "spending", "categories", "insights", "statements", "workflows", "projections")
ACCESS: Final[Mapping[str, Any]] = {
    "workers": {"User:poon-workers": [*AREAS, "receipts"], "User:poon-privacy": ["privacy"]},
    "producers": {"User:mobile": ["texts", "workflows"]},
    "consumers": {"User:analytics": {"areas": ["texts"], "group_prefix": "analytics."}},
    "operators": ["User:operators"],
}


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[GuardedKafka]:
    """A cluster on which Terraform's user may make topics and rules, and nobody else anything."""
    passwords = {name: f"pw-{name}-0123456789" for name in USERS}
    with guarded_kafka(tmp_path_factory.mktemp("certificates"), passwords) as cluster:
        note_service(pytestconfig, Service("Apache Kafka", kafka_version(), "native, 1 broker, SASL and an authorizer"))
        allow(
            cluster,
            *(binding("terraform", ResourceType.TOPIC, "poon.", each) for each in TOPIC_MAKING),
            *(binding("terraform", ResourceType.BROKER, "kafka-cluster", each) for each in RULE_MAKING),
        )
        yield cluster


TOPIC_MAKING: Final = (
    AclOperation.CREATE, AclOperation.DESCRIBE, AclOperation.ALTER, AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
)  # fmt: skip
RULE_MAKING: Final = (AclOperation.ALTER, AclOperation.DESCRIBE)


def binding(user: str, kind: ResourceType, name: str, operation: AclOperation) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if name.endswith(".") else ResourcePatternType.LITERAL
    return AclBinding(kind, name, pattern, f"User:{user}", "*", operation, AclPermissionType.ALLOW)


def allow(kafka: GuardedKafka, *bindings: AclBinding) -> None:
    client = admin(kafka.cluster.bootstrap_servers)
    for future in client.create_acls(list(bindings)).values():
        future.result(30)


def forbid(kafka: GuardedKafka, *bindings: AclBinding) -> None:
    client = admin(kafka.cluster.bootstrap_servers)
    # A filter that names everything is met by one rule.
    filters = [AclBindingFilter(*one._to_tuple()) for one in bindings]  # noqa: SLF001  its parts in order
    for future in client.delete_acls(filters).values():
        assert len(future.result(30)) == 1


def rules_of(kafka: GuardedKafka, user: str) -> list[AclBinding]:
    any_name: Any = None  # its stubs want one
    kinds = (ResourceType.ANY, any_name, ResourcePatternType.ANY)
    everything = AclBindingFilter(*kinds, f"User:{user}", "*", AclOperation.ANY, AclPermissionType.ANY)
    client = admin(kafka.cluster.bootstrap_servers)  # a client that is collected takes its requests with it
    return sorted(client.describe_acls(everything).result(30))


def given(kafka: GuardedKafka, access: Mapping[str, Any] | None = ACCESS) -> dict[str, Any]:
    return {
        "kafka": {
            "bootstrap_servers": kafka.bootstrap_servers,
            "replication_factor": 1,
            "min_insync": 1,
            "ca_certificate": str(kafka.ca),
            "sasl_mechanism": "scram-sha512",
            "sasl_username": "terraform",
        },
        "reply_callers": {"mobile": "User:mobile"},
        "access": access,
        "database": {"server": {"host": "localhost", "user": "postgres"}, "name": "poon"},
        "release": {
            "enabled": False,
            "namespace": "poon",
            "image": {"repository": "poon-workers"},
            "database_secret": "poon-database",
        },
    }


@pytest.fixture(scope="module")
def applied(kafka: GuardedKafka) -> Iterator[Terraform]:
    with terraform(FOLDER) as ready:
        started = Terraform(ready.copy, {**ready.environment, "TF_VAR_kafka_password": kafka.passwords["terraform"]})
        apply(started, given(kafka), ONLY_TOPICS)
        yield started


def settings(kafka: GuardedKafka, user: str) -> Settings:
    return load_settings(kafka.environment(user), Path("/nowhere"))


async def send(kafka: GuardedKafka, user: str, command_id: str) -> None:
    command = ParseText(text="กาแฟ 65 บาท")
    envelope = Envelope(
        id=command_id, source="/test", type=command.type, time=SystemClock().now(), tenant="acme", owner="nok"
    )
    publisher = KafkaPublisher(kafka_connection(settings(kafka, user)), "test")
    await publisher.start()
    try:
        record = OutgoingRecord("poon.texts.commands", envelope.key.encode(), encode(command), envelope.headers())
        await publisher.publish([record])
    finally:
        await publisher.stop()


async def outcomes_read(kafka: GuardedKafka, user: str) -> list[Outcome]:
    """The first outcomes of texts there are."""
    reader = KafkaOutcomeReader(kafka_connection(settings(kafka, user)), ["poon.texts.events"], FromBeginning())
    found: list[Outcome] = []

    async def some() -> bool:
        found.extend(await reader.read(0.2))
        return bool(found)

    await reader.start()
    try:
        await eventually(some, "an outcome", seconds=120)
    finally:
        await reader.stop()
    return found


@pytest.mark.usefixtures("applied")
async def test_a_fleet_its_producer_and_its_consumer_work_by_the_rules_alone(
    kafka: GuardedKafka, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path}/poon.db"
    migrate(database)
    environment = {**kafka.environment("poon-workers"), "POON_DATABASE__URL": database}
    fleet = FleetProcess(environment, tmp_path, ",".join(AREAS))
    fleet.start_and_wait()
    try:
        await send(kafka, "mobile", "c-1")
        outcomes = await outcomes_read(kafka, "analytics")
        log = fleet.log.read_text()
    finally:
        code = fleet.terminate()
    assert isinstance(outcomes[0].event, TextParsed)
    assert "uthoriz" not in log, log
    assert code == 0


@pytest.mark.usefixtures("applied")
def test_operators_look_after_a_fleet_and_have_an_owner_erased(kafka: GuardedKafka, tmp_path: Path) -> None:
    database = {"POON_DATABASE__URL": f"sqlite:///{tmp_path}/poon.db"}
    migrate(database["POON_DATABASE__URL"])
    fleet = FleetProcess({**kafka.environment("poon-privacy"), **database}, tmp_path, "privacy")
    fleet.start_and_wait()
    try:
        for command in ("topics diff --replies mobile", "lag", "owners erase nok --tenant acme --yes"):
            ended = CliRunner().invoke(app, command.split(), env=kafka.environment("operators") | database)
            assert ended.exit_code == 0, (command, ended.output)
    finally:
        fleet.terminate()


def what_becomes_of_a_record(kafka: GuardedKafka, user: str, topic: str) -> str:
    """The name of the broker's refusal, or that it was written."""
    told: list[str] = []
    options = kafka_connection(settings(kafka, user)).librdkafka_options()
    producer = Producer({**options, "message.timeout.ms": 30_000}, logger=SILENT)
    producer.produce(
        topic, b"planted", on_delivery=lambda error, _: told.append("written" if error is None else error.name())
    )
    assert producer.flush(60) == 0
    return told[0]


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("mobile", "poon.privacy.commands"),
        ("mobile", "poon.spending.commands"),
        ("mobile", "poon.texts.events"),
        ("analytics", "poon.texts.events"),
        ("poon-workers", "poon.privacy.commands"),
        ("poon-workers", "poon.privacy.events"),
        ("poon-privacy", "poon.spending.events"),
        ("stranger", "poon.texts.commands"),
    ],
)
def test_who_has_no_rule_for_writing_is_refused(kafka: GuardedKafka, user: str, topic: str) -> None:
    assert what_becomes_of_a_record(kafka, user, topic) == "TOPIC_AUTHORIZATION_FAILED"


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("user", ["mobile", "stranger"])
async def test_who_has_no_rule_for_reading_finds_no_topic(kafka: GuardedKafka, user: str) -> None:
    with pytest.raises(UnavailableError, match="does not exist"):
        await outcomes_read(kafka, user)


def test_a_rule_that_somebody_took_away_is_given_again(kafka: GuardedKafka, applied: Terraform) -> None:
    lost = binding("mobile", ResourceType.TOPIC, "poon.texts.commands", AclOperation.WRITE)
    forbid(kafka, lost)
    try:
        with pytest.raises(CheckError, match="1 to add"):
            nothing_to_do(applied, ONLY_TOPICS)
    finally:
        apply(applied, given(kafka), ONLY_TOPICS)
    assert lost in rules_of(kafka, "mobile")


def test_a_right_that_is_taken_out_of_the_list_goes_and_what_others_gave_stays(
    kafka: GuardedKafka, applied: Terraform
) -> None:
    others = binding("analytics", ResourceType.TOPIC, "sales.", AclOperation.READ)
    allow(kafka, others)
    before = rules_of(kafka, "operators")
    assert before
    try:
        apply(applied, given(kafka, {**ACCESS, "consumers": {}}), ONLY_TOPICS)
        assert rules_of(kafka, "analytics") == [others]
        assert rules_of(kafka, "operators") == before
    finally:
        apply(applied, given(kafka), ONLY_TOPICS)
    assert len(rules_of(kafka, "analytics")) == 3


def test_no_password_is_in_the_state(kafka: GuardedKafka, applied: Terraform) -> None:
    state = (applied.copy / "terraform.tfstate").read_text()
    assert "User:mobile" in state
    assert not [password for password in kafka.passwords.values() if password in state]
