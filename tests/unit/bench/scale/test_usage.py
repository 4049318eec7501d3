import subprocess
import sys
from pathlib import Path

from tests.bench.scale.usage import NOTHING, Usage, parse_rollup, usage
from tests.services.processes import ServiceProcess
from tests.services.waiting import wait_until

ROLLUP = """\
563a2f9e6000-7ffd7c5f6000 ---p 00000000 00:00 0                          [rollup]
Rss:               51200 kB
Pss:               40960 kB
Pss_Dirty:         38000 kB
"""
OPENS = "import sys; files = [open('/dev/null') for _ in range(20)]; print('open', flush=True); sys.stdin.read(); input"


def test_the_rollup_is_read() -> None:
    assert parse_rollup(ROLLUP) == {"Rss": 51_200, "Pss": 40_960, "Pss_Dirty": 38_000}


def test_usages_add_up() -> None:
    assert sum([Usage(1, 0.5, 3, 1), Usage(2, 1, 4, 2)], NOTHING) == Usage(3, 1.5, 7, 3)


def test_a_process_is_seen_with_what_it_holds(tmp_path: Path) -> None:
    log = tmp_path / "output.log"
    process = ServiceProcess([sys.executable, "-c", f"{OPENS}\nimport signal; signal.pause()"], log)
    try:
        wait_until(lambda: "open" in log.read_text(), "the files")
        held = usage(process.pid)
    finally:
        process.kill()
    assert held.descriptors >= 23
    assert held.threads >= 1
    assert 0 < held.pss_mib <= held.rss_mib


def test_a_process_that_is_gone_holds_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert usage(gone.pid) == NOTHING
