"""The tree of settings taken apart into single settings with their names in environment and file."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from workers.config.settings import Settings
from workers.config.values import SecretUrl

PREFIX: Final = "POON_"
DELIMITER: Final = "__"

_TYPE_NAMES: Final[dict[Any, str]] = {
    int: "integer",
    float: "number",
    bool: "true or false",
    Decimal: "decimal number",
    SecretStr: "secret",
    SecretUrl: "URL",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One setting: its path in the tree and what is known of it."""

    path: tuple[str, ...]
    field: FieldInfo

    @property
    def env_name(self) -> str:
        return PREFIX + DELIMITER.join(self.path).upper()

    @property
    def toml_name(self) -> str:
        return ".".join(self.path)

    @property
    def description(self) -> str:
        return self.field.description or ""

    @property
    def bare_type(self) -> Any:  # noqa: ANN401  an annotation is anything
        """The annotation without the None of an optional setting and without its rules."""
        annotation = self.field.annotation
        if get_origin(annotation) in {Union, types.UnionType}:
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation

    @property
    def inner(self) -> tuple[Leaf, ...]:
        """The settings of one entry of a table; empty for anything else."""
        parts = get_args(self.field.annotation) if get_origin(self.field.annotation) is dict else ()
        return tuple(_leaves(parts[1], ())) if parts else ()

    @property
    def is_secret(self) -> bool:
        return isinstance(self.bare_type, type) and issubclass(self.bare_type, SecretStr)

    @property
    def default_text(self) -> str:
        return value_text(self.field.get_default()) if self.field.default is not PydanticUndefined else ""

    @property
    def type_text(self) -> str:
        """The type in words, with its choices or bounds."""
        kind = self.bare_type
        if get_origin(kind) is Literal:
            return " | ".join(str(choice) for choice in get_args(kind))
        if get_origin(kind) in {tuple, dict}:
            return "list" if get_origin(kind) is tuple else "table"
        if hasattr(kind, "__members__"):
            return " | ".join(str(member) for member in kind)
        return f"{_TYPE_NAMES.get(kind, kind.__name__.lower())}{self._bounds()}".replace("str", "text")

    def _bounds(self) -> str:
        signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
        parts = [
            f"{sign} {getattr(rule, name):g}"
            for rule in self.field.metadata
            for name, sign in signs.items()
            if getattr(rule, name, None) is not None
        ]
        return f" {', '.join(parts)}" if parts else ""


def value_text(value: object) -> str:
    """A setting's value as a person reads it; secrets stay masked."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    if isinstance(value, dict):
        parts = {name: part.model_dump(mode="json", exclude_unset=True) for name, part in value.items()}
        return json.dumps(parts) if parts else ""
    return str(value)


@cache
def leaves() -> tuple[Leaf, ...]:
    """Every setting, in the order of the documentation."""
    return tuple(_leaves(Settings, ()))


def _leaves(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Leaf]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _leaves(annotation, (*path, name))
        else:
            yield Leaf((*path, name), field)
