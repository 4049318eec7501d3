"""The bench suite: the same job, done by us, by a bare floor and by others, side by side on the same services.

`python -m tests.bench --help` lists the experiments; docs/performance.md explains them and what they showed.
"""
