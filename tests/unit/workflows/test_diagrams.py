from tests.unit.workflows.world import TRIAL, step, trial
from workers.workflows.diagrams import state_diagram


def test_steps_side_by_side_and_their_undoing_are_drawn_from_the_definition() -> None:
    drawn = state_diagram(TRIAL)
    assert drawn.splitlines()[:12] == [
        "stateDiagram-v2",
        "    [*] --> running",
        "    state running {",
        "        state group_2 {",
        "            [*] --> pay",
        "            pay --> [*]",
        "            --",
        "            [*] --> pack",
        "            pack --> [*]",
        "        }",
        "        [*] --> book",
        "        book --> group_2",
    ]
    assert "        undo_ship --> undo_pack" in drawn
    assert "    stuck --> running" not in drawn


def test_a_step_nothing_can_undo_may_get_a_workflow_stuck_on_its_way() -> None:
    drawn = state_diagram(trial((step("ship", irreversible=True),), (step("bill", undo=False),)))
    assert "    running --> stuck : a step fails after ship" in drawn
    assert "    state compensating {" not in drawn
