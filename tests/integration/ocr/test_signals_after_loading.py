"""Loading the recognition models leaves a process able to hear signals, how often it is done."""

import signal
import subprocess
import sys

SCRIPT = """
import signal
from adapters.inference.ocr.engine import load_engine

heard = []
signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
for _ in range(2):
    engine = load_engine()
    signal.raise_signal(signal.SIGTERM)
    del engine
    signal.raise_signal(signal.SIGTERM)
print(heard)
"""


def test_a_process_hears_every_signal_while_and_after_it_has_loaded_the_models_twice() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, str([int(signal.SIGTERM)] * 4)), ended.stderr
