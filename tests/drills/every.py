"""Every drill there is."""

from typing import Final

from tests.drills import faults
from tests.drills.definition import Drill
from tests.drills.stage import MODEL

_ASKS_THE_MODEL: Final = {"POON_CHAINS__TEXT_EXTRACTION": f"rules>=0.999,{MODEL}"}

_HOURS: Final = {"timeout_seconds": 3_600, "total_seconds": 3_600, "attempts": 1}

DRILLS: Final = (
    Drill(
        name="broker-down",
        about="the broker is killed",
        alert="PoonOutage",
        labels={"ground": "broker"},
        begin=faults.kill_broker,
        cause=r"broker|Kafka|bootstrap",
        page="PoonOutage",
        cure=faults.bring_broker_back,
        kills_broker=True,
    ),
    Drill(
        name="database-down",
        about="PostgreSQL is killed",
        alert="PoonOutage",
        labels={"ground": "database"},
        begin=faults.kill_database,
        cause=r"the database .* cannot be used",
        page="PoonOutage",
        cure=faults.bring_database_back,
    ),
    Drill(
        name="poison-flood",
        about="a sender publishes what is no command",
        alert="PoonDeadLetters",
        labels={"area": faults.AREA},
        begin=faults.flood_with_poison,
        cause=r"commands of texts became dead letters with (malformed_message|unknown_type|invalid_envelope)",
        page="PoonDeadLetters",
        cure=faults.stop_the_sender,
    ),
    Drill(
        name="model-slow",
        about="a model server answers late",
        alert="PoonBackendSlowerThanYesterday",
        labels={"command_type": "poon.text.parse.v1"},
        begin=faults.slow_model_down,
        cause=rf"calls wait for {MODEL}/",
        page="PoonBackendSlowerThanYesterday",
        cure=faults.take_model_out,
        factor=60.0,
        calm=4_500.0,  # what is compared with is more than an hour old
        settings=_ASKS_THE_MODEL,
    ),
    Drill(
        name="stuck-key",
        about="a handler never ends, and its key waits",
        alert="PoonStuckCommand",
        labels={"area": faults.AREA},
        begin=faults.lose_a_connection,
        cause=r"texts is \d+ s behind .* Little waits and is old: one key is stuck",
        page="PoonStuckCommand",
        cure=faults.stop_the_worker_that_is_stuck,
        ages=("poon_oldest_unfinished_age_seconds",),
        waits=900.0,
        settings=_ASKS_THE_MODEL
        | {"POON_RUNTIME__HANDLER_TIMEOUT_SECONDS": "7200", "POON_RUNTIME__DRAIN_TIMEOUT_SECONDS": "5"},
        model=_HOURS,
        workers=2,
    ),
    Drill(
        name="rebalance-storm",
        about="a member joins and leaves the group again and again",
        alert="PoonRebalanceStorm",
        labels={"area": faults.AREA},
        begin=faults.storm,
        cause=r"the group of texts is (preparing|completing)",
        page="PoonRebalanceStorm",
        cure=faults.stop_the_member,
        factor=15.0,  # a rebalance takes its seconds: ten of them have to fit into the window
    ),
    Drill(
        name="worker-oom",
        about="a worker is killed for its memory again and again",
        alert="PoonWorkerRestarts",
        begin=faults.limit_memory,
        cause=r"were killed \d+ times within half an hour",
        page="PoonWorkerRestarts",
        cure=faults.give_it_memory,
        factor=10.0,  # a process takes its seconds to start
        limited=True,
    ),
)
