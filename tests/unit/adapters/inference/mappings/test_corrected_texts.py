"""Correcting what a text was recorded as teaches something about that text, however it was read."""

from tests.eval.learning import corrected, forgotten


def test_every_text_means_afterwards_what_it_was_corrected_to() -> None:
    texts = corrected()

    assert len(texts) > 300
    assert forgotten(texts) == []
