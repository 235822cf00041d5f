from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.types import Key
from vocmatch_desktop.ui.library_query import Query, parse_query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("night bus", Query("night bus")),
        ("90-100", Query(bpm_from=90, bpm_to=100)),
        ("100–90", Query(bpm_from=90, bpm_to=100)),
        ("92bpm", Query(bpm_from=91, bpm_to=93)),
        ("am", Query(keys=(Key(9, True),))),
        ("F#m 8a", Query(keys=(Key(6, True), Key(9, True)))),
        ("Bb", Query(keys=(Key(10, False),))),
        ("AB", Query(keys=(Key(8, False),))),
        ("C", Query(keys=(Key(0, False),))),
        ("c", Query("c")),
        ('"am"', Query("am")),
        ("#lofi", Query(tags=("lofi",))),
        ("#", Query()),
        ("4* is:missing", Query(stars=4, states=frozenset({"missing"}))),
        ("bus 90-100 #Soul am", Query("bus", 90, 100, (Key(9, True),), ("soul",))),
    ],
)
def test_filters_are_told_from_words(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize("index", range(24))
def test_every_key_is_found_by_its_camelot_place(index: int) -> None:
    key = Key.from_index(index)
    assert parse_query(key.camelot).keys == (key,)


@pytest.mark.parametrize("index", range(24))
def test_every_key_is_found_by_its_name(index: int) -> None:
    key = Key.from_index(index)
    assert parse_query(key.name).keys == (key,)


@given(st.text())
def test_anything_can_be_typed(text: str) -> None:
    query = parse_query(text)
    assert query.bpm_from <= query.bpm_to
