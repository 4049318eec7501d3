"""Helm in a process of its own, asked line by line: Go's runtime does not belong into the process of all other tests.

Run as a script with the packages in build/ on its path. A line in: {"render": VALUES, "chart": PATH, "name": …,
"namespace": …} or {"lint": VALUES, "chart": PATH}. A line out: {"texts": …}, {"said": […]} or {"refused": REASON}.
"""

import json
import sys
from typing import Any

import helm_python as helm

INFORMATION = 1


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    if "lint" in asked:
        report = helm.lint(asked["chart"], asked["lint"], strict=True)
        grave = [message["error"] for message in report["messages"] if message["severity"] > INFORMATION]
        return {"said": [*report["errors"], *grave]}
    with helm.Chart.load(asked["chart"]) as chart:
        chart.validate_schema(asked["render"])
        return {"texts": chart.render(asked["render"], name=asked["name"], namespace=asked["namespace"])}


def main() -> None:
    for line in sys.stdin:
        try:
            said = answer(json.loads(line))
        except helm.HelmError as error:
            said = {"refused": str(error)}
        print(json.dumps(said), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
