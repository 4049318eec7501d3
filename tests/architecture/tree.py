"""The repository as files."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def committed_files() -> list[Path]:
    """Every file git knows or would take, so that a mistake is seen before it is committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def committed_texts() -> list[tuple[Path, str]]:
    """Those of them that are text."""
    found = []
    for path in committed_files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found.append((path, content.decode()))
    return found
