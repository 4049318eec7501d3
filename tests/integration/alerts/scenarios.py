"""What Prometheus sees when something goes wrong and is mended again, alert by alert.

Values are written as promtool reads them, one a step: `0+60x30 1800x30` rises by 60 for 30 steps, then stays.
"""

from dataclasses import dataclass
from typing import Final

DAY: Final = 1440


@dataclass(frozen=True, slots=True)
class Scenario:
    """One alert fires and clears.

    Attributes:
        series: what is scraped.
        fires: minutes after which the alert is there.
        clears: minutes after which it is gone again.
        labels: which instance of the alert it is.
        step: minutes between two values, and between two looks at the rules.
    """

    series: dict[str, str]
    fires: int
    clears: int
    labels: dict[str, str]
    step: int = 1


def settled(outcome: str, area: str = "texts", code: str = "") -> str:
    return f'poon_commands_settled_total{{area="{area}",command_type="t",outcome="{outcome}",code="{code}"}}'


def ended(bucket: str, area: str = "texts") -> str:
    suffix, label = ("bucket", f',le="{bucket}"') if bucket else ("count", "")
    return f'poon_command_end_to_end_seconds_{suffix}{{area="{area}",command_type="t"{label}}}'


def came_to(result: str) -> str:
    return f'poon_workflow_results_total{{area="workflows",workflow="process_receipt",result="{result}"}}'


def took(metric: str, label: str, name: str, quick: str, slow: str) -> dict[str, str]:
    """A histogram of two bounds: how many were within 10 ms, and within a second."""
    return {
        f'{metric}_bucket{{{label}="{name}",le="0.01"}}': quick,
        f'{metric}_bucket{{{label}="{name}",le="1.0"}}': slow,
        f'{metric}_bucket{{{label}="{name}",le="+Inf"}}': slow,
        f'{metric}_count{{{label}="{name}"}}': slow,
    }


TEXTS: Final = {"area": "texts"}
POD: Final = {"area": "texts", "instance": "pod-1"}
BUSY: Final = "0+60x10000"

SCENARIOS: Final[dict[str, Scenario]] = {
    # Three of 63 commands fail for an hour and a half, 48 times the budget.
    "PoonSuccessBudgetGone": Scenario(
        {settled("success"): BUSY, settled("failed", code="internal"): "0x60 0+3x90 270x2000"}, 140, 700, TEXTS
    ),
    # One command in 240 fails for two days, four times the budget.
    "PoonSuccessBudgetShrinks": Scenario(
        {settled("success"): "0+2400x1200", settled("failed", code="internal"): "0x6 0+10x288 2880x700"},
        2 * DAY,
        7 * DAY,
        TEXTS,
        step=10,
    ),
    "PoonFreshnessBudgetGone": Scenario(
        {settled("success"): BUSY, ended("30.0"): "0+60x60 3600x90 3600+60x2000", ended(""): BUSY}, 140, 700, TEXTS
    ),
    "PoonFreshnessBudgetShrinks": Scenario(
        {
            settled("success", "receipts"): "0+60x1200",
            ended("300.0", "receipts"): "0+58x288 16704+60x700",
            ended("", "receipts"): "0+60x1200",
        },
        2 * DAY,
        6 * DAY,
        {"area": "receipts"},
        step=10,
    ),
    "PoonLatencyBudgetShrinks": Scenario(
        {settled("success"): "0+60x1200", ended("0.1"): "0+50x288 14400+60x700", ended(""): "0+60x1200"},
        2 * DAY,
        6 * DAY,
        TEXTS,
        step=10,
    ),
    "PoonWorkflowsBudgetShrinks": Scenario(
        {
            settled("success", "workflows"): "0+600x1200",
            came_to("completed"): "0+90x1200",
            came_to("stuck"): "0x6 0+4x288 1152x700",
        },
        2 * DAY,
        7 * DAY,
        {"area": "workflows"},
        step=10,
    ),
    "PoonGroupStalled": Scenario(
        {
            settled("success"): "0+60x30 1800x40 1800+60x60",
            'poon_commands_waiting{area="texts"}': "10x130",
            'poon_outage{area="texts",ground="database"}': "0x130",
        },
        60,
        90,
        TEXTS,
    ),
    "PoonStuckCommand": Scenario(
        {'poon_oldest_unfinished_age_seconds{area="texts",instance="pod-1"}': "0+60x40 0x30"}, 30, 50, POD
    ),
    "PoonPartitionSkew": Scenario(
        {
            'poon_watermark_distance{area="texts",partition="0"}': "0x10 5000x40 0x30",
            **{f'poon_watermark_distance{{area="texts",partition="{number}"}}': "3x90" for number in range(1, 12)},
        },
        40,
        70,
        TEXTS,
    ),
    "PoonConsumerStill": Scenario(
        {'poon_since_poll_seconds{area="texts",instance="pod-1"}': "0x5 60+60x10 0x30"}, 10, 30, POD
    ),
    "PoonWorkerNotStarted": Scenario(
        {
            'poon_worker_started{area="texts",instance="pod-1"}': "0x15 1x30",
            'poon_worker_draining{area="texts",instance="pod-1"}': "0x45",
        },
        10,
        30,
        POD,
    ),
    "PoonWorkerRestarts": Scenario(
        {'poon_process_start_time_seconds{area="texts",instance="pod-1"}': "100x10 200x3 300x3 400x60"},
        20,
        60,
        {"instance": "pod-1"},
    ),
    "PoonOutage": Scenario(
        {'poon_outage{area="texts",ground="database"}': "0x10 1x15 0x30"},
        20,
        40,
        {"area": "texts", "ground": "database"},
    ),
    "PoonRebalanceStorm": Scenario({'poon_rebalances_total{area="texts"}': "0x10 0+2x20 40x60"}, 30, 60, TEXTS),
    "PoonForcedStop": Scenario({'poon_drain_timeouts_total{area="texts"}': "0x10 1x60"}, 20, 60, TEXTS),
    "PoonDeadLetters": Scenario(
        {'poon_dead_letters_total{area="texts",code="internal"}': "0x10 0+2x20 40x60"},
        25,
        75,
        {"area": "texts", "code": "internal"},
    ),
    "PoonAttemptsFail": Scenario(
        {
            settled("success"): BUSY,
            'poon_attempts_failed_total{area="texts",command_type="t",code="backend",retried="true"}': (
                "0x10 0+30x40 1200x60"
            ),
        },
        45,
        90,
        TEXTS,
    ),
    "PoonNewErrorCode": Scenario(
        {settled("failed", code="internal"): "0x60 1x200"}, 65, 90, {"area": "texts", "code": "internal"}
    ),
    "PoonWorkDoneTwice": Scenario(
        {settled("success"): BUSY, 'poon_decisions_stored_before_total{area="texts"}': "0x10 0+10x60 600x90"},
        65,
        130,
        TEXTS,
    ),
    "PoonSlowerThanYesterday": Scenario(
        took("poon_command_settle_seconds", "area", "texts", "0+300x288 86400x12 86400+300x400", "0+300x800"),
        DAY + 40,
        DAY + 120,
        TEXTS,
        step=5,
    ),
    "PoonBackendSlowerThanYesterday": Scenario(
        took(
            "messaging_process_duration_seconds",
            "command_type",
            "poon.text.parse.v1",
            "0+120x720 86400x30 86400+120x400",
            "0+120x2000",
        ),
        DAY + 10,
        DAY + 90,
        {"command_type": "poon.text.parse.v1"},
        step=2,
    ),
    "PoonModelServerDown": Scenario(
        {'poon_model_breaker{backend="ollama"}': "0x10 2x20 0x30"}, 25, 45, {"backend": "ollama"}
    ),
    "PoonBackendBusy": Scenario(
        {'poon_backend_waiting{backend="ocr"}': "0x10 30x30 0x30", 'poon_backend_limit{backend="ocr"}': "2x70"},
        35,
        60,
        {"backend": "ocr"},
    ),
    "PoonTelemetryDropped": Scenario(
        {'poon_telemetry_dropped_total{what="spans"}': "0x10 5x60"}, 15, 60, {"what": "spans"}
    ),
}

GOOD_DAY: Final = {
    settled("success"): BUSY,
    settled("rejected", code="no_amount"): "0+6x10000",
    settled("failed", code="internal"): "0x10000",
    ended("0.1"): "0+65x10000",
    ended("30.0"): "0+66x10000",
    ended(""): "0+66x10000",
    settled("success", "workflows"): "0+30x10000",
    came_to("completed"): "0+10x10000",
    came_to("refused"): "0+1x10000",
    came_to("failed"): "0x10000",
    came_to("stuck"): "0x10000",
    'poon_commands_waiting{area="texts"}': "12x10000",
    'poon_outage{area="texts",ground="database"}': "0x10000",
    'poon_worker_started{area="texts",instance="pod-1"}': "1x10000",
    'poon_worker_draining{area="texts",instance="pod-1"}': "0x10000",
    'poon_oldest_unfinished_age_seconds{area="texts",instance="pod-1"}': "0.2x10000",
    'poon_since_poll_seconds{area="texts",instance="pod-1"}': "0.1x10000",
    'poon_rebalances_total{area="texts"}': "2x10000",
    'poon_process_start_time_seconds{area="texts",instance="pod-1"}': "100x10000",
    'up{instance="pod-1"}': "1x10000",
    'poon_dead_letters_total{area="texts",code="internal"}': "0x10000",
    'poon_attempts_failed_total{area="texts",command_type="t",code="backend",retried="true"}': "0+1x10000",
    'poon_decisions_stored_before_total{area="texts"}': "0x10000",
    'poon_drain_timeouts_total{area="texts"}': "0x10000",
    'poon_model_breaker{backend="ollama"}': "0x10000",
    'poon_backend_waiting{backend="ocr"}': "1x10000",
    'poon_backend_limit{backend="ocr"}': "2x10000",
    **{f'poon_watermark_distance{{area="texts",partition="{number}"}}': "40x10000" for number in range(12)},
    **took("poon_command_settle_seconds", "area", "texts", BUSY, BUSY),
    **took("messaging_process_duration_seconds", "command_type", "poon.text.parse.v1", BUSY, BUSY),
}
"""Hours without a fault."""
