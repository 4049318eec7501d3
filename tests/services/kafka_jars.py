"""Apache Kafka's own jars, as `infra/kafka/pom.xml` pins them, copied once into a cache outside the tree."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from tests.services.processes import find_program
from tests.services.service import ServiceUnavailableError

POM: Final = Path(__file__).parents[2] / "infra" / "kafka" / "pom.xml"
OLDEST_JAVA: Final = 17

_MAVEN_SECONDS: Final = 600
_COMPLETE: Final = ".complete"


def kafka_version() -> str:
    """The version the pom pins."""
    version = ET.parse(POM).findtext(".//{*}kafka.version")  # noqa: S314  the file is our own
    if not version:
        raise ServiceUnavailableError(f"{POM.name} pins no kafka.version")
    return version


@functools.cache
def find_java() -> Path | None:
    """A Java that is new enough for the broker."""
    home = os.environ.get("JAVA_HOME")
    candidates = [Path(home, "bin", "java")] if home else []
    java = next((each for each in candidates if each.exists()), None) or find_program("java")
    if java is None:
        return None
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    version = re.search(r'version "(\d+)', said)
    return java if version and int(version[1]) >= OLDEST_JAVA else None


def find_maven() -> Path | None:
    return find_program("mvn")


def cached_jars() -> Path | None:
    """The folder of the jars, if an earlier run copied all of them."""
    folder = _folder()
    return folder if (folder / _COMPLETE).exists() else None


def fetch_jars() -> Path:
    """The folder of the jars; asks Maven only if the cache does not hold them."""
    if cached := cached_jars():
        return cached
    maven = find_maven()
    if maven is None:
        raise ServiceUnavailableError("neither cached Kafka jars nor Maven to fetch them")
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        fetched = Path(work, "jars")
        _copy_dependencies(maven, Path(work), fetched)
        (fetched / _COMPLETE).touch()
        # Two runs may get here together: whoever is second finds the same jars in place.
        if not folder.exists():
            fetched.rename(folder)
    return folder


def _copy_dependencies(maven: Path, work: Path, into: Path) -> None:
    # Maven leaves a target folder beside the pom; the tree stays clean if it is not beside ours.
    pom = shutil.copy(POM, work)
    command: list[str | Path] = [
        maven, "--batch-mode", "--quiet", "--file", pom,
        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={into}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_MAVEN_SECONDS)
    if done.returncode != 0:
        raise ServiceUnavailableError(f"Maven could not fetch Kafka {kafka_version()}: {done.stdout[-1000:]}")


def _folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    # A change of the pom that keeps Kafka's version (a newer log4j) must not find the old jars.
    pinned = hashlib.sha256(POM.read_bytes()).hexdigest()[:8]
    return cache / "poon-workers" / f"kafka-{kafka_version()}-{pinned}"
