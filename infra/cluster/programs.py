"""The programs of a control plane: etcd, Kubernetes' and KEDA's, built from Go's modules into the user's cache.

One module, so that what they share is compiled once. Its go.sum holds everything that goes into them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from infra.cluster import keda

MODULE: Final = Path(__file__).parent
_DIRECT: Final = re.compile(r"^\t(\S+) v(\S+)$", re.MULTILINE)
_STAMPS: Final = {
    "k8s.io/kubernetes": {
        "k8s.io/component-base/version.gitVersion": "v{}",
        "k8s.io/component-base/version.gitTreeState": "clean",
    },
    keda.MODULE: {f"{keda.MODULE}/version.Version": "{}"},
}
"""What the programs' own builds write into them: without it they call themselves v0.0.0."""
PROGRAMS: Final = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "keda-operator": f"{keda.MODULE}/cmd/operator",
    "keda-adapter": f"{keda.MODULE}/cmd/adapter",
}


class NotBuiltError(Exception):
    """The programs cannot be built here; says why."""


def versions() -> dict[str, str]:
    """The version of each module that go.mod names for its programs."""
    asked = dict(_DIRECT.findall((MODULE / "go.mod").read_text()))
    return {name: asked[name] for name in sorted({_module(package, asked) for package in PROGRAMS.values()})}


def _module(package: str, modules: dict[str, str]) -> str:
    return max((name for name in modules if package.startswith(name)), key=len)


def folder() -> Path:
    """Where the programs of today's go.mod and go.sum are, or will be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "poon-workers/cluster"
    pinned = b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    return cache / hashlib.sha256(pinned).hexdigest()[:16]


def programs(tell: Callable[[str], None]) -> Path:
    """The folder of the programs, each built if it is not there yet: all of them once, for long.

    Args:
        tell: told of each before it is built.

    Raises:
        NotBuiltError: there is no Go that is new enough, or a module cannot be had or is not what go.sum says.
    """
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    missing = [name for name in PROGRAMS if not (place / name).exists()]
    if not missing:
        return place
    if shutil.which("go") is None:
        raise NotBuiltError("there is no Go here: it builds etcd, Kubernetes' control plane and KEDA")
    known = versions()
    with tempfile.TemporaryDirectory(dir=place) as work:
        modules = _modules(Path(work))
        for name in missing:
            module = _module(PROGRAMS[name], known)
            tell(f"building {name} of {module} {known[module]}")
            made = Path(work) / name
            _build(modules, PROGRAMS[name], _stamped(module, known[module]), made)
            made.replace(place / name)
    return place


def _modules(work: Path) -> Path:
    """The go.mod to build with: the one beside this file, with KEDA's trimmed source in place of its module."""
    told: dict[str, str] = json.loads(_go("mod", "download", "-json", keda.MODULE))
    try:
        keda.write_trimmed(Path(told["Dir"]), work / "keda")
    except keda.OtherSourceError as error:
        raise NotBuiltError(str(error)) from error
    made = work / "go.mod"
    made.write_text(f"{(MODULE / 'go.mod').read_text()}\nreplace {keda.MODULE} => {work / 'keda'}\n")
    shutil.copy(MODULE / "go.sum", work)
    return made


def _stamped(module: str, version: str) -> str:
    stamps = _STAMPS.get(module, {}).items()
    return " ".join(["-s -w", *(f"-X {variable}={value.format(version)}" for variable, value in stamps)])


def _build(modules: Path, package: str, linking: str, target: Path) -> None:
    # What nobody will debug needs no tables for a debugger, which take a part of the compiling.
    flags = ("-mod=readonly", f"-modfile={modules}", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false")
    _go("build", *flags, f"-ldflags={linking}", f"-o={target}", package)


def _go(*arguments: str) -> str:
    environment = {**os.environ, "CGO_ENABLED": "0"}
    done = subprocess.run(
        ["go", *arguments], cwd=MODULE, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise NotBuiltError(f"go {' '.join(arguments)}: {done.stderr.strip()[-1500:]}")
    return done.stdout
