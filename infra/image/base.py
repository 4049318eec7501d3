"""A base for the image where no registry can be reached: Debian's own Python 3.11, with what the official image has.

Made by mmdebstrap from the mirror that apt uses on this machine. It stands in for `python:3.11-slim-bookworm` in a
test of the Dockerfile and is never released: the patch level of its Python is Debian's.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from infra.image.engine import Engine, EngineMissingError

SUITE: Final = "bookworm"
PACKAGES: Final = ("ca-certificates", "netbase", "python-is-python3", "python3-pip", "tzdata", "usr-is-merged")
"""What the official image adds to Debian's smallest, and pip; the last is what keeps Perl's library out."""
_HOOKS: Final = "/usr/share/mmdebstrap/hooks/merged-usr"
# The official image lets pip install where it is, and keeps neither lists of packages nor packages.
_LIKE_OFFICIAL: Final = (
    'rm "$1"/usr/lib/python3.11/EXTERNALLY-MANAGED',
    'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/*',
    # Afterwards: told to leave it out, mmdebstrap starts a Python for each package, which takes longer than all else.
    'rm -rf "$1"/usr/share/doc/* "$1"/usr/share/info/* "$1"/usr/share/locale/* "$1"/usr/share/man/*',
    # What apt was told of this machine's mirror stays on this machine. 00mmdebstrap it takes away itself, and insists.
    'rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1"/etc/apt/apt.conf.d/99mmdebstrap',
)
_SETTINGS: Final = (
    "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV LANG=C.UTF-8",
    'CMD ["python3"]',
)
_APT: Final = Path("/etc/apt")
_SECONDS: Final = 2400


class BaseError(Exception):
    """The base could not be made; says why."""


def recipe() -> str:
    """A short name for what it is made of."""
    return hashlib.sha256(repr((SUITE, PACKAGES, _HOOKS, _LIKE_OFFICIAL, _SETTINGS)).encode()).hexdigest()[:12]


def name() -> str:
    """What the base is called; no registry has it."""
    return f"localhost/poon-base-debian:{SUITE}-{recipe()}"


def ensure(engine: Engine) -> str:
    """Make the base and import it, unless the engine has it; about a minute.

    Raises:
        BaseError: mmdebstrap failed; its last words.
        EngineMissingError: there is no mmdebstrap.
    """
    if engine.has(name()):
        return name()
    if shutil.which("mmdebstrap") is None:
        raise EngineMissingError("there is no mmdebstrap, which makes a base of Debian's packages: apt-get install it")
    with tempfile.TemporaryDirectory(prefix="poon-base-") as folder:
        # mmdebstrap gives its chroot to users that may look into it.
        Path(folder).chmod(0o755)
        root = Path(folder) / "base.tar"
        _bootstrap(root)
        changes = [part for line in _SETTINGS for part in ("--change", line)]
        engine.say("import", *changes, str(root), name())
    return name()


def _bootstrap(target: Path) -> None:
    command = [
        "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}",
        f"--hook-directory={_HOOKS}",
        *(f"--aptopt={line}" for line in _apt_settings()),
        *(f"--customize-hook={line}" for line in _LIKE_OFFICIAL),
        SUITE, str(target), *_sources(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    if done.returncode:
        raise BaseError(f"mmdebstrap: {done.stderr.strip()[-1500:]}")


def _sources() -> list[str]:
    """This machine's lists of sources that name the suite; none: mmdebstrap takes its own."""
    lists = [_APT / "sources.list", *sorted((_APT / "sources.list.d").glob("*"))]
    usable = [path for path in lists if path.suffix in {".list", ".sources"} and path.is_file()]
    return [str(path) for path in usable if SUITE in path.read_text()]


def _apt_settings() -> list[str]:
    """How apt reaches its mirror from this machine."""
    said = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=False).stdout
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries", "Acquire::AllowInsecure")
    return [line for line in said.splitlines() if line.startswith(wanted)]
