"""Shows settings: the effective ones with secrets masked, and the reference of all."""

from __future__ import annotations

from dataclasses import dataclass

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


def _table(leaf: Leaf) -> list[str]:
    """What may stand in one entry of a table by command type, and how it is written."""
    first = leaf.inner[0].toml_name
    rows = [f"| `{inner.toml_name}` | {inner.type_text} | {inner.description} |" for inner in leaf.inner]
    return [
        "",
        f"## `{leaf.toml_name}`",
        "",
        "One entry for each command type that differs; what it leaves out is as for all. In the file, or as variable:",
        "",
        "```toml",
        f'[{leaf.toml_name}."{EXAMPLE_TYPE}"]',
        f"{first} = 3",
        "```",
        "",
        "```console",
        f"""$ export {leaf.env_name}='{{"{EXAMPLE_TYPE}": {{"{first}": 3}}}}'""",
        "```",
        "",
        f"The types are {', '.join(f'`{name}`' for name in COMMANDS)}.",
        "",
        "| Setting | Type | Meaning |",
        "|---|---|---|",
        *rows,
    ]


def _row(leaf: Leaf) -> str:
    default = f"`{leaf.default_text}`" if leaf.default_text else "none"
    kind = leaf.type_text.replace("|", r"\|")
    return f"| `{leaf.env_name}` | `{leaf.toml_name}` | {kind} | {default} | {leaf.description} |"


def _value(settings: Settings, leaf: Leaf) -> object:
    value: object = settings
    for name in leaf.path:
        value = getattr(value, name)
    return value
