"""The lexicon's tables, read from the TOML files beside this module.

A line of a table is one thing with its other spellings, `name | alias | alias`. A spelling that begins with `=`
counts only with these very capitals.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.values import Category, PaymentMethod


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed TOML file of this name."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def spellings(line: str) -> list[str]:
    """The name and its aliases of one line."""
    return [part.strip() for part in line.split("|")]


@cache
def merchant_rows() -> tuple[tuple[str, str, Category, bool], ...]:
    """(spelling, canonical name, category, words outrank it)."""
    return tuple(
        (spelling, spellings(line)[0].removeprefix("="), Category(group["category"]), bool(group.get("broad")))
        for group in table("merchants")["group"]
        for line in group["merchants"]
        for spelling in spellings(line)
    )


@cache
def payment_rows() -> tuple[tuple[str, PaymentMethod], ...]:
    """(phrase, method)."""
    return tuple(
        (phrase, PaymentMethod(method)) for method, phrases in table("payment")["method"].items() for phrase in phrases
    )


@cache
def category_rows(section: str) -> tuple[tuple[str, Category], ...]:
    """(phrase, category) of the section `purpose` or `words`."""
    return tuple(
        (phrase, Category(category))
        for category, lines in table("categories")[section].items()
        for line in lines
        for phrase in spellings(line)
    )


@cache
def word_list(name: str) -> tuple[str, ...]:
    """A plain list of the table `language`."""
    return tuple(table("language")[name])


@cache
def all_thai_phrases() -> frozenset[str]:
    """Every Thai spelling of the lexicon, so that the division into words knows them."""
    phrases = [spelling for spelling, *_ in merchant_rows()]
    phrases += [phrase for phrase, _ in payment_rows()]
    phrases += [phrase for section in ("purpose", "words") for phrase, _ in category_rows(section)]
    phrases += [word for name in table("language") for word in word_list(name)]
    parts = (part for phrase in phrases for part in phrase.removeprefix("=").split())
    return frozenset(part for part in parts if part and all("\u0e01" <= char <= "\u0e4e" for char in part))
