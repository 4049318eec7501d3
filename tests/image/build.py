"""Builds what the tests of the image look at, by the same target as everybody."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from infra.image import base
from infra.image.engine import Engine, EngineError

ROOT: Final = Path(__file__).parents[2]
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "poon-workers"
IMAGE: Final = "localhost/poon-workers:image-test"
IMAGE_VARIABLE: Final = "POON_TEST_IMAGE"
BASE_VARIABLE: Final = "POON_TEST_IMAGE_BASE"
COMMIT_VARIABLE: Final = "POON_TEST_IMAGE_COMMIT"
SECRET_VARIABLE: Final = "POON_TEST_IMAGE_SECRET"
_WEEK: Final = "until=168h"


def build(engine: Engine, secret: str, tell: Callable[[str], None]) -> str:
    """Build the image on what the engine can have as a base.

    Args:
        engine: what builds it.
        secret: told to pip as a host to trust, and thereby to the build as a part of its secrets.
        tell: told of each step and what it took.

    Returns:
        The name of the base.

    Raises:
        BaseError: there is no base to be had.
        EngineError: `make image` failed; its words are on the terminal.
        EngineMissingError: this machine starts no containers.
    """
    engine.tidy()
    on = _official() if engine.is_docker else _timed("a base of Debian's packages", lambda: base.ensure(engine), tell)
    tell(f"base: {on}")
    if not engine.is_docker:
        engine.can_run(on)
    _timed(f"make image ENGINE={engine.program}", lambda: _make(engine, on, secret), tell)
    if not engine.is_docker:
        # A store of its own: layers of older builds go, those of the last days make the next build quick.
        engine.say("image", "prune", "--force", "--filter", _WEEK)
    return on


def commit() -> str:
    """The one that is checked out."""
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _official() -> str:
    found = re.search(r"^ARG PYTHON=(\S+)$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    if found is None:
        raise EngineError("the Dockerfile names no base")
    return found[1]


def _make(engine: Engine, on: str, secret: str) -> str:
    settings = {**os.environ, **engine.environment, "PIP_TRUSTED_HOST": secret}
    command = ["make", "image", f"ENGINE={engine.program}", f"IMAGE={IMAGE}", f"BASE={on}"]
    if subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode:
        raise EngineError("make image failed")
    return IMAGE


def _timed(what: str, work: Callable[[], str], tell: Callable[[str], None]) -> str:
    began = time.monotonic()
    result = work()
    tell(f"{what}: {time.monotonic() - began:.0f} s")
    return result
