"""Kills what a test run leaves behind, however it ends.

Runs as a program beside the test process and reads its standard input: `+123` takes process 123 (the leader of a
session of its own) into its care, `-123` releases it. When the input ends the test process is gone, killed or not,
and everything still in care is killed.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    in_care: set[int] = set()
    for line in sys.stdin:
        pid = int(line[1:])
        if line.startswith("+"):
            in_care.add(pid)
        else:
            in_care.discard(pid)
    for pid in in_care:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
