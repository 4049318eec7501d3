"""What the fleet promises its users in figures, and what an operator is told when it does not hold.

One definition: Prometheus' rules, the page of all alerts and the chart's copy are generated from it.
"""
