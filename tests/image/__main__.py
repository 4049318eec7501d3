"""`make image-test`: builds the image, with Docker or without, and starts it as a cluster does.

usage: python -m tests.image [ARGUMENT OF PYTEST...]
"""

import os
import secrets
import subprocess
import sys

from infra.image.base import BaseError
from infra.image.engine import EngineError, EngineMissingError, found
from tests.image.build import BASE_VARIABLE, CACHE, IMAGE, IMAGE_VARIABLE, SECRET_VARIABLE, build


def main() -> int:
    secret = f"{secrets.token_hex(16)}.invalid"
    try:
        engine = found(CACHE)
        base = build(engine, secret, _tell)
    except (BaseError, EngineError, EngineMissingError) as error:
        sys.stderr.write(f"image-test: {error}\n")
        return 2
    told = {IMAGE_VARIABLE: IMAGE, BASE_VARIABLE: base, SECRET_VARIABLE: secret}
    command = [sys.executable, "-m", "pytest", "tests/image", *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, **told}, check=False).returncode


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
