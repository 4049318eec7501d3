"""Refuses a workflow of .github that GitHub would not take, that does more than it must, or that trusts a moving tag.

usage: python -m infra.tools.delivery.workflows [FOLDER]     (default: .github)

Four judges: GitHub's own schemas (check-jsonschema), zizmor for security, actionlint for expressions and scripts where
a Go is at hand that builds it, and the rules of this project, for pins and for logic that belongs into the Makefile.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from infra.tools.delivery.locked import ROOT

ACTIONLINT: Final = "github.com/rhysd/actionlint@v1.7.12"
ACTIONLINT_SUM: Final = "h1:vQ4GeJN86C0QH+gTUQcs8McmK62OLT3kmakPMtEWYnY="
PROGRAM: Final = ROOT / "build/tools/actionlint-1.7.12"
PINNED: Final = re.compile(r"^[\w-]+(?:/[\w.-]+)+@[0-9a-f]{40}$")
PLAIN_LINES: Final = 3
"""A step that says more is a program, and belongs where it can be tested."""
_SECONDS: Final = 900


def workflows(folder: Path) -> list[Path]:
    return sorted((folder / "workflows").glob("*.y*ml"))


def actions(folder: Path) -> list[Path]:
    return sorted((folder / "actions").glob("*/action.y*ml"))


def of_this_project(path: Path) -> Iterator[str]:
    """What a workflow, or an action made of steps, says against the rules of this project."""
    text = path.read_text()
    workflow: dict[str, Any] = yaml.safe_load(text)
    name = path.name
    if "runs" in workflow:
        yield from (
            f"{path.parent.name}: {wrong}" for step in workflow["runs"]["steps"] for wrong in _of_a_step(step, text)
        )
        return
    if workflow.get("permissions") != {}:
        yield f"{name}: not `permissions: {{}}` at the top, from where each job asks for what it needs"
    if "concurrency" not in workflow:
        yield f"{name}: no concurrency"
    for job, told in workflow["jobs"].items():
        if "timeout-minutes" not in told and "uses" not in told:
            yield f"{name}: {job}: no timeout"
        for step in told.get("steps", ()):
            yield from (f"{name}: {job}: {wrong}" for wrong in _of_a_step(step, text))


def _of_a_step(step: dict[str, Any], text: str) -> Iterator[str]:
    uses = step.get("uses", "")
    if uses and not uses.startswith("./"):
        if not PINNED.match(uses):
            yield f"{uses} is not pinned by a commit"
        elif not re.search(rf"{re.escape(uses)} # v\d+\.\d+\.\d+$", text, flags=re.MULTILINE):
            yield f"{uses} does not say which version it is"
    run = step.get("run", "")
    if len(run.strip().splitlines()) > PLAIN_LINES or re.search(r"\b(?:if|for|while|case)\b.*[;\n]", run):
        yield f"a step holds a program of its own: {run.strip().splitlines()[0]}"


def _told(*command: str) -> list[str]:
    """What a program has against the workflows; its silence and its good exit go together."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_SECONDS)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()


def by_schema(folder: Path) -> list[str]:
    """GitHub's schemas of workflows and actions, and of Dependabot's settings."""
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema")
    kinds = {"github-workflows": workflows(folder), "github-actions": actions(folder)}
    kinds["dependabot"] = [path for path in [folder / "dependabot.yml"] if path.exists()]
    return [
        wrong for kind, paths in kinds.items() if paths for wrong in _told(*check, f"vendor.{kind}", *map(str, paths))
    ]


def by_zizmor(folder: Path) -> list[str]:
    """Security: injection, permissions, caches of releases, credentials that stay behind."""
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    settings = folder / "zizmor.yml"
    # File by file: of a folder it takes only what a repository of its own would have there.
    files = sorted(path for path in folder.rglob("*.y*ml") if path != settings)
    chosen = ("--config", str(settings)) if settings.exists() else ("--no-config",)
    return _told(zizmor, "--offline", "--no-progress", "--quiet", "--persona", "pedantic", *chosen, *map(str, files))


def by_actionlint(folder: Path) -> list[str]:
    """Expressions, names of outputs, needs, and shellcheck over every script; nothing where it cannot be had."""
    program = actionlint()
    if program is None:
        print(f"  actionlint not run: there is no Go here that builds {ACTIONLINT}", file=sys.stderr)
        return []
    return _told(str(program), "-no-color", *map(str, workflows(folder)))


def actionlint() -> Path | None:
    """The program, built when it is first asked for; may block for minutes then."""
    if PROGRAM.exists():
        return PROGRAM
    if shutil.which("go") is None:
        return None
    told = subprocess.run(
        ["go", "mod", "download", "-json", ACTIONLINT], capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    if not told.stdout or json.loads(told.stdout).get("Sum") != ACTIONLINT_SUM:
        return None
    package = ACTIONLINT.replace("@", "/cmd/actionlint@")
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(
        ["go", "install", package],
        env={**os.environ, "GOBIN": str(PROGRAM.parent)},
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )
    if built.returncode != 0:
        return None
    return PROGRAM.with_name("actionlint").rename(PROGRAM)


def judged(folder: Path) -> list[str]:
    """Everything that is wrong with the workflows of a folder."""
    own = [wrong for path in (*workflows(folder), *actions(folder)) for wrong in of_this_project(path)]
    return [*own, *by_schema(folder), *by_zizmor(folder), *by_actionlint(folder)]


def main() -> int:
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / ".github"
    wrong = judged(folder)
    for said in wrong:
        print(said, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
