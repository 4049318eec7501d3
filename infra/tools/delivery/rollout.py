"""Brings a release to a cluster, proves it by a command of its own, and takes it back when the proof fails.

usage: python -m infra.tools.delivery.rollout --image REPOSITORY@sha256:DIGEST [--namespace NAME] [--values FILE]...

Runs `helm` and `kubectl` against whatever cluster they point to. Ends with 0 when the release works, with 1 when it
does not and the one before works again (or there was none), with 2 when nothing is known to work: somebody has to look.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

RELEASE: Final = "poon-workers"
CHART: Final = "charts/poon-workers"
IMAGE: Final = re.compile(r"^(?P<repository>[\w./:-]+)@(?P<digest>sha256:[0-9a-f]{64})$")
SMOKE: Final = ("poon", "send", "text", "กาแฟ 65 บาท", "--owner", "smoke-check", "--wait", "--timeout", "60")
"""A real command, through broker, worker and database and back; its entry belongs to an owner of its own."""

TAKEN_BACK: Final = 1
UNKNOWN: Final = 2

Say = Callable[[str], None]


class StepError(Exception):
    """A program of a step ended with an error; says which."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and with what."""

    image: str
    namespace: str
    values: tuple[str, ...]
    timeout: str

    @property
    def image_values(self) -> str:
        parts = IMAGE.match(self.image)
        if parts is None:
            raise StepError(f"{self.image}: not an image by its digest; a tag may mean another image tomorrow")
        return f"image.repository={parts['repository']},image.digest={parts['digest']}"


def _run(*command: str) -> str:
    """A step's output; its errors go where ours go."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError:
        raise StepError(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise StepError(f"{' '.join(command[:3])}: ended with {done.returncode}")
    return done.stdout


def _helm(target: Target, *arguments: str) -> str:
    return _run("helm", *arguments, "--namespace", target.namespace)


def _revisions(target: Target) -> list[dict[str, Any]]:
    """Helm's revisions of the release, oldest first; none before the first installation."""
    listed = json.loads(_helm(target, "list", "--all", "--filter", f"^{RELEASE}$", "--output", "json"))
    if not listed:
        return []
    revisions: list[dict[str, Any]] = json.loads(_helm(target, "history", RELEASE, "--output", "json"))
    return revisions


def working_revision(revisions: Sequence[dict[str, Any]]) -> int | None:
    """The revision that is deployed now; what was replaced, failed or never finished is not."""
    deployed = [int(one["revision"]) for one in revisions if one["status"] == "deployed"]
    return max(deployed, default=None)


def was_cut_off(revisions: Sequence[dict[str, Any]]) -> bool:
    """Whether the newest revision never ended, as after a runner that was killed: Helm refuses another then."""
    return bool(revisions) and str(revisions[-1]["status"]).startswith("pending-")


def _upgrade(target: Target) -> None:
    files = [part for path in target.values for part in ("--values", path)]
    _helm(
        target,
        *("upgrade", "--install", RELEASE, CHART, "--create-namespace", *files),
        *("--set-string", target.image_values, "--wait", "--timeout", target.timeout),
    )


def _prove(target: Target) -> None:
    _helm(target, "test", RELEASE, "--timeout", target.timeout)
    print(_run("kubectl", "--namespace", target.namespace, "exec", f"deploy/{RELEASE}-texts", "--", *SMOKE), end="")


def _back(target: Target, revision: int) -> None:
    _helm(target, "rollback", RELEASE, str(revision), "--wait", "--timeout", target.timeout)


def roll_out(target: Target, say: Say) -> int:
    """Bring it there; the exit status. May block for several times the time-out."""
    try:
        revisions = _revisions(target)
        before = working_revision(revisions)
        if before is not None and was_cut_off(revisions):
            say(f"the rollout before was cut off: back to revision {before} first")
            _back(target, before)
    except StepError as error:
        say(f"nothing was changed: {error}")
        return UNKNOWN
    try:
        _upgrade(target)
        _prove(target)
    except StepError as error:
        say(f"the release does not work: {error}")
        return _take_back(target, before, say)
    say(f"{target.image} works in {target.namespace}")
    return 0


def _take_back(target: Target, before: int | None, say: Say) -> int:
    if before is None:
        say("there is no release before it; what was installed is left for you to look at")
        return TAKEN_BACK
    try:
        _back(target, before)
        _prove(target)
    except StepError as error:
        say(f"and going back to revision {before} did not help: {error}")
        return UNKNOWN
    say(f"taken back: revision {before} works again")
    return TAKEN_BACK


def _say(text: str) -> None:
    print(f"rollout: {text}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.tools.delivery.rollout")
    parser.add_argument("--image", required=True, help="REPOSITORY@sha256:DIGEST")
    parser.add_argument("--namespace", default="poon")
    parser.add_argument("--values", action="append", default=[], metavar="FILE")
    parser.add_argument("--timeout", default="15m", help="of each step, as Helm writes it")
    asked = parser.parse_args()
    missing = [path for path in asked.values if not Path(path).is_file()]
    if missing or not IMAGE.match(asked.image):
        _say(f"{', '.join(missing) or asked.image}: {'no such file' if missing else 'not REPOSITORY@sha256:DIGEST'}")
        return UNKNOWN
    return roll_out(Target(asked.image, asked.namespace, tuple(asked.values), asked.timeout), _say)


if __name__ == "__main__":
    sys.exit(main())
