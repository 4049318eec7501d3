"""A page's commands are found as somebody would type them, and every drill's page has those it is cured by."""

import pytest

from tests.drills.definition import Drill
from tests.drills.every import DRILLS
from tests.drills.runbooks import ACT, LOOK, Command, UnfilledError, commands, exports, of_program
from tests.drills.scene import RUNBOOKS

PAGE = """# PoonThing

## What it means

Run `poon nothing` for no reason.

## What to look at

```console
$ poon dlq list --json | head      # newest first
$ kubectl get pods
the output of it
```

The log, and `poon lag`, `poon_outage` and `POON_RUNTIME__X`.

## What to do

1. Take it out:

   ```console
   $ export POON_CHAINS__A=rules POON_B="two words"
   $ poon config --check
   ```

2. `poon dlq redrive --code CODE --dry-run`.

```promql
sum(poon_outage)
```
"""


def test_commands_come_without_prompt_remark_and_pipe() -> None:
    found = [command.text for command in commands(PAGE, LOOK)]
    assert found == ["poon dlq list --json", "kubectl get pods", "poon lag"]


def test_blocks_within_a_list_and_commands_within_sentences_are_found() -> None:
    found = commands(PAGE, ACT)
    assert [command.text for command in found] == [
        'export POON_CHAINS__A=rules POON_B="two words"',
        "poon config --check",
        "poon dlq redrive --code CODE --dry-run",
    ]
    assert exports(found) == {"POON_CHAINS__A": "rules", "POON_B": "two words"}


def test_commands_are_chosen_by_their_words() -> None:
    found = [Command("poon dlq list"), Command("poon dlq"), Command("poon dlqs")]
    assert of_program(found, "poon dlq") == [Command("poon dlq list"), Command("poon dlq")]


def test_words_in_capitals_are_filled_in() -> None:
    command = Command('poon dlq discard --code CODE --reason "they KNOW" ID')
    words = command.words({"CODE": "unknown_type", "ID": "7", "KNOW": "know"})
    assert words == ["poon", "dlq", "discard", "--code", "unknown_type", "--reason", "they know", "7"]


def test_a_word_in_capitals_that_nobody_fills_in_is_told() -> None:
    with pytest.raises(UnfilledError, match="ID"):
        Command("poon trace ID").words({"CODE": "x"})


def test_names_of_settings_are_no_placeholders() -> None:
    assert Command("export POON_A=rules").words({}) == ["export", "POON_A=rules"]


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_the_page_of_a_drill_says_how_to_look(drill: Drill) -> None:
    assert of_program(commands((RUNBOOKS / f"{drill.alert}.md").read_text(), LOOK), "poon")


@pytest.mark.parametrize(
    ("alert", "program"),
    [("PoonDeadLetters", "poon dlq discard"), ("PoonBackendSlowerThanYesterday", "poon config --check")],
)
def test_a_page_has_the_command_that_a_drill_is_cured_by(alert: str, program: str) -> None:
    assert of_program(commands((RUNBOOKS / f"{alert}.md").read_text(), ACT), program)


def test_a_page_takes_a_model_out_of_its_chain() -> None:
    page = (RUNBOOKS / "PoonBackendSlowerThanYesterday.md").read_text()
    assert exports(commands(page, ACT)) == {"POON_CHAINS__TEXT_EXTRACTION": "rules"}
