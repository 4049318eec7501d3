"""Settings that cannot be loaded, or can and yet contradict each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.config import Settings, SettingsError
from workers.config.models import LOCAL
from workers.entrypoints.doctor.findings import Finding, critical, notice, warning
from workers.entrypoints.doctor.rounds import Checked, Report
from workers.entrypoints.exits import ExitCode

_SETTINGS = "docs/reference/settings.md"


def unloadable(error: SettingsError) -> Report:
    """The report where nothing else can be looked at: nobody knows where anything is."""
    findings = tuple(
        critical(
            line,
            "No command of `poon` starts with it; workers that run go on with what they were started with.",
            "Correct it; `poon config --check` says whether all is right.",
            _SETTINGS,
            ExitCode.CONFIGURATION,
        )
        for line in str(error).splitlines()
    )
    return Report((Checked("settings", findings),))


def contradictions(settings: Settings) -> Sequence[Finding]:
    """What cannot be meant so."""
    return [*_places(settings), *_models(settings), *_limits(settings)]


def _places(settings: Settings) -> Iterator[Finding]:
    database = settings.database.url.get_secret_value()
    replica = settings.database.replica_url
    if settings.is_embedded and not database.startswith("sqlite:"):
        yield warning(
            "the broker is embedded, in the memory of one process, and the database is PostgreSQL",
            "Commands that wait are gone when that process ends, while what was decided stays.",
            "Name a real broker in POON_KAFKA__BOOTSTRAP_SERVERS.",
            _SETTINGS,
        )
    if replica is not None and replica.get_secret_value() == database:
        yield notice(
            "database.replica_url is the database itself",
            "Queries take connections from the workers, and nothing is gained.",
            "Leave POON_DATABASE__REPLICA_URL out, or name a replica.",
            _SETTINGS,
        )
    if settings.images.s3_endpoint and settings.images.url.get_secret_value().startswith("file:"):
        yield warning(
            "images.s3_endpoint is set, and images are kept in a folder",
            "The endpoint is not used; workers on other machines do not find this machine's images.",
            "Write s3://bucket/prefix into POON_IMAGES__URL, or leave the endpoint out.",
            _SETTINGS,
        )


def _models(settings: Settings) -> Iterator[Finding]:
    asked = {link.name for chain in settings.chains.by_capability.values() for link in chain} - LOCAL
    for name in sorted(settings.models.servers.keys() - asked):
        yield notice(
            f"the model server {name} is in no chain",
            "It is never asked.",
            "Name it in POON_CHAINS__…, or leave it out of models.servers.",
            _SETTINGS,
        )
    bounded = sorted(
        name
        for name in asked
        if (server := settings.models.servers[name]).money_per_day is not None or server.calls_per_day is not None
    )
    if bounded and settings.cache.url.get_secret_value().startswith("memory:") and not settings.is_embedded:
        yield notice(
            f"the budget of {', '.join(bounded)} is counted in each process's own memory",
            "Each process may spend all of it.",
            "Name a Redis in POON_CACHE__URL, or divide the budget by the number of processes.",
            _SETTINGS,
        )


def _limits(settings: Settings) -> Iterator[Finding]:
    runtime = settings.runtime
    if runtime.max_in_flight_per_tenant > runtime.max_in_flight:
        yield notice(
            "runtime.max_in_flight_per_tenant is more than runtime.max_in_flight",
            "It never bounds anything.",
            "Lower POON_RUNTIME__MAX_IN_FLIGHT_PER_TENANT, or set it to 0.",
            _SETTINGS,
        )
    if runtime.mass_failure.failures == 0:
        yield notice(
            "the mass-failure limit is lifted (runtime.mass_failure.failures is 0)",
            "A broken release or backend may empty a whole topic into the dead letters.",
            "Set POON_RUNTIME__MASS_FAILURE__FAILURES to 50, its default, unless this is meant.",
            _SETTINGS,
        )
