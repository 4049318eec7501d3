"""The peers' own Python environment: their packages want other releases than the fleet's."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.services.service import ServiceUnavailableError

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = ROOT / "requirements-bench.lock"
FOLDER: Final = ROOT / "build" / "bench-env"
_INSTALL_SECONDS: Final = 600


def peers_python() -> Path:
    """The environment's interpreter, installed on first use and whenever the lock has changed.

    Raises:
        ServiceUnavailableError: it cannot be installed, for instance without a network.
    """
    python, stamp = FOLDER / "bin" / "python", FOLDER / ".lock"
    locked = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == locked):
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, FOLDER)
        checked = ("--require-hashes", "--no-deps", "--only-binary", ":all:")
        _uv("pip", "install", "--quiet", "--compile-bytecode", "--python", python, *checked, "-r", LOCK)
        stamp.write_text(locked)
    return python


def _uv(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    if done.returncode != 0:
        raise ServiceUnavailableError(f"the peers' packages cannot be installed: {done.stderr.strip()[-500:]}")
