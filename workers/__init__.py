"""The fleet: domain, handlers and the runtime that drives them."""
