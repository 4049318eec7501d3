"""Guessing categories by what words mean: sentence embeddings, an optional extra of 100 MB."""
