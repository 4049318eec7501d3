"""A cache whose contents the test sees."""


class VisibleCache:
    """`Cache` in a dictionary; nothing expires."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.ttls: dict[str, float] = {}

    async def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        self.values[key] = value
        self.ttls[key] = ttl_seconds

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        total = int(self.values.get(key, b"0")) + amount
        self.values[key] = b"%d" % total
        self.ttls.setdefault(key, ttl_seconds)
        return total

    async def delete(self, key: str) -> None:
        self.values.pop(key, None)

    async def forget(self, prefix: str) -> bool:
        for key in [key for key in self.values if key.startswith(prefix)]:
            del self.values[key]
        return True

    async def close(self) -> None:
        self.values.clear()
