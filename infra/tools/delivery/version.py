"""Refuses a tag that is not the version of everything that is released under it.

usage: python -m infra.tools.delivery.version vX.Y.Z
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from infra.tools.delivery.locked import ROOT


def versions(root: Path) -> dict[str, str]:
    """What says a version of its own."""
    chart = yaml.safe_load((root / "charts/poon-workers/Chart.yaml").read_text())
    default = re.search(r"^ARG VERSION=(\S+)$", (root / "Dockerfile").read_text(), flags=re.MULTILINE)
    return {
        "pyproject.toml": tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"],
        "contracts/pyproject.toml": tomllib.loads((root / "contracts/pyproject.toml").read_text())["project"][
            "version"
        ],
        "Chart.yaml: version": chart["version"],
        "Chart.yaml: appVersion": chart["appVersion"],
        "Dockerfile": default.group(1) if default else "none",
    }


def wrong(tag: str, root: Path) -> Iterator[str]:
    """What keeps this tag from being released."""
    wanted = re.fullmatch(r"v(\d+\.\d+\.\d+)", tag)
    if wanted is None:
        yield f"{tag}: a release's tag is vX.Y.Z"
        return
    version = wanted.group(1)
    yield from (f"{file} says {said}, the tag {tag}" for file, said in versions(root).items() if said != version)
    if not (root / "contracts/schemas/released" / version).is_dir():
        yield f"its schemas are not frozen: python -m infra.tools.generate --release {version}"


def main() -> int:
    found = list(wrong(sys.argv[1] if sys.argv[1:] else "", ROOT))
    for said in found:
        print(said, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
