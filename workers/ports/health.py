"""Whether a fleet is alive, started and ready, and why: what its health endpoints answer."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class HealthModel(BaseModel):
    """A frozen part of an answer; readers skip what a later release adds."""

    model_config = ConfigDict(frozen=True)


class Result(StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105  no password
    FAIL = "fail"


class StuckLane(HealthModel):
    """A record that is being worked on for longer than retries and time budgets allow."""

    area: str = Field(description="whose commands are handled")
    topic: str
    partition: int
    offset: int = Field(description="position of the record in its partition")
    key_hash: str = Field(description="first 12 hexadecimal digits of the SHA-256 of the record's key")
    age: float = Field(description="seconds since the worker took the record over")
    worked: float = Field(description="seconds it has been worked on, outages left out")
    budget: float = Field(description="seconds it may be worked on")
    attempts: int = Field(description="how often it was tried so far")

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"{self.topic} partition {self.partition} offset {self.offset} (key {self.key_hash}, attempt"
            f" {self.attempts}) is stuck: worked on for {self.worked:.0f} s of {self.budget:.0f} s allowed,"
            f" taken over {self.age:.0f} s ago"
        )


class Check(HealthModel):
    """One thing that was looked at."""

    name: str
    status: Result
    reason: str = Field(description="what was found, for people")


class HealthReport(HealthModel):
    """An answer with its reasons."""

    status: Result = Field(description="`fail` when a check failed")
    checks: tuple[Check, ...]
    stuck: tuple[StuckLane, ...] = Field((), description="the lanes that made the check `lanes` fail")

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return self.status is Result.PASS

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.status is Result.FAIL)
