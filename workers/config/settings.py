"""Every setting with its default, its unit and the rules that bind several of them."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from contracts.values import OWNER_PATTERN, TENANT_PATTERN
from workers.config.chains import refuse_unfit_chains
from workers.config.groups import Seconds, SettingsGroup
from workers.config.models import ChainSettings, ModelSettings
from workers.config.policies import (
    ByCommandType,
    ConcurrencySettings,
    MassFailureSettings,
    RetrySettings,
)
from workers.config.privacy import PrivacySettings
from workers.config.reading import LearningSettings, OcrSettings, SpendingSettings, TextSettings
from workers.config.telemetry import TelemetrySettings
from workers.config.values import WORKER_AREAS, SecretUrl, comma_list, host_list, refused, url_with_scheme

EMBEDDED: Final = "embedded"
_DATABASE_CURE: Final = "write sqlite:///path/to/file.db or postgresql://user:password@host:5432/database"
_CACHE_CURE: Final = "write memory://, redis://host:6379/0 or rediss://host:6379/0"
_IMAGES_CURE: Final = "write file:///folder or s3://bucket/prefix"


class SecurityProtocol(StrEnum):
    """How the broker is spoken to."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def uses_sasl(self) -> bool:
        return self.name.startswith("SASL")

    @property
    def uses_tls(self) -> bool:
        return self.name.endswith("SSL")


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class CommandLines(StrEnum):
    """Which commands get a log line when they end."""

    ALL = "all"
    UNSUCCESSFUL = "unsuccessful"
    NONE = "none"


class LogFormat(StrEnum):
    """How a log line looks."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def _bootstrap_servers(value: str) -> str:
    return value if value == EMBEDDED else host_list(value)


def _areas(value: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [area for area in value if area not in WORKER_AREAS]
    if unknown:
        raise refused(f"unknown area {unknown[0]!r}", f"choose from {', '.join(WORKER_AREAS)}")
    if not value:
        raise refused("no area is named", f"name at least one of {', '.join(WORKER_AREAS)}")
    return tuple(dict.fromkeys(value))


Areas = Annotated[tuple[str, ...], BeforeValidator(comma_list), AfterValidator(_areas)]
NotBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=249)]
DatabaseUrl = Annotated[
    SecretUrl, AfterValidator(lambda url: url_with_scheme(url, _DATABASE_CURE, "sqlite", "postgresql"))
]
CacheUrl = Annotated[
    SecretUrl, AfterValidator(lambda url: url_with_scheme(url, _CACHE_CURE, "memory", "redis", "rediss"))
]
ImagesUrl = Annotated[SecretUrl, AfterValidator(lambda url: url_with_scheme(url, _IMAGES_CURE, "file", "s3"))]


class DefaultSettings(SettingsGroup):
    """What `poon send` assumes."""

    tenant: Annotated[str, Field(pattern=TENANT_PATTERN)] = Field("default", description="tenant of `poon send`")
    owner: Annotated[str, Field(pattern=OWNER_PATTERN)] = Field("me", description="owner of `poon send`")


class KafkaSettings(SettingsGroup):
    """The broker and how to speak to it."""

    bootstrap_servers: Annotated[str, AfterValidator(_bootstrap_servers)] = Field(
        EMBEDDED, description="`embedded` for the in-process broker, or host:port pairs with commas"
    )
    group_id: NotBlank = Field(
        "poon-workers", description="prefix of the consumer groups: each area has its own, `<group_id>.<area>`"
    )
    client_id: NotBlank = Field("poon", description="name the broker's logs show for this process")
    security_protocol: SecurityProtocol = Field(
        SecurityProtocol.PLAINTEXT, description="encryption and authentication of the connection"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "PLAIN", description="how user name and password are proven"
    )
    sasl_username: str | None = Field(None, description="user name, for the SASL protocols")
    sasl_password: SecretStr | None = Field(None, description="password, for the SASL protocols")
    ssl_ca_file: Path | None = Field(None, description="PEM file of trusted authorities; the system's when left out")
    ssl_cert_file: Path | None = Field(None, description="PEM file of the client certificate, for mutual TLS")
    ssl_key_file: Path | None = Field(None, description="PEM file of the client certificate's key")
    ssl_key_password: SecretStr | None = Field(None, description="password of the key file")
    session_timeout_seconds: Annotated[float, Field(ge=6, le=1800)] = Field(
        10.0, description="silence after which the broker gives a worker up, seconds"
    )
    rebalance_timeout_seconds: Annotated[float, Field(ge=1, le=1800)] = Field(
        10.0, description="time to finish and commit when partitions move, seconds"
    )
    request_timeout_seconds: Seconds = Field(30.0, description="longest wait for one answer of the broker, seconds")
    max_poll_records: Annotated[int, Field(ge=1, le=10_000)] = Field(
        500, description="most records taken over at once, records"
    )
    compression: Literal["none", "gzip", "lz4", "zstd"] = Field("lz4", description="codec of published records")

    @model_validator(mode="after")
    def _embedded_is_plain(self) -> Self:
        if self.bootstrap_servers == EMBEDDED and self.security_protocol is not SecurityProtocol.PLAINTEXT:
            raise refused(
                "the embedded broker speaks PLAINTEXT only",
                "set PLAINTEXT, or name a real broker in kafka.bootstrap_servers",
                "security_protocol",
            )
        return self

    @model_validator(mode="after")
    def _sasl_is_complete(self) -> Self:
        protocol = self.security_protocol
        for name in ("sasl_username", "sasl_password"):
            given = getattr(self, name) is not None
            if protocol.uses_sasl and not given:
                raise refused(f"is needed by security protocol {protocol}", "set it", name)
            if given and not protocol.uses_sasl:
                raise refused(
                    f"is not used by security protocol {protocol}",
                    "set kafka.security_protocol to SASL_SSL, or leave it out",
                    name,
                )
        return self

    @model_validator(mode="after")
    def _tls_is_complete(self) -> Self:
        for name in ("ssl_ca_file", "ssl_cert_file", "ssl_key_file", "ssl_key_password"):
            if getattr(self, name) is not None and not self.security_protocol.uses_tls:
                raise refused(
                    f"is not used by security protocol {self.security_protocol}",
                    "set kafka.security_protocol to SSL or SASL_SSL, or leave it out",
                    name,
                )
        if self.ssl_cert_file and not self.ssl_key_file:
            raise refused("is needed by kafka.ssl_cert_file", "set it to the certificate's key", "ssl_key_file")
        if self.ssl_key_file and not self.ssl_cert_file:
            raise refused("is needed by kafka.ssl_key_file", "set it to the client certificate", "ssl_cert_file")
        return self


class DatabaseSettings(SettingsGroup):
    """The database of events and entries."""

    url: DatabaseUrl = Field(
        SecretUrl("sqlite:///.poon/poon.db"),
        description="SQLite file (in `data_dir` when left out) or PostgreSQL",
    )
    replica_url: DatabaseUrl | None = Field(
        None, description="a replica for queries (`poon entries`, `poon totals` and the like); `url` when left out"
    )
    pool_size: Annotated[int, Field(ge=1, le=200)] = Field(
        8, description="most connections of one process to PostgreSQL, connections"
    )
    connect_timeout_seconds: Seconds = Field(10.0, description="longest wait for a connection, seconds")
    accept_newer_schema: bool = Field(
        default=True,
        description="work on the schema of a newer release where that says this one may: while that one is rolled out,"
        " and after rolling back",
    )


class CacheSettings(SettingsGroup):
    """The memory of AI answers."""

    url: CacheUrl = Field(SecretUrl("memory://"), description="in this process, or a Redis shared by the fleet")


class ImageSettings(SettingsGroup):
    """Where images are kept."""

    url: ImagesUrl = Field(
        SecretUrl("file://.poon/images"),
        description="folder (in `data_dir` when left out) or S3 bucket and prefix",
    )
    s3_region: str | None = Field(None, description="region of the bucket")
    s3_endpoint: str | None = Field(None, description="URL of an S3-compatible server other than AWS")
    s3_access_key_id: str | None = Field(None, description="key id; the machine's own identity when left out")
    s3_secret_access_key: SecretStr | None = Field(None, description="secret of the key id")

    @model_validator(mode="after")
    def _keys_come_in_pairs(self) -> Self:
        if (self.s3_access_key_id is None) == (self.s3_secret_access_key is None):
            return self
        missing = "s3_access_key_id" if self.s3_access_key_id is None else "s3_secret_access_key"
        raise refused("is missing while its other half is given", "set both or neither", missing)


def _weights(value: tuple[str, ...]) -> tuple[str, ...]:
    for entry in value:
        tenant, separator, weight = entry.partition("=")
        if not (separator and re.fullmatch(TENANT_PATTERN, tenant) and _WEIGHT.fullmatch(weight) and float(weight)):
            raise refused(f"{entry!r} is no tenant and weight", "write for instance acme=3,other=0.5")
    return value


_WEIGHT: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
Weights = Annotated[tuple[str, ...], BeforeValidator(comma_list), AfterValidator(_weights)]


class RuntimeSettings(SettingsGroup):
    """How the fleet works through its topics."""

    areas: Areas = Field(WORKER_AREAS, description="areas this process works for, with commas")
    max_in_flight: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1_000, description="most commands of one area handled at the same time, commands"
    )
    max_in_flight_per_tenant: Annotated[int, Field(ge=0, le=100_000)] = Field(
        0, description="most of those that may be one tenant's; 0 is no bound of its own, commands"
    )
    tenant_weights: Weights = Field(
        (), description="shares of contested places, `tenant=weight` with commas; 1 for whoever is not named"
    )
    resume_at: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.5, description="share of a bound down to which a paused partition goes on, fraction"
    )
    max_uncommitted: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        20_000,
        description="most records of a partition taken over beyond what is committed, finished ones among them; as"
        " many as come in the longest time one attempt takes, or keys wait for a slow one, records",
    )
    commit_batch: Annotated[int, Field(ge=1, le=5_000)] = Field(
        500, description="most decisions stored in one database transaction, decisions"
    )
    drain_timeout_seconds: Seconds = Field(25.0, description="time to finish work after SIGTERM, seconds")
    handler_timeout_seconds: Seconds = Field(120.0, description="longest time one attempt may take, seconds")
    retry: RetrySettings = RetrySettings()
    by_type: ByCommandType = Field({}, description="what is different for single command types, see below")
    mass_failure: MassFailureSettings = MassFailureSettings()

    @model_validator(mode="after")
    def _delays_of_types_grow(self) -> Self:
        for name in self.by_type:
            retry = self.retry_of(name)
            if retry.max_delay_seconds < retry.base_delay_seconds:
                raise refused(
                    f"{name} would wait at most {retry.max_delay_seconds:g} seconds between attempts, less than its"
                    f" base delay of {retry.base_delay_seconds:g}",
                    "set max_delay_seconds of that type to at least its base_delay_seconds",
                    "by_type",
                )
        return self

    def retry_of(self, command_type: str) -> RetrySettings:
        """The retries of a command type."""
        own = self.by_type.get(command_type)
        return self.retry if own is None else own.over(self.retry)

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each tenant that is named."""
        return {tenant: float(weight) for tenant, _, weight in (entry.partition("=") for entry in self.tenant_weights)}

    def handler_timeout_of(self, command_type: str) -> float:
        """The longest time one attempt at a command of the type may take, seconds."""
        own = self.by_type.get(command_type)
        return (own and own.handler_timeout_seconds) or self.handler_timeout_seconds


class DeadLetterSettings(SettingsGroup):
    """What operators may do with dead letters."""

    max_redrives: Annotated[int, Field(ge=0, le=1_000)] = Field(
        3, description="most redrives that may lead from a command to its latest replacement, redrives"
    )


class HttpSettings(SettingsGroup):
    """What `poon run` answers to probes, scrapers and `poon top`."""

    enabled: bool = Field(default=True, description="whether `poon run` answers over HTTP at all")
    host: NotBlank = Field(
        "127.0.0.1", description="address it listens on; 0.0.0.0 where probes come from outside, as in a container"
    )
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        8080, description="port; 0 takes any free one, and so does the default when it is taken, port"
    )

    @property
    def is_port_chosen(self) -> bool:
        """Whether somebody counts on this very port."""
        return "port" in self.model_fields_set and self.port != 0


class LoggingSettings(SettingsGroup):
    """What the process says of itself."""

    level: LogLevel = Field(LogLevel.INFO, description="least important lines that are shown")
    format: LogFormat = Field(LogFormat.AUTO, description="`auto` is console on a terminal and JSON elsewhere")
    commands: CommandLines = Field(
        CommandLines.ALL,
        description="commands that get a line of level info when they end; `unsuccessful` are rejected and failed ones",
    )
    repeats_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        60, description="most warnings and errors of a kind within a minute, the rest is counted; 0 is no bound, lines"
    )


class Settings(SettingsGroup):
    """All settings of the fleet and its command line."""

    data_dir: Path = Field(
        Path(".poon"), description="folder of the embedded database, images, heartbeat and addresses"
    )
    defaults: DefaultSettings = DefaultSettings()
    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    cache: CacheSettings = CacheSettings()
    images: ImageSettings = ImageSettings()
    runtime: RuntimeSettings = RuntimeSettings()
    dead_letters: DeadLetterSettings = DeadLetterSettings()
    ocr: OcrSettings = OcrSettings()
    models: ModelSettings = ModelSettings()
    chains: ChainSettings = ChainSettings()
    http: HttpSettings = HttpSettings()
    concurrency: ConcurrencySettings = ConcurrencySettings()
    logging: LoggingSettings = LoggingSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    texts: TextSettings = TextSettings()
    learning: LearningSettings = LearningSettings()
    spending: SpendingSettings = SpendingSettings()
    privacy: PrivacySettings = PrivacySettings()

    @model_validator(mode="before")
    @classmethod
    def _keep_data_together(cls, given: object) -> object:
        """A moved data folder takes database and images along, unless they are named themselves."""
        if not isinstance(given, dict) or "data_dir" not in given:
            return given
        folder = given["data_dir"]
        urls = {"database": f"sqlite:///{folder}/poon.db", "images": f"file://{folder}/images"}
        moved = dict(given)
        for group, url in urls.items():
            values = given.get(group, {})
            if isinstance(values, dict):
                moved[group] = {"url": url} | values
        return moved

    @model_validator(mode="after")
    def _chains_fit(self) -> Self:
        refuse_unfit_chains(
            self.chains,
            self.models,
            recognition_seconds=self.ocr.timeout_seconds,
            handler_seconds=self.runtime.handler_timeout_of,
        )
        return self

    @property
    def is_embedded(self) -> bool:
        """Whether the broker runs inside `poon run` or `poon demo`."""
        return self.kafka.bootstrap_servers == EMBEDDED
