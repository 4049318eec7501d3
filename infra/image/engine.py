"""The program that builds and runs images: Docker where an engine answers, else Podman, which needs none.

Podman gets a store and settings of its own in the user's cache, so it neither sees nor changes what else is on the
machine, and asks nothing of it: no daemon, no init system, no control groups, no bridges between networks.
"""

import os
import resource
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
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "{running}/libpod"
"""
_STORAGE: Final = """
[storage]
driver = "overlay"
graphroot = "{folder}/store"
runroot = "{running}"
"""
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES: Final = Path("/proc/sys/kernel/pid_max")
_MIXED: Final = Path("/sys/fs/cgroup/unified")
"""Where machines have control groups of version 2 beside those of version 1."""
_WITHOUT_MIXED: Final = (
    "unshare", "--mount", "--propagation=private", "sh", "-c", f'umount {_MIXED} && exec "$@"', "sh",
)  # fmt: skip
"""crun refuses to start where they are mixed, even if told to make none; Podman sees no second kind."""


class EngineMissingError(Exception):
    """No program that builds images is here; says how to get one."""


class EngineError(Exception):
    """The engine refused; its last words."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Docker, or Podman, which takes the same commands.

    Attributes:
        environment: what its process is given beside what this one has.
        before: what it is started by.
        hardened: options of `run` for a root that nothing can be written to, where its own default is another.
    """

    program: str
    environment: Mapping[str, str] = field(default_factory=dict)
    hardened: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def is_docker(self) -> bool:
        return self.program == "docker"

    def process(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """A command of the engine, and the environment to start it in."""
        return [*self.before, self.program, *arguments], {**os.environ, **self.environment}

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

    def can_run(self, image: str) -> None:
        """Start a container as the tests start theirs.

        Raises:
            EngineMissingError: this machine lets it start none; why.
        """
        try:
            self.say("run", "--rm", "--network=none", "--read-only", *self.hardened, image, "true")
        except EngineError as error:
            raise EngineMissingError(f"no container can be started here: {error}") from error

    def tidy(self) -> None:
        """Remove containers that a run which was cut off left behind; only from a store that nobody else uses."""
        if not self.is_docker:
            self.say("rm", "--all", "--force", "--volumes")
            self.say("volume", "prune", "--force")

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
    engine = podman(cache / "podman")
    if _answers(engine, "info", "--format", "{{.Version.Version}}"):
        return engine
    raise EngineMissingError("there is Podman, but it does not answer here; it needs overlayfs and root")


def podman(folder: Path) -> Engine:
    """Podman with its own store in a folder.

    What it notes of running containers and of mounts holds until the machine starts anew.
    """
    running, boot = folder / "run", _BOOT.read_text()
    noted = running / "boot"
    if running.exists() and (not noted.exists() or noted.read_text() != boot):
        shutil.rmtree(running)
    running.mkdir(parents=True, exist_ok=True)
    noted.write_text(boot)
    limits = {
        # Without the right to raise a limit none may be asked for above it; Podman has taken the second for its own.
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "processes": int(_PROCESSES.read_text()),
    }
    settings = {"CONTAINERS_CONF": "containers.conf", "CONTAINERS_STORAGE_CONF": "storage.conf"}
    (folder / "containers.conf").write_text(_CONTAINERS.format(running=running, **limits))
    (folder / "storage.conf").write_text(_STORAGE.format(folder=folder, running=running))
    environment = {name: str(folder / file) for name, file in settings.items()}
    # HEALTHCHECK is a word of Docker's format alone. A chroot builds where a container would need more of the kernel.
    building = {"BUILDAH_FORMAT": "docker", "BUILDAH_ISOLATION": "chroot"}
    # Podman has systemd ask for the health; these tests ask themselves.
    hardened = ("--read-only-tmpfs=false", "--no-healthcheck")
    before = _WITHOUT_MIXED if _MIXED.is_mount() else ()
    return Engine("podman", {**environment, **building}, hardened, before)


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
