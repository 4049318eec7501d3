"""Evaluations: how right the answers are, measured on data. Run by `make eval ARGS="NAME ..."`, not by `make test`."""
