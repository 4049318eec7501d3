"""What the image weighs when it is pulled, by parts, held to a limit.

usage: python -m infra.tools.delivery.image_size             of the locked packages installed here, and our own
       docker image save IMAGE | python -m infra.tools.delivery.image_size --built

A layer travels compressed; here by zlib's fastest level, which makes it a tenth larger than a registry's own would.
"""

import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import Distribution
from importlib.util import cache_from_source
from pathlib import Path
from typing import BinaryIO, Final

from infra.tools.delivery.locked import ROOT, installed, shipped

LIMIT_MB: Final = 400
BASE_MB: Final = 50
"""python:3.11-slim-bookworm for amd64, an estimate on the safe side; the pipeline weighs what was built."""
LEFT_OUT: Final = ROOT / "infra/image/left-out.txt"
OURS: Final = ("adapters", "contracts", "workers")
_MB: Final = 1_000_000
_CHUNK: Final = 1 << 20
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One package: bytes on disk with its compiled modules, and compressed."""

    name: str
    on_disk: int
    pulled: int


def weighed(name: str, files: Iterable[Path]) -> Part:
    """What these files weigh together; reads all of them."""
    packer = zlib.compressobj(level=1)
    on_disk = pulled = 0
    for path in files:
        content = path.read_bytes()
        on_disk += len(content)
        pulled += len(packer.compress(content))
    return Part(name, on_disk, pulled + len(packer.flush()))


def left_out() -> list[str]:
    """Patterns of files, from site-packages, that no worker opens and the image does without."""
    return LEFT_OUT.read_text().split()


def is_left_out(file: str) -> bool:
    """Whether the image does without a file, itself or with its folder."""
    return any(fnmatchcase(file, pattern) or fnmatchcase(file, f"{pattern}/*") for pattern in left_out())


def files_of(found: Distribution) -> Iterator[Path]:
    """Files of a package as the image has them: with what Python compiles of them."""
    for file in found.files or ():
        path = Path(str(found.locate_file(file)))
        if path.suffix != ".pyc" and path.is_file() and not is_left_out(str(file)):
            yield from with_compiled(path)


def with_compiled(path: Path) -> Iterator[Path]:
    yield path
    if path.suffix == ".py" and (compiled := Path(cache_from_source(str(path)))).is_file():
        yield compiled


def our_files() -> Iterator[Path]:
    for path in (path for folder in OURS for path in sorted((ROOT / folder).rglob("*"))):
        if path.is_file() and path.suffix != ".pyc":
            yield from with_compiled(path)


def parts() -> list[Part]:
    """Everything the image adds to its base, heaviest first; reads about 600 MB.

    Raises:
        LockError: what is installed is not what is locked.
    """
    packages = [weighed(package.name, files_of(installed(package))) for package in shipped()]
    return sorted([*packages, weighed("poon-workers", our_files())], key=lambda part: part.pulled, reverse=True)


def table(weights: list[Part]) -> str:
    """The heaviest by name, all others in one line, the base, and the sum."""
    shown, others = weights[:_SHOWN], weights[_SHOWN:]
    rows = [
        *shown,
        Part(f"{len(others)} others", sum(part.on_disk for part in others), sum(part.pulled for part in others)),
    ]
    lines = [f"{part.name:<26}{part.on_disk / _MB:>8.1f} MB{part.pulled / _MB:>8.1f} MB" for part in rows]
    return "\n".join([f"{'':<26}{'on disk':>11}{'pulled':>11}", *lines, f"{'base image, about':<37}{BASE_MB:>8} MB"])


def pulled_mb(weights: Iterable[Part]) -> float:
    """The whole image, base included."""
    return BASE_MB + sum(part.pulled for part in weights) / _MB


def of_stream(stream: BinaryIO) -> float:
    """Megabytes of what `docker image save` writes, compressed."""
    packer = zlib.compressobj(level=1)
    pulled = sum(len(packer.compress(chunk)) for chunk in iter(lambda: stream.read(_CHUNK), b""))
    return (pulled + len(packer.flush())) / _MB


def main() -> int:
    if sys.argv[1:] == ["--built"]:
        pulled = of_stream(sys.stdin.buffer)
    else:
        weights = parts()
        print(table(weights))
        pulled = pulled_mb(weights)
    print(f"pulled: {pulled:.0f} MB of {LIMIT_MB}")
    return 1 if pulled > LIMIT_MB else 0


if __name__ == "__main__":
    sys.exit(main())
