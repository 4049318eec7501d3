"""Category mappings, found in what is known of a purchase."""

from adapters.inference.mappings.layer import SortedLayer
from adapters.inference.mappings.names import usual_name
from adapters.inference.mappings.patterns import check_pattern

__all__ = ["SortedLayer", "check_pattern", "usual_name"]
