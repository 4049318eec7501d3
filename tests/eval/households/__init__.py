"""Made-up owners, each from its seed: what several kinds of Thai households might write down."""

from tests.eval.households.living import KINDS, Household, live

__all__ = ["KINDS", "Household", "live"]
