"""The reference of the command line, made from the program itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer

from workers.entrypoints.cli import app
from workers.entrypoints.exits import exit_codes_table


def cli_reference() -> str:
    """Every command with its arguments and options, and the exit codes, as Markdown."""
    sections = [*_sections(typer.main.get_command(app), "poon"), f"## Exit codes\n\n{exit_codes_table()}"]
    return "\n".join(sections)


# The command classes are private to typer, which is why they appear as Any here.
def _sections(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401
    yield f"## `{name}`\n\n{_help(command)}\n\n{_parameters(command)}".rstrip() + "\n"
    for inner_name, inner in getattr(command, "commands", {}).items():
        yield from _sections(inner, f"{name} {inner_name}")


def _help(command: Any) -> str:  # noqa: ANN401
    return inspect.cleandoc(command.help or "").strip()


def _parameters(command: Any) -> str:  # noqa: ANN401
    rows = [_row(parameter) for parameter in command.params if _is_shown(parameter)]
    if not rows:
        return ""
    return "| Argument or option | Default | Meaning |\n|---|---|---|\n" + "\n".join(rows)


def _is_shown(parameter: Any) -> bool:  # noqa: ANN401
    return parameter.name != "help" and not getattr(parameter, "hidden", False)


def _row(parameter: Any) -> str:  # noqa: ANN401
    is_option = parameter.param_type_name == "option"
    spelling = ", ".join(parameter.opts) if is_option else (parameter.metavar or parameter.name.upper())
    default = parameter.default if parameter.default not in (None, False, ()) else ""
    required = "required" if parameter.required else ""
    text = (parameter.help or "").replace("|", r"\|")
    return f"| `{spelling}` | {f'`{default}`' if default != '' else required} | {text} |"
