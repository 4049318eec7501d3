"""`make image-test`: builds the image, with Docker or without, and starts it as a cluster does.

usage: python -m tests.image [ARGUMENT OF PYTEST...]

Exit code 125 where no image can be built or started, so that a caller can tell this from a failure.
"""

import fcntl
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from infra.image.base import BaseError
from infra.image.engine import EngineError, EngineMissingError, found
from tests.image.build import (
    BASE_VARIABLE,
    CACHE,
    COMMIT_VARIABLE,
    IMAGE,
    IMAGE_VARIABLE,
    SECRET_VARIABLE,
    build,
    commit,
)

IMPOSSIBLE = 125
"""There is no engine, or the kernel lets it start nothing: no finding about the image."""


def main() -> int:
    secret = f"{secrets.token_hex(16)}.invalid"
    try:
        engine = found(CACHE)
        with _alone():
            told = {IMAGE_VARIABLE: IMAGE, SECRET_VARIABLE: secret, COMMIT_VARIABLE: commit()}
            told[BASE_VARIABLE] = build(engine, secret, _tell)
            command = [sys.executable, "-m", "pytest", "tests/image", *sys.argv[1:]]
            try:
                return subprocess.run(command, env={**os.environ, **told}, check=False).returncode
            finally:
                engine.tidy()
    except (BaseError, EngineError) as error:
        sys.stderr.write(f"image-test: {error}\n")
        return 2
    except EngineMissingError as error:
        sys.stderr.write(f"image-test: {error}\n")
        return IMPOSSIBLE


@contextmanager
def _alone() -> Iterator[None]:
    """One run at a time: they share a store, and each removes the containers of the one before."""
    with (CACHE / "image-test.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
