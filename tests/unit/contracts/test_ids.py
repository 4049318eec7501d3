"""Derived ids are the UUIDv5 that everybody else would derive."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import derived_id


@given(st.uuids(), st.text())
def test_a_derived_id_is_the_standard_librarys(namespace: UUID, name: str) -> None:
    assert derived_id(namespace.bytes, name) == uuid5(namespace, name)
