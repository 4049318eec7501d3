"""Writes every file that is generated from the code, and checks that none is stale.

python -m infra.tools.generate                    write them
python -m infra.tools.generate --check            fail, naming each stale, missing or surplus file and each
                                                  change that breaks a released schema
python -m infra.tools.generate --release 0.2.0    freeze the JSON Schemas as those of a release
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

from contracts.registry import COMMANDS, EVENTS
from infra.dashboards.every import DASHBOARDS
from infra.dashboards.grafana import dashboard_text
from infra.dashboards.page import dashboards_page
from infra.objectives.rules import alerts_page, chart_rules_text, rules_text
from infra.tools.generators.asyncapi import asyncapi_text
from infra.tools.generators.chart import fleet_file, readme
from infra.tools.generators.chart_schema import values_schema
from infra.tools.generators.markdown import page
from infra.tools.generators.messages import messages_page
from infra.tools.generators.metrics import metrics_page
from infra.tools.generators.openapi import openapi_text
from infra.tools.generators.reference import errors_page, headers_page, topics_page
from infra.tools.generators.releases import broken_promises, freeze
from infra.tools.generators.schemas import file_name, schema_text
from infra.tools.generators.terraform import topics_json
from infra.tools.generators.workflows import workflows_page

Generator = Callable[[], str]

SCHEMAS: Final = Path("contracts/schemas/json")
RELEASED: Final = Path("contracts/schemas/released")
REFERENCE: Final = Path("docs/reference")
CHART: Final = Path("charts/poon-workers")
GRAFANA: Final = Path("infra/grafana/dashboards")
TERRAFORM: Final = Path("infra/terraform/modules/topics")
OWNED: Final = (
    *((SCHEMAS, "*.json"), (REFERENCE, "*.md"), (REFERENCE, "*.yaml")),
    *((GRAFANA, "*.json"), (CHART / "files/dashboards", "*.json")),
)
"""Folders whose files are all generated: one nobody generates is surplus."""

GENERATORS: Final[dict[Path, Generator]] = {
    **{SCHEMAS / file_name(name): partial(schema_text, message) for name, message in {**COMMANDS, **EVENTS}.items()},
    Path("contracts/schemas/asyncapi.yaml"): asyncapi_text,
    REFERENCE / "topics.md": topics_page,
    REFERENCE / "messages.md": messages_page,
    REFERENCE / "errors.md": errors_page,
    REFERENCE / "headers.md": headers_page,
    TERRAFORM / "registry.json": topics_json,
}
"""What is generated from contracts; `generators` adds what the workers tell about themselves."""


def generators() -> dict[Path, Generator]:
    """Every generated file with the function that returns its text."""
    return {
        **GENERATORS,
        REFERENCE / "settings.md": partial(_page, "Settings", "workers.config", "settings_reference"),
        REFERENCE / "metrics.md": metrics_page,
        REFERENCE / "alerts.md": alerts_page,
        Path("infra/prometheus/rules.yaml"): rules_text,
        REFERENCE / "workflows.md": workflows_page,
        REFERENCE / "cli.md": partial(_page, "Command line", "workers.entrypoints.reference", "cli_reference"),
        REFERENCE / "openapi.yaml": openapi_text,
        CHART / "files/fleet.yaml": fleet_file,
        CHART / "files/rules.yaml": chart_rules_text,
        **{GRAFANA / f"{one.name}.json": partial(dashboard_text, one) for one in DASHBOARDS},
        # In one line: Kubernetes keeps them, nobody reads them there.
        **{CHART / f"files/dashboards/{one.name}.json": partial(dashboard_text, one, None) for one in DASHBOARDS},
        REFERENCE / "dashboards.md": dashboards_page,
        CHART / "values.schema.json": values_schema,
        CHART / "README.md": readme,
    }


def _page(title: str, module: str, name: str) -> str:
    """A page the workers write about themselves; imported only now, because they are heavy."""
    text = cast("Generator", getattr(importlib.import_module(module), name))()
    return page(title, text)


def write(root: Path, files: Mapping[Path, Generator]) -> None:
    """Write what has changed and remove what nobody generates any more."""
    for path, generator in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = generator()
        if _text(target) != text:
            target.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    for path in _surplus(root, files):
        (root / path).unlink()
        print(f"removed {path}")


def problems(root: Path, files: Mapping[Path, Generator]) -> Iterator[str]:
    """One line for every file that is not as it would be generated."""
    for path, generator in files.items():
        present = _text(root / path)
        if present is None:
            yield f"{path} is missing"
        elif present != generator():
            yield f"{path} is stale"
    for path in _surplus(root, files):
        yield f"{path} is surplus: nothing generates it"


def _surplus(root: Path, files: Mapping[Path, Generator]) -> list[Path]:
    present = (path.relative_to(root) for folder, kind in OWNED for path in (root / folder).glob(kind))
    return sorted(path for path in present if path not in files)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def check(root: Path, files: Mapping[Path, Generator]) -> int:
    """Print what is wrong; 0 when nothing is."""
    stale = list(problems(root, files))
    breaks = list(broken_promises(root / RELEASED))
    for line in (*stale, *breaks):
        print(line, file=sys.stderr)
    if stale:
        print("run `python -m infra.tools.generate` and commit what it writes", file=sys.stderr)
    if breaks:
        print("a released schema is a promise: release a new version of the type with an upcaster", file=sys.stderr)
    if not stale and not breaks:
        print(f"{len(files)} generated files are current and compatible with every release")
    return 1 if stale or breaks else 0


def _version(text: str) -> str:
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no version such as 0.2.0")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m infra.tools.generate", description="Generated files.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing, fail when a file is not current")
    choice.add_argument("--release", metavar="VERSION", type=_version, help="freeze the current JSON Schemas")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    files = generators()
    if options.check:
        return check(options.root, files)
    write(options.root, files)
    if options.release:
        return freeze(options.root / SCHEMAS, options.root / RELEASED, options.release)
    return 0


if __name__ == "__main__":
    sys.exit(main())
