"""Workflows (sagas): declared as steps, decided by a pure state machine, durable as the events of a stream."""
