"""What a drill is: a fault, the alert that tells of it, the words a doctor has to say, and how the page cures it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.drills.scene import Scene

FACTOR: Final = 30.0


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill.

    Attributes:
        about: the fault, for people.
        alert: what has to fire.
        begin: does the fault, and tells what it hit.
        cause: a regular expression over what the doctor says is wrong; it has to be found.
        page: the runbook's page the doctor has to name.
        cure: the steps of the alert's page; tells which were carried out.
        labels: what the alert has to say.
        factor: what the time of rules, scrapes and the calm is divided by.
        calm: how long nothing may fire before the fault, seconds of the product's time.
        ages: series of ages whose limits are divided as well, because they have to be lived through.
        waits: what the rule waits for besides how long it has to hold, seconds of the product's time.
        settings: of the workers, besides where their services are.
        workers: how many run.
        model: what is set of the model server, besides where it is.
        kills_broker: whether the broker has to be one of ours.
        limited: whether the first one runs in a control group whose memory can be limited.
    """

    name: str
    about: str
    alert: str
    begin: "Callable[[Scene], Awaitable[str]]"
    cause: str
    page: str
    cure: "Callable[[Scene], Awaitable[list[str]]]"
    labels: Mapping[str, str] = field(default_factory=dict)
    factor: float = FACTOR
    calm: float = 300.0
    ages: tuple[str, ...] = ()
    waits: float = 0.0
    settings: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    model: Mapping[str, object] = field(default_factory=dict)
    limited: bool = False
    kills_broker: bool = False
