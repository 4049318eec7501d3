"""What words mean in spending: merchants, payment methods, purposes and things, in Thai and English."""

from adapters.inference.lexicon.merchants import MerchantMatch, canonical_merchant, find_merchant
from adapters.inference.lexicon.payment import payment_method_of

__all__ = ["MerchantMatch", "canonical_merchant", "find_merchant", "payment_method_of"]
