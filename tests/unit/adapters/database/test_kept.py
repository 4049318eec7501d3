"""Telling a closed socket without asking the server."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Iterator

import pytest

from adapters.database.kept import is_quiet

ABOVE_SELECT = 1_500
"""A descriptor that `select.select` refuses."""


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_socket_nobody_wrote_to_is_quiet(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    assert is_quiet(ours.fileno())


def test_one_that_was_closed_at_the_other_end_is_not(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.close()
    assert not is_quiet(ours.fileno())


def test_one_that_was_told_something_unasked_is_not(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.send(b"FATAL")
    assert not is_quiet(ours.fileno())


def test_a_process_with_a_great_many_descriptors_can_look_as_well(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard <= ABOVE_SELECT:
        pytest.skip("this process may not open as many")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, ABOVE_SELECT + 1), hard))
    try:
        high = os.dup2(ours.fileno(), ABOVE_SELECT)
        assert is_quiet(high)
        os.close(high)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
