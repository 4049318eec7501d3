"""Terraform applied, the root or a module alone."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from infra.tools.terraform import FOLDER, CheckError, MissingError, Terraform, terraform

GIVEN: Final = "given.tfvars.json"
# What Kafka's provider fails with though nothing is wrong, and an apply again ends: see README.md.
PASSING: Final = ("kafka: broker not connected", "visible in Kafka after")
ATTEMPTS: Final = 3


def apply(ready: Terraform, given: Mapping[str, Any], *more: str) -> str:
    """Apply, and make sure that nothing is left to do; gives what was said.

    Raises:
        CheckError: it fails, or something differs from what was asked for.
    """
    (ready.copy / GIVEN).write_text(json.dumps(given))
    said = _run(ready, "apply", "-auto-approve", "-input=false", f"-var-file={GIVEN}", *more)
    nothing_to_do(ready, *more)
    return said


def nothing_to_do(ready: Terraform, *more: str) -> None:
    """Whatever differs from what was asked for ends this with 2.

    Raises:
        CheckError: something does.
    """
    _run(ready, "plan", "-detailed-exitcode", "-input=false", f"-var-file={GIVEN}", *more)


def _run(ready: Terraform, *arguments: str) -> str:
    for _ in range(ATTEMPTS - 1):
        try:
            return ready.run(*arguments)
        except CheckError as error:
            if not any(words in str(error) for words in PASSING):
                raise
    return ready.run(*arguments)


@contextmanager
def alone(module: str, environment: Mapping[str, str]) -> Iterator[Terraform]:
    """One module as if it were the root.

    Args:
        module: its name.
        environment: what Terraform is started with.
    """
    with terraform(FOLDER) as ready:
        one = Terraform(ready.copy / "modules" / module, {**ready.environment, **environment})
        one.run("init", "-backend=false", "-input=false")
        yield one


def needs(program: str) -> None:
    """Skip the test where a module's program is missing."""
    if shutil.which(program) is None:
        raise MissingError(f"there is no {program} here")
