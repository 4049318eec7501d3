"""How pip reaches its index from this machine, for the time of a build: options of `docker build`, one line.

usage: python3 -m infra.tools.delivery.build_secrets FOLDER

Behind a company's mirror a build needs its address, often a password, and the authority that signed its certificate.
They are handed over as secrets of the build, which no layer keeps. Where pip is told nothing, nothing is printed.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

HANDED_OVER: Final = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries")
"""Settings of pip that mean the same in a build as here; `find-links` may be a folder of this machine."""
AUTHORITIES: Final = "/run/secrets/authorities"
"""Where the Dockerfile finds the certificates, if it was given some."""
_WEAKEST_FIRST: Final = ("global", "install", ":env:")
_QUESTION: Final = ("-m", "pip", "--disable-pip-version-check", "config", "list")


def settings(lines: Iterable[str]) -> dict[str, str]:
    """What `pip config list` tells an installation, by the name of the setting."""
    told: dict[str, dict[str, str]] = {section: {} for section in _WEAKEST_FIRST}
    for line in lines:
        place, _, value = line.partition("=")  # global.timeout='60', install.timeout='60', :env:.timeout='60'
        section, _, name = place.partition(".")
        if section in told:
            told[section][name] = value.strip("'").replace("\\n", "\n")
    return {name: value for section in told.values() for name, value in section.items()}


def pip_conf(told: Mapping[str, str], authorities: Path | None) -> str | None:
    """The configuration to hand over; None where there is nothing to tell."""
    kept = {name: told[name] for name in HANDED_OVER if name in told}
    if authorities is not None:
        kept["cert"] = AUTHORITIES
    if not kept:
        return None
    lines = [f"{name} = {value}".replace("\n", "\n    ") for name, value in kept.items()]
    return "\n".join(["[global]", *lines, ""])


def options(folder: Path, told: Mapping[str, str]) -> list[str]:
    """Write what is to be handed over into a folder, for its owner's eyes only; the options that name it."""
    cert = told.get("cert")
    authorities = Path(cert) if cert and Path(cert).is_file() else None
    content = pip_conf(told, authorities)
    if content is None:
        return []
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "pip.conf"
    file.touch(mode=0o600)
    file.write_text(content)
    handed = {"pip": file, **({"authorities": authorities} if authorities else {})}
    return [f"--secret=id={name},src={path}" for name, path in handed.items()]


def main() -> None:
    said = subprocess.run([sys.executable, *_QUESTION], capture_output=True, text=True, check=False)
    print(*options(Path(sys.argv[1]), settings(said.stdout.splitlines())))


if __name__ == "__main__":
    main()
