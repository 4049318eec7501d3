from pathlib import Path
from typing import Any

from contracts.codec import decode_command
from contracts.envelope import parse_envelope

README = Path(__file__).parents[3] / "contracts" / "README.md"


def test_the_example_of_the_readme_is_a_command_the_workers_take() -> None:
    _, _, rest = README.read_text(encoding="utf-8").partition("```python\n")
    code, _, _ = rest.partition("```")
    names: dict[str, Any] = {}
    exec(compile(code, str(README), "exec"), names)  # noqa: S102  our own example
    envelope = parse_envelope(names["headers"], names["envelope"].time)
    assert decode_command(envelope.type, names["value"]) == names["command"]
    assert (names["topic"], names["key"]) == ("poon.texts.commands", b"acme/user-42")
