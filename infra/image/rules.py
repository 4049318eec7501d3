"""What no image of the fleet may be: as findings, each a sentence; none means that all is well.

They look at a saved image alone, so they need no engine. What a base brings is its maker's: where a rule is about what
the Dockerfile adds, it looks at the layers above the base.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from infra.image.saved import File, Saved
from infra.tools.secrets import looks_like

SHELLS: Final = ("ash", "bash", "dash", "sh", "zsh")
COMPILERS: Final = re.compile(
    r"(?:^|/)bin/(?:(?:[\w]+-linux-gnu-)?(?:gcc|g\+\+|cc|c\+\+|cpp|ld|as|clang|rustc|go)(?:-[\d.]+)?|make|cmake|cargo)$"
    r"|(?:^|/)(?:cc1|cc1plus)$"
)
CACHES: Final = re.compile(
    r"^(?:root/\.cache/|root/\.local/|var/lib/apt/lists/.*_(?:Packages|InRelease|Release)|var/cache/apt/.*\.(?:deb|bin)$"
    r"|tmp/.|var/tmp/.|src/.|wheels/.|.*/pip/cache/|.*\.whl$)"
)
LEFT_BEHIND: Final = re.compile(
    r"(?:^|/)(?:\.netrc|\.pypirc|\.env|\.git|\.dockerconfigjson|\.docker/config\.json|\.npmrc|id_(?:rsa|ecdsa|ed25519))$"
    r"|^etc/pip\.conf$|^run/secrets/.|(?:^|/)\.(?:config/)?pip/pip\.conf$"
)
OF_OTHERS: Final = re.compile(r"^opt/venv/lib/[^/]+/site-packages/(?!(?:adapters|contracts|workers|poon_\w+)[/-])")
LABELS: Final = tuple(f"org.opencontainers.image.{name}" for name in ("title", "licenses", "version", "revision"))
DATA: Final = "var/lib/poon"
UID: Final = 10001
_TOLD: Final = 5


def every(image: Saved, base_layers: int) -> list[str]:
    """All findings about an image; reads all of it.

    Args:
        image: what to look at.
        base_layers: how many of its layers, the lowest, are the base's.
    """
    found = list(_of_configuration(image))
    by_rule: dict[str, list[str]] = {}
    for file in image.files():
        for rule, applies_to_base in RULES.items():
            if file.layer >= base_layers or applies_to_base:
                for finding in rule(file):
                    by_rule.setdefault(rule.__name__, []).append(finding)
    for findings in by_rule.values():
        more = len(findings) - _TOLD
        found += findings[:_TOLD] + ([f"and {more} more such files"] if more > 0 else [])
    return found


def _of_configuration(image: Saved) -> Iterator[str]:
    runs = image.runs
    user = str(runs.get("User") or "")
    if not re.fullmatch(r"[1-9]\d*(?::[1-9]\d*)?", user):
        yield f"it runs as {user or 'root'!r}: Kubernetes can tell from a number alone that this is not root"
    yield from _of_starts(runs.get("Entrypoint") or [], runs.get("Cmd") or [])
    yield from _of_health((runs.get("Healthcheck") or {}).get("Test") or [])
    if f"/{DATA}" not in (runs.get("Volumes") or {}):
        yield f"/{DATA} is no volume: with a root that is read-only a worker can write nowhere"
    labels = runs.get("Labels") or {}
    for label in LABELS:
        if labels.get(label) in {None, "", "unknown"}:
            yield f"it does not say its {label}"
    told = [*(runs.get("Env") or []), *(str(step.get("created_by", "")) for step in image.config.get("history", ()))]
    yield from (f"{what} stands in its settings or history" for line in told for what in looks_like(line))


def _of_starts(entrypoint: list[str], command: list[str]) -> Iterator[str]:
    if not entrypoint or _is_shell(entrypoint[0]):
        yield f"it is started by {entrypoint[:1] or 'nothing of its own'}: signals end at a shell"
    if command and _is_shell(command[0]):
        yield f"its command is {command[0]}, a shell"


def _of_health(test: list[str]) -> Iterator[str]:
    if not test or test == ["NONE"]:
        yield "it does not tell its health"
    elif test[0] != "CMD" or _is_shell(test[1]):
        yield "its health is asked by a shell"


def _is_shell(program: str) -> bool:
    return PurePosixPath(program).name in SHELLS


def _compilers(file: File) -> Iterator[str]:
    if COMPILERS.search(file.path):
        yield f"/{file.path} builds programs"


def _caches(file: File) -> Iterator[str]:
    if CACHES.search(file.path) and not file.info.isdir():
        yield f"/{file.path} is of the build, and no worker opens it"


def _left_behind(file: File) -> Iterator[str]:
    if LEFT_BEHIND.search(file.path) and (file.info.size or not file.info.isreg()):
        yield f"/{file.path} may hold credentials (layer {file.layer})"


def _secrets(file: File) -> Iterator[str]:
    """What the locked packages hold came by their hashes, examples of passwords among it."""
    content = None if OF_OTHERS.search(file.path) else file.content
    if content is not None and b"\0" not in content[:8192]:
        told = looks_like(content.decode(errors="replace"))
        yield from (f"{what} is in /{file.path} (layer {file.layer})" for what in told)


def _changeable(file: File) -> Iterator[str]:
    writable = file.info.mode & 0o002 and not file.info.issym() and not file.info.mode & 0o1000
    if writable or (file.info.uid == UID and not _within(file.path, DATA)):
        yield f"/{file.path} can be changed by a worker"


def _privileged(file: File) -> Iterator[str]:
    if file.info.isreg() and file.info.mode & 0o6000:
        yield f"/{file.path} runs as its owner, whoever starts it"


def _within(path: str, folder: str) -> bool:
    return PurePosixPath(path).is_relative_to(folder)


RULES: Final[dict[Callable[[File], Iterable[str]], bool]] = {
    _compilers: True,
    _caches: False,
    _left_behind: False,
    _secrets: False,
    _changeable: False,
    _privileged: False,
}
"""Each rule of files, and whether it holds for the base as well."""
