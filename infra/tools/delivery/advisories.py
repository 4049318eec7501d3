"""Refuses a lock with a package that is known to be vulnerable.

usage: python -m infra.tools.delivery.advisories [--floor-only | --required] [--osv-url URL] [LOCK...]

Asks twice. The floor, infra/advisories.toml, is what was once found or looked up: no network, and no pin goes below it
again. Then pip-audit asks the world's advisories of today. Where no such service can be reached that is said, and is an
error with --required, as the pipeline has it: pip-audit itself passes what it could not look up.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from infra.tools.delivery.locked import LOCKS, ROOT, SHIPPED, Locked, locked

FLOOR: Final = ROOT / "infra/advisories.toml"
_SECONDS: Final = 900


class NotReachedError(Exception):
    """No advisory service answered for every package."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """Versions of a package that are known to be vulnerable."""

    package: str
    affected: SpecifierSet
    id: str
    about: str

    def hits(self, package: Locked) -> bool:
        return package.name == self.package and self.affected.contains(package.version, prereleases=True)


def floor(text: str) -> list[Advisory]:
    """The advisories of the file."""
    return [
        Advisory(canonicalize_name(one["package"]), SpecifierSet(one["affected"]), one["id"], one["about"])
        for one in tomllib.loads(text)["advisory"]
    ]


def below_the_floor(lock: Path, known: Sequence[Advisory]) -> list[str]:
    """What of a lock the file knows to be vulnerable."""
    return [
        f"{lock.name}: {package.name} {package.version}: {advisory.id}, {advisory.about}"
        for package in locked(lock.read_text())
        for advisory in known
        if advisory.hits(package)
    ]


def told_by_the_world(lock: Path, osv_url: str | None) -> list[str]:
    """What pip-audit says of a lock; may block for minutes.

    Raises:
        NotReachedError: it could not look up every package.
    """
    service = ["--vulnerability-service", "osv", "--osv-url", osv_url] if osv_url else []
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(
        [*command, *service, "-r", str(lock)], capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise NotReachedError(done.stderr.strip()[-300:]) from None
    return findings(lock.name, report)


def probe(osv_url: str | None) -> None:
    """Ask for one package first: where nobody answers for it, the hundreds of others are not asked for.

    Raises:
        NotReachedError: nobody answers.
    """
    first = locked(SHIPPED.read_text())[0]
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.lock"
        one.write_text(f"{first.name}=={first.version} --hash=sha256:{first.hashes[0]}\n")
        told_by_the_world(one, osv_url)


def findings(name: str, report: dict[str, Any]) -> list[str]:
    """What a report of pip-audit says against a lock.

    Raises:
        NotReachedError: it holds nothing against the lock, but skipped packages.
    """
    dependencies = report["dependencies"]
    found = [
        f"{name}: {one['name']} {one['version']}: {vulnerability['id']}, {_repaired(vulnerability['fix_versions'])}"
        for one in dependencies
        for vulnerability in one.get("vulns", ())
    ]
    skipped = [one for one in dependencies if "skip_reason" in one]
    if not found and (skipped or not dependencies):
        reason = skipped[0]["skip_reason"] if skipped else "it reports on nothing"
        raise NotReachedError(f"{len(skipped)} packages were not looked up: {reason}")
    return found


def _repaired(versions: list[str]) -> str:
    return f"repaired in {', '.join(versions)}" if versions else "not repaired yet"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.tools.delivery.advisories")
    parser.add_argument("locks", nargs="*", type=Path, default=LOCKS)
    parser.add_argument("--floor-only", action="store_true")
    parser.add_argument("--required", action="store_true")
    parser.add_argument("--osv-url")
    asked = parser.parse_args()
    known = floor(FLOOR.read_text())
    found = [said for lock in asked.locks for said in below_the_floor(lock, known)]
    unreached = None
    try:
        if not asked.floor_only:
            probe(asked.osv_url)
            found += [said for lock in asked.locks for said in told_by_the_world(lock, asked.osv_url)]
    except NotReachedError as error:
        unreached = str(error)
        print(f"  Today's advisories were NOT looked up. {error}", file=sys.stderr)
    for said in found:
        print(said, file=sys.stderr)
    return 1 if found or (unreached and asked.required) else 0


if __name__ == "__main__":
    sys.exit(main())
