"""What is told of a process with a share of the tests when it ends before its time; a pytest plugin."""

import subprocess
from typing import Any, Final

import pytest

ENDED: Final = pytest.StashKey[list[str]]()
_SECONDS: Final = 10


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ANN401  xdist exports no types; the names are pytest's
    """Tell how it ended: xdist says no more than that it did, and a signal or an exit code says who did it."""
    if error is not None:
        how = _end_of(node.gateway._io.popen)  # noqa: SLF001  execnet tells it nowhere else
        node.config.stash.setdefault(ENDED, []).append(f"{node.gateway.id} {how}")


def _end_of(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        return "has not ended, but answers no more"
    return f"ended by signal {-code}" if code < 0 else f"ended by exit code {code}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(ENDED, []):
        terminalreporter.write_line(line, red=True)
