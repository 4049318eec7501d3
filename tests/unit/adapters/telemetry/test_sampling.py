"""Which commands are traced, and what context their outcomes carry, follows from the commands alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.telemetry.sampling import (
    RateLimit,
    Reason,
    Sampling,
    TraceContext,
    is_sound,
    parse_traceparent,
)
from tests.fakes.observing import SENDER, UNSAMPLED, USUAL, about, failed, recognised, rejected
from workers.ports.observing import Settled

NEVER = Sampling(area="texts", tracing=True, ratio=0.0, slow=2.0)
ALWAYS = Sampling(area="texts", tracing=True, ratio=1.0, slow=2.0)
OFF = Sampling(area="texts", tracing=False, ratio=1.0, slow=2.0)

HEX = st.text("0123456789abcdef", min_size=1, max_size=33)
NEARLY = st.builds(
    "-".join,
    st.lists(
        st.one_of(st.sampled_from(["00", "01", "ff", "0" * 32, "0" * 16, SENDER[3:35], SENDER[36:52], "A0", ""]), HEX),
        min_size=3,
        max_size=6,
    ),
)
SOUND = st.builds(
    "{}-{:032x}-{:016x}-{:02x}".format,
    st.sampled_from(["00", "01", "cc"]),
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.integers(0, 255),
)


@given(st.one_of(SOUND, NEARLY, st.builds("{}-{}".format, SOUND, HEX)))
def test_a_traceparent_is_read_as_opentelemetry_reads_it(text: str) -> None:
    theirs = trace.get_current_span(TraceContextTextMapPropagator().extract({"traceparent": text})).get_span_context()
    ours = parse_traceparent(text)
    if not theirs.is_valid:
        assert ours is None
    else:
        assert ours == TraceContext(theirs.trace_id, theirs.span_id, theirs.trace_flags.sampled)


@pytest.mark.parametrize("text", [None, "", "00", SENDER + "-more", SENDER.upper(), f" {SENDER}", SENDER + "\n"])
def test_what_is_no_traceparent_is_ignored(text: str | None) -> None:
    assert not is_sound(text)
    assert parse_traceparent(text) is None


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (USUAL, None),
        (failed(), Reason.FAILED),
        (failed(attempts=1), Reason.FAILED),
        (rejected(), Reason.REJECTED),
        (USUAL._replace(attempts=2), Reason.RETRIED),
        (USUAL._replace(started=8.5), Reason.SLOW),
        (USUAL._replace(started=8.6), None),
        (recognised(), None),
        (failed()._replace(duplicate=True), None),
        (USUAL._replace(envelope=about(traceparent=SENDER)), Reason.SAMPLED),
        (recognised()._replace(envelope=about(traceparent=SENDER)), Reason.SAMPLED),
        (USUAL._replace(envelope=about(traceparent=UNSAMPLED)), None),
    ],
)
def test_a_command_worth_it_gets_a_span(command: Settled, reason: Reason | None) -> None:
    assert NEVER.reason(command, 10.5) is reason


def test_the_senders_decision_counts_more_than_the_ratio() -> None:
    assert ALWAYS.is_sampled(about(traceparent=SENDER))
    assert NEVER.is_sampled(about(traceparent=SENDER))
    assert not ALWAYS.is_sampled(about(traceparent=UNSAMPLED))
    assert ALWAYS.is_sampled(about())
    assert ALWAYS.is_sampled(about(traceparent="broken"))


def test_about_the_ratio_of_commands_without_a_trace_is_drawn_always_the_same() -> None:
    tenth = Sampling(area="texts", tracing=True, ratio=0.1, slow=2.0)
    drawn = [tenth.is_sampled(about(f"c-{number}")) for number in range(10_000)]
    assert 900 < sum(drawn) < 1_100
    assert drawn == [tenth.is_sampled(about(f"c-{number}")) for number in range(10_000)]


def test_a_sampled_commands_outcome_names_the_span_that_will_be_made() -> None:
    for envelope in (about(traceparent=SENDER), about()):
        carried = ALWAYS.carried(envelope).traceparent
        assert parse_traceparent(carried) == ALWAYS.context(envelope)


def test_the_span_is_in_the_senders_trace_and_not_the_senders_span() -> None:
    context = NEVER.context(about(traceparent=SENDER))
    assert f"{context.trace_id:032x}" == SENDER[3:35]
    assert f"{context.span_id:016x}" != SENDER[36:52]


@pytest.mark.parametrize("sampling", [NEVER, ALWAYS, OFF])
def test_an_unsampled_context_is_carried_on_as_it_came(sampling: Sampling) -> None:
    assert sampling.carried(about(traceparent=UNSAMPLED)).traceparent == UNSAMPLED


def test_without_tracing_a_sampled_context_is_carried_on_as_it_came() -> None:
    assert OFF.carried(about(traceparent=SENDER)).traceparent == SENDER
    assert OFF.carried(about()).traceparent is None


@pytest.mark.parametrize("incoming", [None, "broken", SENDER + "\r\nx: y"])
def test_without_a_sound_context_and_undrawn_outcomes_carry_none(incoming: str | None) -> None:
    assert NEVER.carried(about(traceparent=incoming)).traceparent is None


def test_the_senders_tracestate_goes_with_its_context_unless_it_is_overlong() -> None:
    envelope = about(traceparent=UNSAMPLED)._replace(tracestate="vendor=x")
    assert NEVER.carried(envelope) == (UNSAMPLED, "vendor=x")
    assert NEVER.carried(envelope._replace(tracestate="x" * 513)) == (UNSAMPLED, None)
    assert NEVER.carried(envelope._replace(traceparent=None)) == (None, None)


def test_commands_of_different_ids_tenants_and_areas_have_spans_of_their_own() -> None:
    spending = Sampling(area="spending", tracing=True, ratio=1.0, slow=2.0)
    contexts = {
        ALWAYS.context(about("c-1")),
        ALWAYS.context(about("c-2")),
        spending.context(about("c-1")),
        ALWAYS.context(about("c-1", traceparent=SENDER)),
    }
    assert len({context.trace_id for context in contexts}) == 4
    assert ALWAYS.context(about("c-1")) == ALWAYS.context(about("c-1"))


def test_a_rate_admits_one_seconds_worth_at_once_and_its_share_later() -> None:
    limit = RateLimit(2.0)
    assert [limit.admits(0.0) for _ in range(3)] == [True, True, False]
    assert [limit.admits(0.5) for _ in range(2)] == [True, False]
    assert [limit.admits(100.0) for _ in range(3)] == [True, True, False]


def test_a_rate_below_one_a_second_still_admits_one() -> None:
    limit = RateLimit(0.1)
    assert [limit.admits(at) for at in (0.0, 5.0, 10.5)] == [True, False, True]
