"""Each sort of change, judged in both directions."""

import copy
from itertools import combinations
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.compatibility import Break, Direction, Level, breaking_changes

Schema = dict[str, Any]
NEW_READS_OLD = Direction.NEW_READS_OLD
OLD_READS_NEW = Direction.OLD_READS_NEW

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
NOTHING: Schema = {"type": "null"}


def thing(properties: Schema, *required: str, closed: bool = False, **rest: Any) -> Schema:  # noqa: ANN401
    schema = {"type": "object", "properties": properties, "required": list(required), **rest}
    return {**schema, "additionalProperties": False} if closed else schema


def holding(schema: object) -> Schema:
    """An object whose one required property has the schema."""
    return thing({"a": schema}, "a")


def parted(old: Schema, new: Schema) -> set[Direction]:
    """The directions that do not fit."""
    return {found.direction for found in breaking_changes(old, new, Level.FULL)}


UNION = {"anyOf": [TEXT, WHOLE]}
CAT = thing({"kind": {"const": "cat"}, "lives": WHOLE}, "kind", "lives")
DOG = thing({"kind": {"const": "dog"}, "name": TEXT}, "kind", "name")

# what changes, before, after, whether new readers refuse old data, whether old readers refuse new data
CHANGES: list[tuple[str, object, object, bool, bool]] = [
    ("nothing", TEXT, TEXT, False, False),
    ("a description", TEXT, {**TEXT, "description": "x", "title": "y", "examples": ["z"]}, False, False),
    ("whole numbers become numbers", WHOLE, NUMBER, False, True),
    ("numbers become whole", NUMBER, WHOLE, True, False),
    ("text becomes a number", TEXT, NUMBER, True, True),
    ("null is allowed", TEXT, {"anyOf": [TEXT, NOTHING]}, False, True),
    ("null is forbidden", {"type": ["string", "null"]}, TEXT, True, False),
    ("a list of types is written as a union", {"type": ["string", "integer"]}, UNION, False, False),
    ("an alternative is added", UNION, {"anyOf": [TEXT, WHOLE, NOTHING]}, False, True),
    ("an alternative is removed", UNION, {"oneOf": [TEXT]}, True, False),
    ("anything becomes text", {}, TEXT, True, False),
    ("true becomes text", True, TEXT, True, False),
    ("nothing was allowed before", False, TEXT, False, True),
    ("a value is added", {"enum": ["a"]}, {"enum": ["a", "b"]}, False, True),
    ("a value is removed", {"enum": ["a", "b"]}, {"enum": ["b"]}, True, False),
    ("a value becomes many", {"const": "a"}, {"enum": ["a", "b"]}, False, True),
    ("a constant changes", {"const": "a"}, {"const": "b"}, True, True),
    ("values become free text", {"enum": ["a"]}, TEXT, False, True),
    ("free text becomes values", TEXT, {**TEXT, "enum": ["a"]}, True, False),
    ("values of another type", {"enum": ["1"]}, {"enum": [1]}, True, True),
    ("values outside a pattern", {"enum": ["A"]}, {**TEXT, "pattern": "^[a-z]$"}, True, True),
    ("values within a pattern", {"enum": ["a"]}, {**TEXT, "pattern": "^[a-z]$"}, False, True),
    ("values too long", {"enum": ["aa"]}, {**TEXT, "maxLength": 1}, True, True),
    ("values within bounds", {"enum": [1, 2]}, {**WHOLE, "minimum": 1, "exclusiveMaximum": 3}, False, True),
    ("values beyond bounds", {"enum": [1, 3]}, {**WHOLE, "exclusiveMaximum": 3}, True, True),
    ("true and false", {"enum": [True, False]}, {"type": "boolean"}, False, True),
    ("a minimum is added", WHOLE, {**WHOLE, "minimum": 1}, True, False),
    ("a minimum is raised", {**WHOLE, "minimum": 1}, {**WHOLE, "minimum": 2}, True, False),
    ("a minimum is lowered", {**WHOLE, "minimum": 2}, {**WHOLE, "minimum": 1}, False, True),
    ("a maximum is added", NUMBER, {**NUMBER, "maximum": 1}, True, False),
    ("a maximum is lowered", {**NUMBER, "maximum": 2}, {**NUMBER, "maximum": 1}, True, False),
    ("an open maximum is raised", {**NUMBER, "exclusiveMaximum": 1}, {**NUMBER, "exclusiveMaximum": 2}, False, True),
    ("a maximum length is lowered", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}, True, False),
    ("a maximum length is removed", {**TEXT, "maxLength": 9}, TEXT, False, True),
    ("a minimum length of nothing", TEXT, {**TEXT, "minLength": 0}, False, False),
    ("a minimum length is added", TEXT, {**TEXT, "minLength": 1}, True, False),
    ("a pattern is added", TEXT, {**TEXT, "pattern": "^a"}, True, False),
    ("a pattern changes", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, True, True),
    ("a pattern is removed", {**TEXT, "pattern": "^a"}, TEXT, False, True),
    ("a format is added", TEXT, {**TEXT, "format": "date"}, True, False),
    ("an encoding changes", {**TEXT, "contentEncoding": "base64"}, {**TEXT, "contentEncoding": "base16"}, True, True),
    ("items widen", {"type": "array", "items": WHOLE}, {"type": "array", "items": NUMBER}, False, True),
    ("items are told", {"type": "array"}, {"type": "array", "items": TEXT}, True, False),
    ("more items", {"type": "array", "maxItems": 1}, {"type": "array", "maxItems": 2}, False, True),
    ("a keyword nobody compares", TEXT, {**TEXT, "not": {"const": "x"}}, True, True),
    ("a member of a union is added", {"oneOf": [CAT]}, {"oneOf": [CAT, DOG]}, False, True),
    ("a member of a union is removed", {"oneOf": [CAT, DOG]}, {"oneOf": [DOG]}, True, False),
    ("a required property is added", thing({}), thing({"b": TEXT}, "b"), True, False),
    ("a required property is removed", thing({"b": TEXT}, "b"), thing({}), False, True),
    ("an optional property is added", thing({}), thing({"b": TEXT}), False, False),
    ("an optional property is removed", thing({"b": TEXT}), thing({}), False, False),
    ("an optional property is required", thing({"b": TEXT}), thing({"b": TEXT}, "b"), True, False),
    ("a property narrows", thing({"b": NUMBER}), thing({"b": WHOLE}), True, False),
    ("unknown fields are refused", thing({"b": TEXT}), thing({"b": TEXT}, closed=True), False, False),
    ("a closed object loses a field", thing({"b": TEXT}, closed=True), thing({}, closed=True), True, False),
    ("a closed object gains a field", thing({}, closed=True), thing({"b": TEXT}, closed=True), False, True),
    ("a map narrows", thing({}, additionalProperties=NUMBER), thing({}, additionalProperties=WHOLE), True, False),
    ("a map is closed", thing({}, additionalProperties=TEXT), thing({}, closed=True), True, False),
    ("a field joins a map", thing({}, additionalProperties=TEXT), thing({"b": WHOLE}, additionalProperties=TEXT),
     True, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "new_refuses_old", "old_refuses_new"),
    [change[1:] for change in CHANGES],
    ids=[change[0] for change in CHANGES],
)
def test_a_change_parts_the_directions_it_should(
    old: object, new: object, *, new_refuses_old: bool, old_refuses_new: bool
) -> None:
    expected = {NEW_READS_OLD} if new_refuses_old else set()
    expected |= {OLD_READS_NEW} if old_refuses_new else set()
    assert parted(holding(old), holding(new)) == expected
    nested = {"type": "array", "items": holding(old)}, {"type": "array", "items": holding(new)}
    assert parted(*nested) == expected
    shared = [{"$ref": "#/$defs/Shared", "$defs": {"Shared": holding(schema)}} for schema in (old, new)]
    assert parted(*shared) == expected


@pytest.mark.parametrize(("_name", "old", "new", "new_refuses_old", "_old_refuses_new"), CHANGES)
def test_backward_asks_only_whether_new_readers_take_old_data(
    _name: str, old: object, new: object, *, new_refuses_old: bool, _old_refuses_new: bool
) -> None:
    assert bool(breaking_changes(holding(old), holding(new), Level.BACKWARD)) is new_refuses_old


SCHEMAS = list({str(schema): schema for change in CHANGES for schema in change[1:3]}.values())
PAIRS = [(reader, writer) for reader in SCHEMAS for writer in SCHEMAS]
VALUES: list[object] = [
    *("", "a", "A", "b", "aa", "x", "abcdefghij", "2026-01-15", "YQ=="),
    *(-1, 0, 1, 2, 3, 9, 0.5, 1.5, True, False, None),
    *([], ["a"], [1], [1.5], [1, 2], [None]),
    *({}, {"b": "x"}, {"b": 1}, {"b": 1.5}, {"b": None}, {"c": "x"}, {"c": 1}),
    *({"kind": "cat", "lives": 9}, {"kind": "dog", "name": "x"}, {"kind": "cow"}),
]


def valid(schema: object, value: object) -> bool:
    return bool(Draft202012Validator(holding(schema)).is_valid({"a": value}))


def as_sent(schema: object) -> object:
    """The schema as its writer keeps to it: nothing but what is named."""
    if isinstance(schema, list):
        return [as_sent(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema else {}
    return closed | {name: as_sent(part) for name, part in schema.items()}


def test_a_schema_lives_together_with_itself() -> None:
    for schema in SCHEMAS:
        assert breaking_changes(holding(schema), holding(copy.deepcopy(schema)), Level.FULL) == ()


def test_to_and_fro_the_directions_change_places() -> None:
    for left, right in combinations(SCHEMAS, 2):
        there, back = parted(holding(left), holding(right)), parted(holding(right), holding(left))
        assert (NEW_READS_OLD in there, OLD_READS_NEW in there) == (OLD_READS_NEW in back, NEW_READS_OLD in back)


def test_where_no_break_is_found_a_validator_agrees_about_every_value() -> None:
    taken = {id(schema): {index for index, value in enumerate(VALUES) if valid(schema, value)} for schema in SCHEMAS}
    sent = {
        id(schema): {index for index, value in enumerate(VALUES) if valid(as_sent(schema), value)} for schema in SCHEMAS
    }
    for reader, writer in PAIRS:
        if not breaking_changes(holding(writer), holding(reader), Level.BACKWARD):
            refused = [VALUES[index] for index in sent[id(writer)] - taken[id(reader)]]
            assert not refused, (reader, writer)


def breaks(old: Schema, new: Schema) -> list[str]:
    return [str(found) for found in breaking_changes(old, new, Level.BACKWARD)]


def test_a_break_names_path_reason_and_direction() -> None:
    old = holding({"type": "array", "items": thing({"b": {"enum": ["x", "y"]}})})
    new = holding({"type": "array", "items": thing({"b": {"enum": ["x"]}})})
    assert breaking_changes(old, new, Level.FULL) == (
        Break("$.a[].b", 'the value "y" is not taken', Direction.NEW_READS_OLD),
    )
    assert breaks(old, new) == ['$.a[].b: the value "y" is not taken (new readers, old data)']


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (thing({}), thing({"b": TEXT}, "b"), "$.b: is required, the sender does not know it"),
        (thing({"b": TEXT}), thing({"b": TEXT}, "b"), "$.b: is required, the sender may leave it out"),
        (thing({"b": TEXT}), thing({}, closed=True), "$.b: is not taken, unknown fields are refused"),
        (holding(UNION), holding(NOTHING), "$.a: type string is not taken, only null"),
        (holding({"oneOf": [CAT, DOG]}), holding({"oneOf": [DOG, TEXT]}), '$.a: kind "cat" is no longer'),
        (holding(UNION), holding({"anyOf": [NOTHING, TEXT]}), "$.a: integer is no longer one of the alternatives"),
        (holding(TEXT), holding({**TEXT, "format": "date"}), "$.a: the format is date, the sender has none"),
        (holding(TEXT), holding({**TEXT, "maxLength": 5}), "$.a: maxLength 5 is asked for, the sender has none"),
        (
            holding({**TEXT, "maxLength": 6}),
            holding({**TEXT, "maxLength": 5}),
            "$.a: maxLength 5 is asked for, the sender has 6",
        ),
        (holding(TEXT), holding({**TEXT, "enum": ["x"]}), '$.a: only "x" taken, anything may be sent'),
    ],
)
def test_a_reason_tells_people_what_to_look_for(old: Schema, new: Schema, reason: str) -> None:
    assert breaks(old, new)[0].startswith(reason)


def test_within_a_union_the_member_with_the_same_tag_is_compared() -> None:
    longer = thing({"kind": {"const": "cat"}, "lives": WHOLE, "name": TEXT}, "kind", "lives", "name")
    assert breaks(holding({"oneOf": [DOG, CAT]}), holding({"oneOf": [longer, DOG]})) == [
        "$.a.name: is required, the sender does not know it (new readers, old data)"
    ]


def test_a_changed_default_changes_the_meaning_of_old_data() -> None:
    old = {**thing({"b": {**TEXT, "default": "THB"}}), "$defs": {"C": thing({"d": {**WHOLE, "default": 1}})}}
    new = {**thing({"b": {**TEXT, "default": "USD"}}), "$defs": {"C": thing({"d": WHOLE})}}
    assert breaks(old, new) == [
        "$.b: the default was 'THB', what leaves it out now means something else (new readers, old data)",
        "$.$defs.C.d: the default was 1, what leaves it out now means something else (new readers, old data)",
    ]


def test_an_extensible_list_of_values_may_grow_but_not_shrink() -> None:
    old, new = ({**TEXT, "x-extensible-enum": values} for values in (["a", "b"], ["b", "c"]))
    assert breaks(holding(old), holding(new)) == ["$.a: released values are gone: a (new readers, old data)"]


def tree(leaf: Schema) -> Schema:
    """A recursive type."""
    child = {"anyOf": [{"$ref": "#/$defs/Node"}, NOTHING]}
    return {"$ref": "#/$defs/Node", "$defs": {"Node": thing({"value": leaf, "next": child}, "value")}}


def test_recursive_types_are_compared_to_their_end() -> None:
    assert parted(tree(WHOLE), tree(WHOLE)) == set()
    assert parted(tree(WHOLE), tree(NUMBER)) == {OLD_READS_NEW}


def test_what_stands_beside_a_reference_counts() -> None:
    shared = {"$defs": {"Text": TEXT}}
    old = {**holding({"$ref": "#/$defs/Text", "description": "x"}), **shared}
    new = {**holding({"$ref": "#/$defs/Text", "maxLength": 5}), **shared}
    assert parted(old, new) == {NEW_READS_OLD}
