"""Changing what a dead letter will be sent as."""

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.commands.spending import RecordSpending
from contracts.commands.texts import ParseText
from contracts.upcasters import UPCASTERS, Upcaster
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import envelope, text_record
from tests.fakes.dead_letters import filed_of
from workers.ports.dead_letters import Action, DeadLetterStateError, FiledLetter
from workers.runtime.dead_letter_edits import Change, EditError, edited

BEN = Action(NOON, "ben", "typo")


def payload_of(filed: FiledLetter) -> Any:  # noqa: ANN401  JSON
    assert filed.edit is not None
    return json.loads(filed.edit.data)


def spending(payload: object) -> FiledLetter:
    about = envelope("c-5", message_type=RecordSpending.type)
    return filed_of(
        FakeRecord(
            "poon.spending.commands",
            0,
            5,
            key=about.key.encode(),
            value=json.dumps(payload).encode(),
            headers=about.headers(),
        )
    )


LUNCH = {"amount": {"amount": "65.00", "currency": "THB"}, "merchant": "Cafe", "tags": ["a", "b"]}
BARE = replace(text_record(5, "c-5"), headers=[("ce_type", b"poon.text.pars.v1")], value=b"{")


def test_a_field_is_set_and_the_others_stay() -> None:
    filed = edited(spending(LUNCH), Change(fields=[("merchant", "Café"), ("amount.amount", "56.00")]), BEN)
    assert payload_of(filed)["merchant"] == "Café"
    assert payload_of(filed)["amount"] == {"amount": "56.00", "currency": "THB"}
    assert payload_of(filed)["tags"] == ["a", "b"]
    assert filed.action == BEN


def test_a_member_of_a_list_is_set() -> None:
    assert payload_of(edited(spending(LUNCH), Change(fields=[("tags.1", "c")]), BEN))["tags"] == ["a", "c"]


def test_a_missing_object_on_the_way_is_made() -> None:
    source = payload_of(edited(spending(LUNCH), Change(fields=[("source.reference", "r-1")]), BEN))["source"]
    assert source["reference"] == "r-1"


def test_changes_add_up() -> None:
    once = edited(spending(LUNCH), Change(fields=[("merchant", "Café")]), BEN)
    twice = edited(once, Change(fields=[("location", "Ari")]), BEN)
    assert (payload_of(twice)["merchant"], payload_of(twice)["location"]) == ("Café", "Ari")


def test_a_whole_payload_replaces_the_one_before() -> None:
    filed = edited(
        filed_of(BARE), Change(data={"text": "tea 40"}, type=ParseText.type, tenant="acme", owner="nok"), BEN
    )
    assert payload_of(filed)["text"] == "tea 40"
    assert filed.edit is not None
    assert (filed.edit.type, filed.edit.tenant, filed.edit.owner) == (ParseText.type, "acme", "nok")
    again = edited(filed, Change(fields=[("text", "tea 50")]), BEN)
    assert again.edit is not None
    assert (again.edit.tenant, payload_of(again)["text"]) == ("acme", "tea 50")


def test_fields_are_set_in_the_current_version_of_an_older_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Upcaster(ParseText.type, lambda payload: {"text": payload["words"]})
    monkeypatch.setitem(UPCASTERS, "poon.text.parse.v0", step)
    headers = [*text_record(5, "c-5").headers, ("ce_type", b"poon.text.parse.v0")]
    old = replace(text_record(5, "c-5"), headers=headers, value=b'{"words": "tea 40"}')
    filed = edited(filed_of(old), Change(fields=[("time_zone", "Asia/Bangkok")]), BEN)
    assert filed.edit is not None
    assert (filed.edit.type, payload_of(filed)["text"]) == (ParseText.type, "tea 40")
    broken = replace(old, value=b'{"other": 1}')
    with pytest.raises(EditError, match="not the shape"):
        edited(filed_of(broken), Change(), BEN)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (Change(fields=[("amount.amount", 65)]), "amount.amount: "),
        (Change(fields=[("merchant.name", "x")]), "merchant.name: there is no such place"),
        (Change(fields=[("tags.7", "x")]), "tags.7: there is no such place"),
        (Change(fields=[("tags.7.x", "x")]), "tags.7.x: there is no such place"),
        (Change(fields=[("merchnat", "x")]), "merchnat: is no field"),
        (Change(type="poon.text.pars.v1"), "type: 'poon.text.pars.v1' is no command"),
        (Change(data={}), "amount: "),
        (Change(data={"x": object()}), "data: cannot be written as JSON"),
        (Change(owner="somebody"), "never moved to somebody else"),
        (Change(tenant="globex"), "never moved to somebody else"),
    ],
)
def test_what_a_worker_would_refuse_is_not_accepted(change: Change, named: str) -> None:
    with pytest.raises(EditError, match=named.replace(".", r"\.")):
        edited(spending(LUNCH), change, BEN)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (Change(), "type: 'poon.text.pars.v1'"),
        (Change(type=ParseText.type), "data: what was sent is no JSON object"),
        (Change(type=ParseText.type, data={"text": "tea"}), "header ce_tenantid: is missing"),
        (Change(type=ParseText.type, data={"text": "tea"}, tenant="acme"), "header ce_subject: is missing"),
        (Change(type=ParseText.type, data={"text": "tea"}, tenant="a/b", owner="x"), "header ce_tenantid: must match"),
    ],
)
def test_an_unreadable_record_needs_everything_it_does_not_tell(change: Change, named: str) -> None:
    with pytest.raises(EditError, match=named):
        edited(filed_of(BARE), change, BEN)


def test_a_letter_that_may_have_been_sent_cannot_be_edited() -> None:
    with pytest.raises(DeadLetterStateError, match="only a waiting dead letter"):
        edited(spending(LUNCH).redriving("x", BEN), Change(fields=[("merchant", "x")]), BEN)
