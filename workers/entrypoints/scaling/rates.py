"""The measured rates that come with this release."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final

from workers.domain.scaling.capacity import MeasuredJob

_FILE: Final = "rates.toml"
_DESCRIBING: Final = {"about", "measured", "source"}


@dataclass(frozen=True, slots=True)
class Rate:
    """A job's costs and where they are from."""

    about: str
    measured: date
    source: str
    job: MeasuredJob


@dataclass(frozen=True, slots=True)
class Rates:
    """All jobs, and the machine they were measured on."""

    machine: str
    jobs: dict[str, Rate]


def measured_rates() -> Rates:
    """Read the file that is installed with the program."""
    read = tomllib.loads(files(__package__ or "").joinpath(_FILE).read_text(encoding="utf-8"))
    return Rates(read["machine"]["about"], {name: _rate(given) for name, given in read["jobs"].items()})


def _rate(given: dict[str, Any]) -> Rate:
    job = MeasuredJob(**{name: value for name, value in given.items() if name not in _DESCRIBING})
    return Rate(given["about"], given["measured"], given["source"], job)
