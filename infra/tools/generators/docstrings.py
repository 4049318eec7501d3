"""Reads Google-style docstrings of classes."""

from __future__ import annotations

import inspect
import re

_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*)$")
_CONTINUATION = re.compile(r"^ {8,}(\S.*)$")


def origin(cls: type) -> type:
    """The class as written, of a generic class with its parameters filled in."""
    generic: dict[str, type | None] = getattr(cls, "__pydantic_generic_metadata__", {})
    return generic.get("origin") or cls


def summary(cls: type) -> str:
    """The docstring without its sections, as one paragraph a line; empty where the class has none of its own."""
    text, _, _ = _docstring(origin(cls)).partition("\nAttributes:\n")
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(part for part in paragraphs if part)


def attribute_docs(cls: type) -> dict[str, str]:
    """What the docstrings of a class and its bases say of each attribute; the class's own word counts most."""
    found: dict[str, str] = {}
    for base in reversed(origin(cls).__mro__):
        found |= _attributes(_docstring(origin(base)))
    return found


def _docstring(cls: type) -> str:
    return inspect.cleandoc(cls.__dict__.get("__doc__") or "")


def _attributes(docstring: str) -> dict[str, str]:
    _, _, section = docstring.partition("\nAttributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if match := _ATTRIBUTE.match(line):
            name = match[1]
            found[name] = match[2]
        elif name and (match := _CONTINUATION.match(line)):
            found[name] += " " + match[1]
        else:
            break
    return {name: _sentence(text) for name, text in found.items()}


def _sentence(text: str) -> str:
    clean = text.strip().removesuffix(".")
    return f"{clean[0].upper()}{clean[1:]}." if clean else ""
