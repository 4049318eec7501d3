"""What crosses the wire: envelope, values, commands, events, topics and errors.

Depends on the standard library and pydantic only, so that producers and consumers can install it alone.
"""
