"""How others do the same job, each as its own documentation teaches and its users set it up.

All but the FastStream worker run in an environment of their own (`requirements-bench.lock`), so these modules import
only what is in it: contracts, the pure domain, pydantic, SQLAlchemy and the peer itself.
"""
