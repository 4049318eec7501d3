"""How `poon` ends: the exit codes and which error leads to which."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes; from 64 on they follow sysexits.h."""

    OK = 0
    NO = 1
    USAGE = 2
    BAD_INPUT = 65
    UNAVAILABLE = 69
    UNEXPECTED = 70
    NO_ANSWER = 75
    CONFIGURATION = 78
    INTERRUPTED = 130
    ABORTED = 143

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "Done.",
    ExitCode.NO: "The answer is no: topics differ, the schema is not current, the worker is not healthy, a command"
    " was rejected or failed, a dead letter was left as it is, the demo's check found a problem, a row of a"
    " statement cannot be read, the doctor has warnings, nothing is stored under an id, a database is not what was"
    " backed up, records after a backup are gone, no command is among spans, less is read right than was asked for.",
    ExitCode.USAGE: "The command line is wrong; the message names the argument.",
    ExitCode.BAD_INPUT: "The input is wrong; the message names the line and field, and nothing was sent.",
    ExitCode.UNAVAILABLE: "A service cannot be used: broker, database, image store, archive, backup or AI backend; or"
    " what is encrypted in it was changed; or most commands failed, and the fleet stopped before more were"
    " dead-lettered. The message says what to check.",
    ExitCode.UNEXPECTED: "A mistake of the program; run again with POON_LOGGING__LEVEL=debug and report it.",
    ExitCode.NO_ANSWER: "No outcome came in time; the command may still be carried out.",
    ExitCode.CONFIGURATION: "A setting is wrong, or a newer release wrote what this one cannot read; the message"
    " names it and the cure.",
    ExitCode.INTERRUPTED: "Interrupted from the keyboard.",
    ExitCode.ABORTED: "The fleet was stopped before it had finished what was in flight: the drain time was up, or a"
    " second signal came. All of that is redelivered.",
}


def exit_codes_table() -> str:
    """A Markdown table of the exit codes."""
    rows = "".join(f"| {code.value} | {code.meaning} |\n" for code in ExitCode)
    return f"| Code | Meaning |\n|---|---|\n{rows}"
