"""A story for people: a tree by causation, made from the same facts as the JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from rich.text import Text
from rich.tree import Tree

from workers.entrypoints.masking import MASK

Facts = Mapping[str, Any]

_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
_COLOURS: Final = {"succeeded": "green", "rejected": "yellow", "failed": "red"}
_TOLD_ALREADY: Final = frozenset(
    {"processing", "workflow_id", "workflow", "command_type", "command_id", "dead_letter", "attempts"}
)


def story_tree(story: Facts) -> Tree:
    """All of it."""
    tree = Tree(Text(f"{story['asked']} is a {story['found']} of tenant {story['tenant']}", style="bold"))
    if story["also_of"]:
        tree.add(f"the same id is known of {', '.join(story['also_of'])} too: --tenant tells which is meant")
    if story["because_of"]:
        above = tree.add("because of")
        for link in story["because_of"]:
            above.add(Text(_link(link)))
    if stream := story["stream"]:
        tree.add(Text(f"{stream['name']} has {stream['events']} events, by these commands:"))
    for command in story["commands"]:
        _add_command(tree, command)
    for entry in story["entries"]:
        tree.add(Text(_entry(entry), style="bold"))
    if run := story["workflow"]:
        _facts(tree.add(Text(_stands(run), style="bold")), ["its history was archived and deleted"])
    return tree


def _add_command(parent: Tree, told: Facts) -> None:
    branch = parent.add(Text(f"{_short(told['type']) or 'message'} {told['id']}", style="bold"))
    _facts(branch, _of_command(told))
    if told["outcome"] is None and told["dead_letter"] is None:
        branch.add(Text("not decided: it waits, is being worked on, or its outcome was archived", style="yellow"))
    else:
        _add_outcome(branch, told)
    if letter := told["dead_letter"]:
        _facts(branch.add(Text(f"dead letter {letter['id']} is {letter['status']}", style="red")), _of_letter(letter))
    if told["replaced_by"]:
        _add_command(branch.add("redriven as"), told["replaced_by"])
    if told["workflow"]:
        _add_workflow(branch, told["workflow"])
    elif told["workflow_went_on"]:
        heard = branch.add("its workflow heard of that, and went on")
        for event in told["workflow_went_on"]:
            _add_event(heard, event)


def _of_command(told: Facts) -> Iterable[str]:
    yield f"owner {told['owner']}, correlation {told['correlation_id']}"
    if told["sent_at"]:
        cause = f", because of {told['caused_by']}" if told["caused_by"] else ""
        yield f"sent {_at(told['sent_at'])} by {told['source']}{cause} (known from {told['known_from']})"
    else:
        yield "when it was sent and by whom is not stored: its record on the topic says so, as long as that is kept"
    place = told["place"]
    if place and place["offset"] is not None:
        yield f"came on {place['topic']} partition {place['partition']} offset {place['offset']}"
    if told["trace_id"]:
        yield f"trace {told['trace_id']}" + ("" if told["sent_at"] else ", unless its sender brought one")


def _add_outcome(branch: Tree, told: Facts) -> None:
    outcome = told["outcome"]
    if outcome is not None:
        line = f"{outcome['verdict']}: decided {_at(told['decided_at'])}, stored {_at(told['stored_at'])}"
        _facts(branch.add(Text(line, style=_COLOURS[outcome["verdict"]])), _of_outcome(outcome))
    if told["workflow"] is None:
        for event in told["events"]:
            _add_event(branch, event)
        if told["events_left_out"]:
            branch.add(f"and {told['events_left_out']} more events of the same decision")


def _of_outcome(outcome: Facts) -> Iterable[str]:
    if outcome["code"]:
        field = f" ({outcome['field']})" if outcome["field"] else ""
        yield f"{outcome['code']}{field}: {outcome['reason']}"
    if outcome["attempts"]:
        yield f"after {outcome['attempts']} attempts"
    if outcome["duration_ms"] is not None:
        yield f"the last attempt took {outcome['duration_ms']:.0f} ms"
    if outcome["degraded"]:
        yield f"degraded: {outcome['degraded_reason']}"
    for backend in outcome["backends"]:
        yield _backend(backend)


def _backend(told: Facts) -> str:
    words = [f"{told['capability']} by {told['backend']}"]
    if told.get("cached"):
        words.append("from the cache")
    if told.get("calls", 1) != 1:
        words.append(f"{told['calls']} calls")
    if told.get("exact_cost"):
        words.append(f"cost {told['exact_cost']} {told.get('currency') or ''}".strip())
    if told.get("unavailable"):
        words.append(f"gave no answer: {told['unavailable']}")
    return ", ".join(words)


def _of_letter(letter: Facts) -> Iterable[str]:
    yield f"{letter['code']}: {letter['reason']}"
    yield (
        f"after {letter['attempts']} attempts and {letter['redrives']} redrives, at {_at(letter['failed_at'])},"
        f" by group {letter['group']}"
    )
    if action := letter["last_action"]:
        why = f": {action['reason']}" if action["reason"] else ""
        yield f"last touched {_at(action['at'])} by {action['by']}{why}"


def _add_workflow(branch: Tree, told: Facts) -> None:
    stands = told["stands"]
    title = _stands(stands) if stands else f"{told['stream']} is not on the board"
    workflow = branch.add(Text(title, style="bold"))
    previous = 0
    for transition in told["transitions"]:
        first = transition["events"][0]["version"]
        if first > previous + 1:
            name = told["stream"].removeprefix("workflow-")
            workflow.add(f"{first - previous - 1} events left out here: `poon workflows show {name}` has them all")
        previous = transition["events"][-1]["version"]
        because = workflow.add(Text(f"because of {transition['because_of']}", style="dim"))
        for event in transition["events"]:
            if event["command"]:
                _add_command(because, event["command"])
            else:
                _add_event(because, event)


def _add_event(branch: Tree, told: Facts) -> None:
    branch.add(
        Text(f"{_short(told['type'])}  {told['stream']} version {told['version']}  {_at(told['decided_at'])}")
        + Text(f"  {_details(told['data'])}", style="dim")
    )


def _details(data: Any) -> str:  # noqa: ANN401  any JSON
    """What a line has room for: plain values, and of those only what is no mask."""
    if not isinstance(data, dict):
        return ""
    plain = {name: value for name, value in data.items() if isinstance(value, str | int | float)}
    return "  ".join(f"{name}: {value}" for name, value in plain.items() if value != MASK and name not in _TOLD_ALREADY)


def _stands(run: Facts) -> str:
    where = f" at {run['step']}" if run["step"] else ""
    code = f" ({run['code']})" if run["code"] else ""
    return f"workflow {run['workflow']} {run['id']} is {run['phase']}{where}{code} since {_at(run['updated_at'])}"


def _link(link: Facts) -> str:
    told = f" {_short(link['type'])}" if link["type"] else ""
    at = f" of {_at(link['at'])}" if link["at"] else ""
    return f"{link['what']} {link['id']}{told}{at}"


def _entry(entry: Facts) -> str:
    about = "  ".join(
        f"{name.replace('_', ' ')}: {entry[name]}"
        for name in ("amount", "merchant", "description", "deleted_reason")
        if name in entry
    )
    state = "deleted" if entry["deleted"] else "there"
    return f"entry {entry['id']} is {state}, at version {entry['version']}  {about}"


def _facts(branch: Tree, lines: Iterable[str]) -> None:
    for line in lines:
        branch.add(Text(line))


def _short(message_type: str | None) -> str:
    return (message_type or "").removeprefix("poon.").rpartition(".")[0]


def _at(moment: datetime) -> str:
    return moment.strftime(_TIME)[:-3]
