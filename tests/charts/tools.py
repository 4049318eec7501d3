"""What the checks of the chart run with: packages in build/, and KEDA's own files through Go."""

import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = ROOT / "requirements-charts.lock"
FOLDER: Final = ROOT / "build" / "charts-env"
KEDA: Final = "github.com/kedacore/keda/v2@v2.20.2"
KEDA_SUM: Final = "h1:SR60v8uIcelbveS8n/1jcl8tLdBBIbHMxmdOHw8tKqA="
OPERATOR: Final = "github.com/prometheus-operator/prometheus-operator@v0.86.1"
OPERATOR_SUM: Final = "h1:pHUuiRErcFb3nFDox7RxoxpEN0FyT24GtYOkr2GBu04="
_INSTALL_SECONDS: Final = 900


class ToolMissingError(Exception):
    """A tool of these checks is not here; says how to get it."""


def install() -> None:
    """Install the locked packages, unless they are.

    Raises:
        ToolMissingError: they cannot be had, for instance without a network.
    """
    if is_installed():
        return
    FOLDER.parent.mkdir(exist_ok=True)
    # Of two test processes that install at the same time, each leaves the other a whole folder.
    with tempfile.TemporaryDirectory(dir=FOLDER.parent, prefix="charts-env-") as made:
        _install_into(Path(made))
        (Path(made) / ".lock").write_text(_locked())
        shutil.rmtree(FOLDER, ignore_errors=True)
        Path(made).rename(FOLDER)
        Path(made).mkdir()


def _install_into(folder: Path) -> None:
    checked = ("--require-hashes", "--no-deps", "--only-binary", ":all:")
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(folder),
        *checked,
        "-r",
        str(LOCK),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    if done.returncode != 0:
        raise ToolMissingError(f"the tools of the chart cannot be installed: {done.stderr.strip()[-500:]}")


def is_installed() -> bool:
    """Whether what is locked now is installed."""
    stamp = FOLDER / ".lock"
    return stamp.exists() and stamp.read_text() == _locked()


def _locked() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _needs_installation() -> None:
    if not is_installed():
        raise ToolMissingError("Helm and Kubernetes' schemas are not here: `make charts-check` installs them (110 MB)")


@cache
def module(name: str) -> ModuleType:
    """A module of the packages in build/.

    Raises:
        ToolMissingError: they are not installed.
    """
    _needs_installation()
    # At the end: whatever the development environment has comes from there.
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(name)


class Helm:
    """A running Helm, see helm_server.py."""

    def __init__(self) -> None:
        environ = {**os.environ, "PYTHONPATH": str(FOLDER)}
        command = [sys.executable, str(Path(__file__).with_name("helm_server.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)

    def ask(self, **question: object) -> dict[str, Any]:
        """One question, one answer; may block for as long as Helm takes."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ToolMissingError("Helm's process has no pipes")
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise ToolMissingError("Helm's process ended; its last words are above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._process.communicate()


@cache
def helm() -> Helm:
    """Helm, started when it is first asked for; `stop_helm` ends it.

    Raises:
        ToolMissingError: it is not installed.
    """
    _needs_installation()
    return Helm()


def stop_helm() -> None:
    """End Helm's process, if there is one."""
    if helm.cache_info().currsize:
        helm().close()
        helm.cache_clear()


@cache
def keda() -> Path:
    """The folder of KEDA's module, in Go's own cache.

    Raises:
        ToolMissingError: there is no Go, or the module cannot be had or is not what was pinned.
    """
    return _module_folder(KEDA, KEDA_SUM)


@cache
def operator() -> Path:
    """The folder of the Prometheus operator's module, in Go's own cache.

    Raises:
        ToolMissingError: there is no Go, or the module cannot be had or is not what was pinned.
    """
    # Not every mirror hands on what Go's database of sums says of it; the sum that stands here holds it all the same.
    return _module_folder(OPERATOR, OPERATOR_SUM, unlisted=True)


def _module_folder(name: str, pinned: str, *, unlisted: bool = False) -> Path:
    environment = {"GONOSUMDB": name.partition("@")[0]} if unlisted else {}
    done = _go("mod", "download", "-json", name, environment=environment)
    told: dict[str, Any] = json.loads(done)
    if told.get("Sum") != pinned:
        raise ToolMissingError(f"{name}: {told.get('Error') or 'it is not what was pinned'}")
    return Path(told["Dir"])


@cache
def formula_program(folder: Path) -> Path:
    """The program that runs formulas with KEDA's engine, built into a folder.

    Raises:
        ToolMissingError: there is no Go, or it cannot build it.
    """
    program = folder / "formula"
    _go("build", "-o", str(program), ".", cwd=Path(__file__).with_name("formula"))
    return program


def _go(*arguments: str, cwd: Path = ROOT, environment: Mapping[str, str] = MappingProxyType({})) -> str:
    if shutil.which("go") is None:
        raise ToolMissingError(
            "there is no Go here: it fetches the operators' schemas and builds KEDA's formula engine"
        )
    done = subprocess.run(
        ["go", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INSTALL_SECONDS,
        env={**os.environ, **environment},
    )
    if done.returncode != 0 and not done.stdout:
        raise ToolMissingError(f"go {arguments[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout
