"""Reads settings: environment over file over defaults; whatever is wrong is named as it was written."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workers.config.leaves import PREFIX, Leaf, leaves
from workers.config.settings import Settings
from workers.config.values import REFUSED

CONFIG_FILE_VARIABLE: Final = "POON_CONFIG_FILE"
DEFAULT_FILE: Final = "poon.toml"
_FOREIGN_PREFIX: Final = "POON_TEST_"


class Origin(StrEnum):
    """Where a setting's value comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "env"


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """What is wrong with one setting.

    Attributes:
        name: the setting as the user wrote it, or as it can be written.
        reason: what is wrong; never shows a secret.
        cure: what to do.
    """

    name: str
    reason: str
    cure: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.name}: {self.reason}; {self.cure}"


class SettingsError(Exception):
    """The settings cannot be used; `problems` says why, each with its cure."""

    def __init__(self, problems: Iterable[SettingProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Loaded:
    """Valid settings and where each value, by its TOML name, comes from."""

    settings: Settings
    origins: Mapping[str, Origin]
    file: Path | None


Values = dict[tuple[str, ...], Any]


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read and validate the settings.

    Raises:
        SettingsError: at least one setting is unknown or wrong.
    """
    return load(environ, cwd).settings


def load(environ: Mapping[str, str], cwd: Path) -> Loaded:
    """Read the settings together with where each comes from.

    Raises:
        SettingsError: at least one setting is unknown or wrong.
    """
    file = _config_file(environ, cwd)
    written = dict(_flatten(_parse(file), ())) if file else {}
    exported, strangers = _from_environment(environ)
    problems = [*_unknown_in_file(written, file), *strangers]
    known = {path: value for path, value in written.items() if path in _by_path()}
    settings = _validate(known, exported, file, problems)
    origins = {leaf.toml_name: _origin(leaf.path, known, exported) for leaf in leaves()}
    return Loaded(settings, origins, file)


def _by_path() -> dict[tuple[str, ...], Leaf]:
    return {leaf.path: leaf for leaf in leaves()}


def _origin(path: tuple[str, ...], written: Values, exported: Values) -> Origin:
    if path in exported:
        return Origin.ENVIRONMENT
    return Origin.FILE if path in written else Origin.DEFAULT


def _config_file(environ: Mapping[str, str], cwd: Path) -> Path | None:
    named = environ.get(CONFIG_FILE_VARIABLE)
    file = cwd / (named or DEFAULT_FILE)
    if file.is_file():
        return file
    if named:
        raise SettingsError(
            [SettingProblem(CONFIG_FILE_VARIABLE, f"there is no file {named}", "correct the path or unset it")]
        )
    return None


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise SettingsError([SettingProblem(str(file), reason, "make the file readable")]) from None
    except UnicodeDecodeError:
        raise SettingsError([SettingProblem(str(file), "is no UTF-8", "save the file as UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([SettingProblem(str(file), f"is no TOML: {error}", "correct the line named")]) from None


def _flatten(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        inner = (*path, name)
        if isinstance(value, dict) and inner not in _by_path():
            yield from _flatten(value, inner)
        else:
            yield inner, value


def _from_environment(environ: Mapping[str, str]) -> tuple[Values, list[SettingProblem]]:
    """The known settings in the environment, and a problem for each unknown one. Empty means not given."""
    known = {leaf.env_name: leaf.path for leaf in leaves()}
    values: Values = {}
    strangers: list[SettingProblem] = []
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name.startswith(_FOREIGN_PREFIX) or name == CONFIG_FILE_VARIABLE:
            continue
        if name not in known:
            strangers.append(_unknown(name, [*known, CONFIG_FILE_VARIABLE], "unset it"))
        elif value.strip():
            values[known[name]] = value
    return values, strangers


def _unknown_in_file(written: Values, file: Path | None) -> list[SettingProblem]:
    names = [leaf.toml_name for leaf in leaves()]
    return [
        _unknown(".".join(path), names, "remove it", f" in {file.name}" if file else "")
        for path in written
        if path not in _by_path()
    ]


def _unknown(name: str, known: list[str], otherwise: str, where: str = "") -> SettingProblem:
    spellings = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), spellings, n=1)
    cure = f"did you mean {spellings[close[0]]}?" if close else f"{otherwise}, or see `poon config` for the settings"
    return SettingProblem(f"{name}{where}", "there is no such setting", cure)


def _validate(written: Values, exported: Values, file: Path | None, problems: list[SettingProblem]) -> Settings:
    try:
        settings = Settings.model_validate(_nest(written | exported))
    except ValidationError as error:
        # include_input stays off: an input may be a secret and would travel with the exception.
        found = error.errors(include_url=False, include_input=False)
        named = [_problem(detail, written, exported, file) for detail in found]
        raise SettingsError([*problems, *named]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _nest(values: Values) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        branch = tree
        for name in path[:-1]:
            branch = branch.setdefault(name, {})
        branch[path[-1]] = value
    return tree


def _problem(detail: ErrorDetails, written: Values, exported: Values, file: Path | None) -> SettingProblem:
    context = detail.get("ctx", {})
    location = tuple(str(part) for part in detail["loc"])
    path = (*location, *context["field"].split(".")) if context.get("field") else location
    leaf = _leaf_at(path)
    name = _written_name(leaf, written, exported, file)
    if detail["type"] == REFUSED:
        within = " of ".join(reversed(path[len(leaf.path) :])) if leaf.inner else ""
        return SettingProblem(name, f"{within}: {context['reason']}" if within else context["reason"], context["cure"])
    reason = detail["msg"][0].lower() + detail["msg"][1:]
    if leaf.inner and len(path) > len(leaf.path):
        return _problem_in_table(name, leaf, path[len(leaf.path) :], reason)
    if not leaf.is_secret:
        reason += f", got {(written | exported).get(leaf.path)!r}"
    return SettingProblem(name, reason, f"write {leaf.type_text} ({leaf.description})")


def _problem_in_table(name: str, leaf: Leaf, within: tuple[str, ...], reason: str) -> SettingProblem:
    """What is wrong with one entry of a table, or with a setting of that entry."""
    entry, *setting = within
    known = {inner.toml_name: inner for inner in leaf.inner}
    if not setting:
        return SettingProblem(name, f"{entry} is no table", f"name some of {', '.join(known)}")
    inner = known.get(setting[0])
    if inner is None:
        stranger = _unknown(setting[0], list(known), "remove it")
        return SettingProblem(name, f"{setting[0]} of {entry}: {stranger.reason}", stranger.cure)
    cure = f"write {inner.type_text} ({inner.description})"
    return SettingProblem(name, f"{setting[0]} of {entry}: {reason}", cure)


def _leaf_at(path: tuple[str, ...]) -> Leaf:
    """The setting an error speaks of; an element of a list belongs to its list."""
    known = _by_path()
    while path not in known:
        path = path[:-1]
    return known[path]


def _written_name(leaf: Leaf, written: Values, exported: Values, file: Path | None) -> str:
    if leaf.path in exported:
        return leaf.env_name
    if leaf.path in written and file:
        return f"{leaf.toml_name} in {file.name}"
    return f"{leaf.env_name} (or {leaf.toml_name} in {DEFAULT_FILE})"
