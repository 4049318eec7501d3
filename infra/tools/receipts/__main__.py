"""Render the demo documents: ``python -m infra.tools.receipts --out FOLDER``.

Needs the Debian fonts fonts-dejavu, fonts-liberation and fonts-thai-tlwg. The finished images are committed, because
another FreeType may draw an edge differently.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.tools.receipts.bank_slips import SLIPS
from infra.tools.receipts.render import render
from infra.tools.receipts.shop_receipts import RECEIPTS
from infra.tools.receipts.wear import encode, wear_down

if TYPE_CHECKING:
    from infra.tools.receipts.documents import Document

DEFAULT_FOLDER: Final = Path("workers/entrypoints/demo_data")
DEFAULT_SEED: Final = 2568
DOCUMENTS: Final = (*RECEIPTS, *SLIPS)


def picture(document: Document, seed: int, *, builtin_fonts: bool = False) -> bytes:
    """The document's image file; the same seed gives the same bytes, whatever else is rendered."""
    name = document.key.file
    page = render(document.markup, document.look, builtin_fonts=builtin_fonts)
    worn = wear_down(page, document.look, document.wear, seed ^ zlib.crc32(name.encode()))
    return encode(worn, Path(name).suffix, document.wear)


def main() -> None:
    parser = argparse.ArgumentParser(description="Render the demo receipts and slips with their keys.")
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options = parser.parse_args()
    (options.out / "images").mkdir(parents=True, exist_ok=True)
    for document in DOCUMENTS:
        (options.out / "images" / document.key.file).write_bytes(picture(document, options.seed))
    keys = "".join(document.key.to_json() + "\n" for document in DOCUMENTS)
    (options.out / "keys.jsonl").write_text(keys, encoding="utf-8")


if __name__ == "__main__":
    main()
