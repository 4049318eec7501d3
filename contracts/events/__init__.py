"""The outcome events analytics consume, one module an area."""
