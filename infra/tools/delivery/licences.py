"""Refuses an image with a package whose licence is not on the list, or not known.

usage: python -m infra.tools.delivery.licences
"""

import sys
from importlib.metadata import Distribution
from typing import Any, Final

from boolean import AND, OR
from license_expression import ExpressionError, get_spdx_licensing

from infra.tools.delivery.locked import Locked, LockError, installed, shipped

ALLOWED: Final = frozenset(
    {
        *(
            "0BSD",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "CC0-1.0",
            "ISC",
            "MIT",
            "MIT-0",
            "MIT-CMU",
            "PSF-2.0",
            "Zlib",
        ),
        # These ask for their own source only, and are shipped as they came, in files of their own.
        *("LGPL-2.1-only", "LGPL-3.0-only", "MPL-2.0"),
    }
)
STATED: Final = {
    "google-re2": "BSD-3-Clause",  # says "BSD License"
    "omegaconf": "BSD-3-Clause",  # the same
    "opencv-python-headless": "Apache-2.0 AND LGPL-2.1-only",  # leaves out the FFmpeg in its wheel
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # a list in words
}
"""Read in the package itself, where its metadata does not say it or not all of it."""

_IN_WORDS: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_HERE: Final = "infra/tools/delivery/licences.py"
_SPDX: Final = get_spdx_licensing()


def licence(package: Locked, found: Distribution) -> str | None:
    """The licence of a package as an SPDX expression; None where it cannot be told."""
    metadata = found.metadata
    classifiers = [
        line for line in metadata.get_all("Classifier", []) if line.startswith("License :: OSI Approved :: ")
    ]
    words = [*metadata.get_all("License-Expression", []), *metadata.get_all("License", [])]
    words.insert(0, STATED.get(package.name))
    # Two classifiers may mean both or either; only one is a statement.
    if len(classifiers) == 1:
        words.append(classifiers[0].rpartition(" :: ")[2])
    told = (_expression(said) for said in words if said)
    return next((expression for expression in told if expression), None)


def _expression(said: str) -> str | None:
    try:
        return str(_SPDX.parse(_IN_WORDS.get(said.strip(), said.strip()), validate=True))
    except ExpressionError:
        return None


def is_allowed(expression: str) -> bool:
    """Of licences joined by AND all have to be on the list, of those joined by OR one."""
    return _holds(_SPDX.parse(expression))


def _holds(part: Any) -> bool:  # noqa: ANN401  a symbol, or a function of the library's algebra
    if isinstance(part, AND | OR):
        parts = [_holds(inner) for inner in part.args]
        return all(parts) if isinstance(part, AND) else any(parts)
    return str(part) in ALLOWED


def judged(package: Locked) -> str | None:
    """What is wrong with a package's licence."""
    try:
        expression = licence(package, installed(package))
    except LockError as error:
        return str(error)
    if expression is None:
        return f"{package.name}: its licence is not known; read it, and state it in {_HERE}"
    return None if is_allowed(expression) else f"{package.name}: {expression} is not on the list of {_HERE}"


def main() -> int:
    wrong = [said for package in shipped() if (said := judged(package))]
    print("\n".join(wrong) or f"  {len(shipped())} packages, every licence on the list", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
