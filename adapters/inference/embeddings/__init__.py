"""Guessing categories by what words mean: sentence embeddings, an optional extra of 100 MB."""

from adapters.inference.embeddings.likeness import EmbeddingLikeness, load_embeddings

__all__ = ["EmbeddingLikeness", "load_embeddings"]
