"""`make terraform-check`: format, validation and tests of infra/terraform, without asking any network for providers.

Terraform wants providers from a registry. What it needs of one here, its schema and its code, is built from the Go
module instead, once, and handed to Terraform as a folder it is told to take providers from. Nothing is written into the
tree: Terraform works on a copy, so its lock file, which names the registry, is never there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "infra/terraform"
_MODULE: Final = "github.com/Mongey/terraform-provider-kafka"
_SUM: Final = "h1:Dh+rcu3u/j8W2VlR47e6z28EI1ptmN+UfAU6As8WRsw="
"""What the module was when it was chosen; Go's own database of sums is not reachable through every mirror."""
_BUILD_SECONDS: Final = 3600
_PINNED: Final = re.compile(r'source\s*=\s*"(?P<source>[^"]+)"\s*version\s*=\s*"(?P<version>\d+\.\d+\.\d+)"')
_PROVIDER: Final = re.compile(r"provider\[(?P<address>[^\]]+)\]")


class MissingError(Exception):
    """A program that is needed is not here; says which."""


class CheckError(Exception):
    """What was checked is wrong; says how."""


@dataclass(frozen=True, slots=True)
class Terraform:
    """Terraform on a copy of the configuration."""

    copy: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """Run it and give what it printed.

        Raises:
            CheckError: it ended with another code than 0.
        """
        done = subprocess.run(
            ["terraform", f"-chdir={self.copy}", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CheckError(f"terraform {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout


def main() -> int:
    try:
        provider(pinned()[1])
        with terraform(FOLDER) as ready:
            check(ready)
    except MissingError as error:
        # Not a failure in CI either: no package of Debian's brings Terraform.
        print(f"  Terraform not checked: {error}", file=sys.stderr)
    except CheckError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def check(ready: Terraform) -> None:
    """Hold the configuration to everything: format, validity, and the tests with the values of each environment.

    Raises:
        CheckError: it fails.
    """
    ready.run("fmt", "-check", "-recursive", "-diff")
    ready.run("validate")
    for values in sorted((ready.copy / "environments").glob("*.tfvars")):
        ready.run("test", f"-var-file=environments/{values.name}")


@contextmanager
def terraform(folder: Path) -> Iterator[Terraform]:
    """Terraform on a copy of a folder, initialised without a network.

    Raises:
        MissingError: Terraform is missing, or the provider was not built.
        CheckError: the configuration cannot be initialised.
    """
    _needs("terraform")
    with tempfile.TemporaryDirectory(prefix="poon-terraform-") as home:
        # As in the repository: a module names the chart by where it lies beside it.
        copy = Path(home) / "infra/terraform"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        shutil.copytree(ROOT / "charts", Path(home) / "charts")
        ready = Terraform(copy, _configured(Path(home)))
        ready.run("init", "-backend=false", "-input=false")
        yield ready


def _configured(home: Path) -> Mapping[str, str]:
    source, version = pinned()
    program = _cached(version)
    if not program.exists():
        raise MissingError("its provider is not built yet: `make terraform-check` builds it")
    mirror, settings = home / "providers", home / "terraform.rc"
    settings.write_text(f'provider_installation {{ filesystem_mirror {{ path = "{mirror}" }} }}\n')
    environment = {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1", "TF_CLI_ARGS": "-no-color"}
    place = mirror / _address(home, source, environment) / version / _platform(environment)
    place.mkdir(parents=True)
    (place / f"terraform-provider-{source.rpartition('/')[2]}_v{version}").symlink_to(program)
    return environment


def pinned() -> tuple[str, str]:
    """The one provider's source and version, as the configuration pins them."""
    found = {_PINNED.search(file.read_text()) for file in FOLDER.rglob("versions.tf")} - {None}
    said = {(match["source"], match["version"]) for match in found if match is not None}
    if len(said) != 1:
        raise CheckError(f"one provider pinned to one exact version is wanted, found {sorted(said)}")
    return said.pop()


def _address(home: Path, source: str, environment: Mapping[str, str]) -> str:
    """The provider's full address: only Terraform knows which registry a source without a host means."""
    asking = home / "asking"
    asking.mkdir()
    (asking / "main.tf").write_text(f'terraform {{\n required_providers {{\n it = {{ source = "{source}" }}\n}}\n}}\n')
    match = _PROVIDER.search(Terraform(asking, environment).run("providers"))
    if match is None:
        raise CheckError("Terraform does not say where its providers are from")
    return match["address"]


def _platform(environment: Mapping[str, str]) -> str:
    told: dict[str, str] = json.loads(Terraform(ROOT, environment).run("version", "-json"))
    return told["platform"]


def _cached(version: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "poon-workers/terraform"
    return cache / f"{_SUM[3:11].replace('/', '_')}-{version}"


def provider(version: str) -> Path:
    """The provider's program, built into the user's cache when it is not there yet: minutes, once.

    Raises:
        MissingError: Terraform or Go is missing; the module cannot be had, is not what was pinned, or cannot be built.
    """
    _needs("terraform")
    program = _cached(version)
    if program.exists():
        return program
    _needs("go")
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as work:
        Path(work, "go.mod").write_text("module poon.test/provider\n\ngo 1.21\n")
        _go("get", f"{_MODULE}@v{version}", folder=Path(work))
        if f"{_MODULE} v{version} {_SUM}" not in Path(work, "go.sum").read_text():
            raise MissingError(f"{_MODULE} v{version} is not what was pinned")
        built = Path(work) / "built"
        _go("build", "-trimpath", "-ldflags=-s -w", f"-o={built}", _MODULE, folder=Path(work))
        built.replace(program)
    return program


def _needs(program: str) -> None:
    if shutil.which(program) is None:
        raise MissingError(f"there is no {program} here")


def _go(*arguments: str, folder: Path) -> str:
    # The module's sum stands above; those of what it needs are in its own go.sum and in Go's cache.
    environment = {**os.environ, "GONOSUMDB": "*", "GOFLAGS": "-mod=mod"}
    done = subprocess.run(
        ["go", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=_BUILD_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise MissingError(f"go {arguments[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
