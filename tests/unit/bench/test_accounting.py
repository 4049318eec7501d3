import os
import subprocess
import sys

import pytest

from tests.bench.accounting import Stat, cpu_seconds, descendants, parse_peak_mib, parse_stat, peak_mib

LINE = "4242 (postgres: x) y) S 4200 4242 4242 0 -1 4194304 910 77 0 0 150 25 30 12 20 0 1 0 1234 9 8 7"


def test_a_stat_line_is_read_past_brackets_and_spaces_in_the_name() -> None:
    assert parse_stat(LINE, ticks_per_second=100) == Stat(pid=4242, parent=4200, reaped_seconds=0.42)


def test_the_peak_is_read_in_mebibytes() -> None:
    assert parse_peak_mib("Name:\tpython\nVmPeak:\t  999 kB\nVmHWM:\t   61440 kB\n") == pytest.approx(60)


def test_a_process_without_memory_has_no_peak() -> None:
    assert parse_peak_mib("Name:\tkthread\nState:\tS\n") == 0


def test_a_tree_holds_children_of_children_and_no_neighbours() -> None:
    parents = {1: 0, 10: 1, 11: 10, 12: 11, 20: 1, 21: 20}
    stats = [Stat(pid, parent, 0.0) for pid, parent in parents.items()]
    assert {stat.pid for stat in descendants(10, stats)} == {10, 11, 12}


def test_a_child_is_found_whatever_the_order_of_the_processes() -> None:
    stats = [Stat(9, 30, 0.0), Stat(30, 5, 0.0), Stat(5, 1, 0.0)]
    assert {stat.pid for stat in descendants(5, stats)} == {5, 30, 9}


def test_a_process_that_is_gone_has_used_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert cpu_seconds([gone.pid]) == 0
    assert peak_mib([gone.pid]) == 0


def test_the_cpu_of_a_child_that_ended_is_counted() -> None:
    before = cpu_seconds([os.getpid()])
    # Enough to show on a clock that ticks every 10 ms, however fast the machine.
    busy = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert cpu_seconds([os.getpid()]) - before >= 0.18
