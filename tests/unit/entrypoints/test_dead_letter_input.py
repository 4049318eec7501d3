"""What an operator may give on the command line."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import typer

from tests.fakes.clock import FakeClock
from workers.entrypoints.dead_letter_input import (
    action,
    fields_of,
    known_area,
    letter_ids,
    moment,
    payload_of,
    selection,
)
from workers.entrypoints.failures import InputError
from workers.ports.dead_letters import DeadLetterFilter

ONE, TWO = str(UUID(int=1)), str(UUID(int=2))
BANGKOK = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("given", "path", "value"),
    [
        ('text="coffee 65"', "text", "coffee 65"),
        ('text="a=b"', "text", "a=b"),
        ("amount.amount=1", "amount.amount", 1),
        ("tags=[]", "tags", []),
        ("note=null", "note", None),
    ],
)
def test_a_field_is_a_path_and_json(given: str, path: str, value: object) -> None:
    assert fields_of([given]) == [(path, value)]


@pytest.mark.parametrize(
    ("given", "named"),
    [("text", "PATH=JSON"), ("=1", "PATH=JSON"), ("text=coffee", "--set text: the value is no JSON")],
)
def test_a_field_without_path_or_json_is_refused(given: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        fields_of([given])


@pytest.mark.parametrize(("given", "named"), [("[1]", "no JSON object"), ("{", "is no JSON: .* at line 1")])
def test_a_payload_that_is_no_object_is_refused(given: str, named: str) -> None:
    assert payload_of('{"text": "tea"}') == {"text": "tea"}
    with pytest.raises(InputError, match=named):
        payload_of(given)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-01-15", datetime(2026, 1, 15, tzinfo=UTC)),
        ("2026-01-15T08:30", datetime(2026, 1, 15, 8, 30, tzinfo=UTC)),
        ("2026-01-15T08:30:00+07:00", datetime(2026, 1, 15, 8, 30, tzinfo=BANGKOK)),
    ],
)
def test_a_moment_without_an_offset_is_in_utc(given: str, meant: datetime) -> None:
    assert moment(given, "--since") == meant


def test_what_is_no_moment_or_no_area_is_a_usage_error() -> None:
    with pytest.raises(typer.BadParameter, match="no date or time"):
        moment("yesterday", "--since")
    with pytest.raises(typer.BadParameter, match="unknown area 'moon'"):
        known_area("moon")
    assert (moment(None, "--since"), known_area(None), known_area("texts")) == (None, None, "texts")


def test_dead_letters_are_named_or_filtered_or_all_of_them() -> None:
    bare, filtered = DeadLetterFilter(), DeadLetterFilter(code="internal_error")
    assert not selection([ONE], bare, 10, everything=False).is_bulk
    assert selection([ONE, TWO], bare, 10, everything=False).is_bulk
    assert selection(None, filtered, 10, everything=False).is_bulk
    assert selection(None, bare, 10, everything=True).is_bulk
    with pytest.raises(typer.BadParameter, match="--all"):
        selection(None, bare, 10, everything=False)
    for wanted, everything in ((filtered, False), (bare, True)):
        with pytest.raises(typer.BadParameter, match="not both"):
            selection([ONE], wanted, 10, everything=everything)


def test_an_id_that_is_none_is_refused_with_where_to_find_one() -> None:
    assert letter_ids([ONE]) == [UUID(int=1)]
    with pytest.raises(InputError, match="poon dlq list"):
        letter_ids(["17"])


def test_who_does_it_is_kept_in_a_form_every_database_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    done = action(clock, "b\0en", "sent \udcff anew")
    assert (done.at, done.by, done.reason) == (clock.now(), "b\ufffden", "sent ? anew")
    monkeypatch.setenv("LOGNAME", "ann")
    assert (action(clock, None, None).by, action(clock, None, None).reason) == ("ann", None)
