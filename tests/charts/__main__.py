"""`make charts-golden`: renders the examples anew. `python -m tests.charts install`: only gets the tools."""

import sys

from tests.charts.golden_files import GOLDEN, expected
from tests.charts.tools import install, stop_helm


def main() -> None:
    install()
    if sys.argv[1:] == ["install"]:
        return
    try:
        files = expected()
    finally:
        stop_helm()
    for path in GOLDEN.glob("*.yaml"):
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
