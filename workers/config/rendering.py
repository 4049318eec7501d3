"""Shows settings: the effective ones with secrets masked, and the reference of all."""

from __future__ import annotations

from dataclasses import dataclass

from workers.config.leaves import Leaf, leaves, value_text
from workers.config.loading import Loaded, Origin
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
    """A Markdown table of every setting."""
    lines = ["| Environment | File | Type | Default | Meaning |", "|---|---|---|---|---|"]
    lines.extend(_row(leaf) for leaf in leaves())
    return "\n".join(lines) + "\n"


def _row(leaf: Leaf) -> str:
    default = f"`{leaf.default_text}`" if leaf.default_text else "none"
    kind = leaf.type_text.replace("|", r"\|")
    return f"| `{leaf.env_name}` | `{leaf.toml_name}` | {kind} | {default} | {leaf.description} |"


def _value(settings: Settings, leaf: Leaf) -> object:
    value: object = settings
    for name in leaf.path:
        value = getattr(value, name)
    return value
