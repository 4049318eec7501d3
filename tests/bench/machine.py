"""The machine and the programs a run was made on: without them its numbers say little."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("aiokafka", "faststream", "pydantic", "psycopg", "sqlalchemy")


def machine_facts() -> dict[str, str]:
    """What to know of machine and interpreter when reading the results."""
    return {
        "cores": f"{len(os.sched_getaffinity(0))} ({_processor()})",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": platform.platform(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "settings given": " ".join(f"{name}={value}" for name, value in sorted(_given().items())) or "none",
    }


def _given() -> dict[str, str]:
    """The fleet's settings of this shell, which ours inherits: a way to try one out."""
    mine = {name: value for name, value in os.environ.items() if name.startswith("POON_")}
    return {name: value for name, value in mine.items() if not name.startswith("POON_TEST_")}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
