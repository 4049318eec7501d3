"""Understanding spending texts by rules: Thai, English, mixed, and voice transcripts."""

from adapters.inference.texts.categorization import LetterLikeness, RuleCategorization
from adapters.inference.texts.extraction import RuleTextExtraction

__all__ = ["LetterLikeness", "RuleCategorization", "RuleTextExtraction"]
