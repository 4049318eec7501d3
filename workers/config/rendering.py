"""Shows settings: the effective ones with secrets masked, and the reference of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.registry import COMMANDS
from workers.config.leaves import Leaf, leaves, value_text
from workers.config.loading import Loaded, Origin
from workers.config.policies import EXAMPLE_TYPE
from workers.config.settings import Settings


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One effective setting as `poon config` shows it."""

    name: str
    value: str
    origin: Origin
    env_name: str


def shown(loaded: Loaded) -> list[ShownSetting]:
    """The effective settings, one by one, every secret masked."""
    return [
        ShownSetting(
            leaf.toml_name,
            value_text(_value(loaded.settings, leaf)),
            loaded.origins[leaf.toml_name],
            leaf.env_name,
        )
        for leaf in leaves()
    ]


def settings_reference() -> str:
    """A Markdown table of every setting, and one of what each table among them holds."""
    lines = ["| Environment | File | Type | Default | Meaning |", "|---|---|---|---|---|"]
    lines.extend(_row(leaf) for leaf in leaves())
    for leaf in leaves():
        lines.extend(_table(leaf) if leaf.inner else ())
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Example:
    """How a table is explained.

    Attributes:
        says: what an entry is for.
        key: the name of an entry.
        values: some of its settings.
        after: what else there is to say.
    """

    says: str
    key: str
    values: Mapping[str, object]
    after: str


_EXAMPLES: Final = {
    "runtime.by_type": _Example(
        "One entry for each command type that differs; what it leaves out is as for all.",
        EXAMPLE_TYPE,
        {"attempts": 3},
        f"The types are {', '.join(f'`{name}`' for name in COMMANDS)}.",
    ),
    "models.servers": _Example(
        "One entry for each server, or for each model of one server.",
        "ollama",
        {"base_url": "http://ollama:11434/v1", "model": "qwen3:8b"},
        "The name is yours; chains, keys, outcomes and metrics use it.",
    ),
}


def _table(leaf: Leaf) -> list[str]:
    """What may stand in one entry of a table, and how it is written."""
    example = _EXAMPLES[leaf.toml_name]
    key = example.key if "." not in example.key else f'"{example.key}"'
    written = json.dumps({example.key: example.values})
    rows = [_inner_row(inner) for inner in leaf.inner]
    return [
        "",
        f"## `{leaf.toml_name}`",
        "",
        f"{example.says} In the file, or as variable:",
        "",
        "```toml",
        f"[{leaf.toml_name}.{key}]",
        *(f"{name} = {json.dumps(value)}" for name, value in example.values.items()),
        "```",
        "",
        "```console",
        f"$ export {leaf.env_name}='{written}'",
        "```",
        "",
        example.after,
        "",
        "| Setting | Type | Default | Meaning |",
        "|---|---|---|---|",
        *rows,
    ]


def _inner_row(inner: Leaf) -> str:
    default = f"`{inner.default_text}`" if inner.default_text else "none"
    kind = inner.type_text.replace("|", r"\|")
    return f"| `{inner.toml_name}` | {kind} | {default} | {inner.description} |"


def _row(leaf: Leaf) -> str:
    default = f"`{leaf.default_text}`" if leaf.default_text else "none"
    kind = leaf.type_text.replace("|", r"\|")
    return f"| `{leaf.env_name}` | `{leaf.toml_name}` | {kind} | {default} | {leaf.description} |"


def _value(settings: Settings, leaf: Leaf) -> object:
    value: object = settings
    for name in leaf.path:
        value = getattr(value, name)
    return value
