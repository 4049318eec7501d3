"""Apache Kafka's own jars, as `infra/kafka/pom.xml` pins them, and those of others, copied once into a cache."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
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
    """The folder of Kafka's jars, if an earlier run copied all of them."""
    return _kafka().cached()


def fetch_jars() -> Path:
    """The folder of Kafka's jars; asks Maven only if the cache does not hold them."""
    return _kafka().fetch()


def _kafka() -> MavenJars:
    return MavenJars(f"kafka-{kafka_version()}", POM)


@dataclass(frozen=True, slots=True)
class MavenJars:
    """What a pom depends on, copied once into a cache outside the tree.

    Attributes:
        name: with the version, of the folder in the cache.
    """

    name: str
    pom: Path

    def cached(self) -> Path | None:
        """The folder, if an earlier run copied all of them."""
        folder = self._folder()
        return folder if (folder / _COMPLETE).exists() else None

    def fetch(self) -> Path:
        """The folder; asks Maven only if the cache does not hold them.

        Raises:
            ServiceUnavailableError: Maven is missing or cannot get them.
        """
        if cached := self.cached():
            return cached
        maven = find_maven()
        if maven is None:
            raise ServiceUnavailableError(f"neither cached jars of {self.name} nor Maven to fetch them")
        folder = self._folder()
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            fetched = Path(work, "jars")
            self._copy_dependencies(maven, Path(work), fetched)
            (fetched / _COMPLETE).touch()
            # Two runs may get here together: whoever is second finds the same jars in place.
            if not folder.exists():
                fetched.rename(folder)
        return folder

    def _copy_dependencies(self, maven: Path, work: Path, into: Path) -> None:
        # Maven leaves a target folder beside the pom; the tree stays clean if it is not beside ours.
        pom = shutil.copy(self.pom, work)
        command: list[str | Path] = [
            maven, "--batch-mode", "--quiet", "--file", pom,
            "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={into}",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_MAVEN_SECONDS)
        if done.returncode != 0:
            raise ServiceUnavailableError(f"Maven could not fetch {self.name}: {done.stdout[-1000:]}")

    def _folder(self) -> Path:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        # A change of the pom that keeps the version (of Kafka, but with a newer log4j) must not find the old jars.
        pinned = hashlib.sha256(self.pom.read_bytes()).hexdigest()[:8]
        return cache / "poon-workers" / f"{self.name}-{pinned}"
