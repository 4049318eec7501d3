"""The program that builds and runs images: Docker where an engine answers, else Podman, which needs none.

Podman gets a store and settings of its own in the user's cache, so it neither sees nor changes what else is on the
machine, and asks nothing of it: no daemon, no init system, no control groups, no bridges between networks.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DEBIAN: Final = ("podman", "crun", "mmdebstrap")
"""What Debian calls the packages that this needs where there is no Docker."""
_ANSWER_SECONDS: Final = 180
"""On a machine that is busy with much else, the first question alone takes most of a minute."""
_CONTAINERS: Final = """
[containers]
netns = "host"
cgroups = "disabled"
log_driver = "k8s-file"
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "none"
"""
_STORAGE: Final = """
[storage]
driver = "{driver}"
graphroot = "{folder}/store"
runroot = "{folder}/run"
"""


class EngineMissingError(Exception):
    """No program that builds images is here; says how to get one."""


class EngineError(Exception):
    """The engine refused; its last words."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Docker, or Podman, which takes the same commands.

    Attributes:
        environment: what its process is given beside what this one has.
        hardened: options of `run` for a root that nothing can be written to, where its own default is another.
    """

    program: str
    environment: Mapping[str, str] = field(default_factory=dict)
    hardened: tuple[str, ...] = ()

    @property
    def is_docker(self) -> bool:
        return self.program == "docker"

    def process(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """A command of the engine, and the environment to start it in."""
        return [self.program, *arguments], {**os.environ, **self.environment}

    def say(self, *arguments: str, given: bytes | None = None) -> str:
        """Carry a command out, for as long as it takes.

        Returns:
            What it printed.

        Raises:
            EngineError: it ended with an error.
        """
        command, environment = self.process(*arguments)
        done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
        if done.returncode:
            told = (done.stderr or done.stdout).decode(errors="replace").strip()[-2000:]
            raise EngineError(f"{self.program} {' '.join(arguments[:2])}: {told}")
        return done.stdout.decode()

    def has(self, image: str) -> bool:
        command, environment = self.process("image", "inspect", image)
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def found(cache: Path) -> Engine:
    """The engine of this machine.

    Args:
        cache: where Podman may keep its images.

    Raises:
        EngineMissingError: there is none.
    """
    if _answers(Engine("docker"), "info", "--format", "{{.ServerVersion}}"):
        return Engine("docker")
    if shutil.which("podman") is None:
        raise EngineMissingError(
            "no Docker engine answers and there is no Podman; where Debian's packages can be had: "
            f"apt-get install --no-install-recommends {' '.join(DEBIAN)}"
        )
    for driver in ("overlay", "vfs"):
        engine = podman(cache / f"podman-{driver}", driver)
        if _answers(engine, "info", "--format", "{{.Version.Version}}"):
            return engine
    raise EngineMissingError("there is Podman, but neither on overlayfs nor on plain folders does it answer here")


def podman(folder: Path, driver: str) -> Engine:
    """Podman with its own store in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"CONTAINERS_CONF": "containers.conf", "CONTAINERS_STORAGE_CONF": "storage.conf"}
    (folder / "containers.conf").write_text(_CONTAINERS)
    (folder / "storage.conf").write_text(_STORAGE.format(driver=driver, folder=folder))
    environment = {name: str(folder / file) for name, file in settings.items()}
    # HEALTHCHECK is a word of Docker's format alone. A chroot builds where a container would need more of the kernel.
    building = {"BUILDAH_FORMAT": "docker", "BUILDAH_ISOLATION": "chroot"}
    return Engine("podman", {**environment, **building}, ("--read-only-tmpfs=false",))


def _answers(engine: Engine, *question: str) -> bool:
    if shutil.which(engine.program) is None:
        return False
    command, environment = engine.process(*question)
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=_ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def options(image: str, mapping: Mapping[str, str], *arguments: str) -> Sequence[str]:
    """Environment, image and arguments, as `run` wants them."""
    return [part for item in mapping.items() for part in ("--env", "=".join(item))] + [image, *arguments]
