"""What every service of a test run tells about itself."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """One line of the report: which service, which version, how it was found."""

    name: str
    version: str
    found: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.found})"


class ServiceUnavailableError(Exception):
    """No way to this service is open here; says what was looked for."""


def explicit_url(name: str) -> str | None:
    """The URL somebody set for this service, for instance `POON_TEST_KAFKA`."""
    return os.environ.get(f"POON_TEST_{name}") or None


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}
