"""The fair queue against a model that looks at everything each time."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from workers.runtime.fairness import FairQueue

TENANTS = ("a", "b", "c")
WEIGHTS = {"b": 2.0, "c": 0.5}


@dataclass
class Model:
    """What the queue should do, told by its definition."""

    most_each: int | None
    ready: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in TENANTS})
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TENANTS, 0))

    def best(self) -> tuple[str, int] | None:
        able = [
            (self.held[name] / WEIGHTS.get(name, 1.0), min(turns), name)
            for name, turns in self.ready.items()
            if turns and (self.most_each is None or self.held[name] < self.most_each)
        ]
        if not able:
            return None
        _, turn, name = min(able)
        return name, turn


Action = tuple[str, str]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["add", "take", "give back", "hold", "drop"]), st.sampled_from(TENANTS)), max_size=200
)


@given(ACTIONS, st.one_of(st.none(), st.integers(1, 3)))
def test_the_next_lane_is_the_oldest_of_the_tenant_that_holds_least_for_its_weight(
    actions: list[Action], most_each: int | None
) -> None:
    model = Model(most_each)
    queue: FairQueue[int] = FairQueue(WEIGHTS, most_each)
    for turn, (action, name) in enumerate(actions):
        _act(model, queue, action, name, turn)
    while (expected := model.best()) is not None:
        assert queue.take() == expected[1]
        _taken(model, expected)
    assert queue.take() is None


def _act(model: Model, queue: FairQueue[int], action: str, name: str, turn: int) -> None:
    match action:
        case "add":
            model.ready[name].append(turn)
            queue.add(name, turn, turn)
        case "take":
            expected = model.best()
            assert queue.take() == (None if expected is None else expected[1])
            if expected is not None:
                _taken(model, expected)
        case "hold":
            model.held[name] += 1
            queue.hold(name)
        case "give back" if model.held[name]:
            model.held[name] -= 1
            queue.give_back(name)
        case "drop":
            gone = set(model.ready[name][::2])
            model.ready[name] = [one for one in model.ready[name] if one not in gone]
            queue.drop(gone)
        case _:  # giving back where nothing is held
            return


def _taken(model: Model, chosen: tuple[str, int]) -> None:
    name, turn = chosen
    model.ready[name].remove(turn)
    model.held[name] += 1


def test_void_offers_do_not_pile_up() -> None:
    queue: FairQueue[int] = FairQueue()
    for name in ("a", "b"):
        for turn in range(3_000):
            queue.add(name, turn, turn)
    for _ in range(4):
        queue.take()
    for _ in range(2_000):
        queue.give_back("a")
        queue.take()
    assert len(queue._order) < 200  # noqa: SLF001  what a long life costs is seen nowhere else
