"""The commands of a runbook's page, as somebody on call would type them. Pure."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LOOK: Final = "What to look at"
ACT: Final = "What to do"

_PROMPT: Final = "$ "
_INLINE: Final = re.compile(r"`(?P<code>(?:poon|export|curl) [^`]+)`")
_PLACEHOLDER: Final = re.compile(r"\b[A-Z][A-Z_]+\b|…")
_VARIABLE: Final = re.compile(r"^POON_[A-Z_]+$")


class UnfilledError(ValueError):
    """A command has a placeholder, and nobody said what stands for it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a page.

    Attributes:
        text: as it stands there, without prompt, remark and what it is piped into.
    """

    text: str

    def words(self, values: Mapping[str, str]) -> list[str]:
        """The command's words, with values in the place of the words in capitals.

        Raises:
            UnfilledError: one of them has no value.
        """
        return [self._filled(word, values) for word in shlex.split(self.text)]

    def _filled(self, word: str, values: Mapping[str, str]) -> str:
        if _VARIABLE.match(word.partition("=")[0]):
            return word
        if missing := sorted(set(_PLACEHOLDER.findall(word)) - set(values)):
            raise UnfilledError(f"`{self.text}` needs {', '.join(missing)}")
        return _PLACEHOLDER.sub(lambda found: values[found[0]], word)


def commands(page: str, section: str) -> list[Command]:
    """All commands of one section: those behind a prompt, and those of the fleet within its sentences."""
    found: list[Command] = []
    is_block = False
    for line in _lines(page, section):
        if line.startswith("```"):
            is_block = not is_block
        elif is_block:
            found += [Command(_bare(line.removeprefix(_PROMPT)))] if line.startswith(_PROMPT) else []
        else:
            found += [Command(_bare(code["code"])) for code in _INLINE.finditer(line)]
    return found


def of_program(found: list[Command], program: str) -> list[Command]:
    """Those that begin with these words."""
    return [command for command in found if f"{command.text} ".startswith(f"{program} ")]


def exports(found: list[Command]) -> dict[str, str]:
    """What the commands that set variables set."""
    pairs = [pair for command in of_program(found, "export") for pair in shlex.split(command.text)[1:]]
    return dict(pair.split("=", 1) for pair in pairs)


def _bare(line: str) -> str:
    """Without a remark, and without what only shortens its output."""
    return re.split(r"\s+#|\s*\|", line)[0].strip()


def _lines(page: str, section: str) -> Iterator[str]:
    inside = False
    for line in page.splitlines():
        if line.startswith("## "):
            inside = line == f"## {section}"
        elif inside:
            yield line.strip()
