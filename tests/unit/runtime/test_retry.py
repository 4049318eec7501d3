"""Every error leads to exactly one step."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ErrorCode
from workers.ports.errors import BackendError, ImageError, RejectionError, StorageError, UnavailableError
from workers.runtime.retry import (
    ConflictError,
    GiveUp,
    Reject,
    Retry,
    RetryPolicy,
    UnstorableError,
    Wait,
    backoff,
    next_step,
)

POLICY = RetryPolicy(attempts=3, base_delay=1.0, max_delay=8.0)


def rng() -> random.Random:
    return random.Random(7)


@pytest.mark.parametrize(
    "error",
    [
        RejectionError(ErrorCode.NO_AMOUNT, "no amount"),
        ImageError(ErrorCode.IMAGE_UNREADABLE, "damaged"),
    ],
)
def test_wrong_input_is_rejected_on_the_first_attempt(error: RejectionError) -> None:
    assert next_step(error, 1, POLICY, rng()) == Reject(error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone"), ErrorCode.BACKEND_UNAVAILABLE),
        (StorageError("gone"), ErrorCode.STORAGE_UNAVAILABLE),
        (ConflictError(), ErrorCode.CONCURRENT_UPDATE),
        (TimeoutError(), ErrorCode.BACKEND_TIMEOUT),
        (ZeroDivisionError("private words"), ErrorCode.INTERNAL_ERROR),
    ],
)
def test_a_transient_error_is_retried_until_the_attempts_are_used_up(error: Exception, code: ErrorCode) -> None:
    assert isinstance(next_step(error, 1, POLICY, rng()), Retry)
    assert isinstance(next_step(error, 2, POLICY, rng()), Retry)
    step = next_step(error, 3, POLICY, rng())
    assert isinstance(step, GiveUp)
    assert step.code is code
    assert "private words" not in step.reason


def test_missing_ground_is_waited_for_and_never_given_up() -> None:
    step = next_step(UnavailableError("database down"), 99, POLICY, rng(), waits=40)
    assert isinstance(step, Wait)
    assert step.delay <= POLICY.max_delay


def test_rows_the_database_refuses_are_given_up_at_once() -> None:
    assert next_step(UnstorableError("bad row"), 1, POLICY, rng()) == GiveUp(ErrorCode.INTERNAL_ERROR, "bad row")


@given(attempt=st.integers(1, 10_000), seed=st.integers())
def test_back_off_stays_between_zero_and_its_doubling_bound(attempt: int, seed: int) -> None:
    delay = backoff(attempt, POLICY, random.Random(seed))
    assert 0 <= delay <= min(8.0, 2.0 ** min(attempt - 1, 32))
