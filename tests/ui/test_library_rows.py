from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.types import Key, Match, Parts, Transform
from vocmatch_desktop.ui.library_query import Query, parse_query
from vocmatch_desktop.ui.library_rows import SORTABLE, Column, Row, Rows

ROW = st.builds(
    Row,
    id=st.integers(1, 10**6),
    title=st.text(max_size=8),
    path=st.just(Path("x.wav")),
    duration_s=st.floats(0, 1000),
    bpm=st.floats(0, 200),
    key=st.none() | st.builds(Key, st.integers(0, 11), st.booleans()),
    rating=st.integers(0, 5),
    tags=st.lists(st.sampled_from(["soul", "trap"]), max_size=2).map(tuple),
)
LIBRARY = st.lists(ROW, max_size=30, unique_by=lambda row: row.id)


def rows_of(*rows: Row) -> Rows:
    made = Rows()
    made.put(rows)
    return made


def row(track_id: int, **values: object) -> Row:
    return Row(track_id, f"beat {track_id}", Path(f"{track_id}.wav"), **values)


def everything(rows: Rows) -> np.ndarray:
    return np.ones(len(rows), np.bool_)


@given(LIBRARY, st.sampled_from(sorted(SORTABLE)), st.booleans())
def test_sorting_loses_and_doubles_nothing(library: list[Row], column: Column, descending: bool) -> None:
    rows = rows_of(*library)
    order = rows.order(column, descending, everything(rows))
    assert sorted(order) == list(range(len(library)))


@given(LIBRARY)
def test_rows_sort_by_tempo_with_unknown_ones_last(library: list[Row]) -> None:
    rows = rows_of(*library)
    for descending in (False, True):
        bpm = [rows.rows[place].bpm for place in rows.order(Column.BPM, descending, everything(rows))]
        known = [value for value in bpm if value > 0]
        assert known == sorted(known, reverse=descending)
        assert bpm[: len(known)] == known


@given(LIBRARY, st.text(alphabet="am90-1#soul4* ", max_size=12))
def test_a_filter_shows_only_what_it_asks_for(library: list[Row], text: str) -> None:
    rows, query = rows_of(*library), parse_query(text)
    for each in np.array(rows.rows, object)[rows.shown(query, None)]:
        assert not query.has_tempo or query.bpm_from <= each.bpm <= query.bpm_to
        assert not query.keys or each.key in query.keys
        assert each.rating >= query.stars


def test_a_row_put_again_keeps_its_place() -> None:
    rows = rows_of(row(1), row(2))
    rows.put([row(1, rating=5)])
    assert [each.id for each in rows.rows] == [1, 2]
    assert rows.rows[0].rating == 5


def test_the_ranking_is_the_order_and_unranked_beats_follow() -> None:
    rows = rows_of(row(1), row(2), row(3))
    rows.set_matches([Match(3, 90, Parts(), Transform()), Match(1, 50, Parts(), Transform())])
    assert list(rows.ids[rows.order(None, False, everything(rows))]) == [3, 1, 2]


def test_words_found_by_the_catalogue_filter_together_with_the_rest() -> None:
    rows = rows_of(row(1, bpm=95), row(2, bpm=95), row(3, bpm=120))
    assert list(rows.shown(parse_query("bus 90-100"), frozenset({2, 3}))) == [False, True, False]


def test_kept_and_missing_beats_can_be_looked_for() -> None:
    rows = rows_of(row(1), row(2, missing=True))
    rows.kept = frozenset({1})
    assert list(rows.shown(parse_query("is:missing"), None)) == [False, True]
    assert list(rows.shown(parse_query("is:kept"), None)) == [True, False]


def test_tags_are_found_by_their_beginning() -> None:
    rows = rows_of(row(1, tags=("Lo-Fi",)), row(2, tags=("soul",)))
    assert list(rows.shown(Query(tags=("lo",)), None)) == [True, False]


def test_keys_sort_round_the_camelot_wheel() -> None:
    keys = [Key.parse(name) for name in ("C", "Am", "G", "E")]
    rows = rows_of(*(row(place, key=key) for place, key in enumerate(keys)))
    order = rows.order(Column.KEY, False, everything(rows))
    assert [rows.rows[place].key.camelot for place in order] == ["8A", "8B", "9B", "12B"]


@pytest.mark.parametrize("gone", [[1], [2, 3], [1, 2, 3]])
def test_dropped_rows_leave_the_others_findable(gone: list[int]) -> None:
    rows = rows_of(row(1), row(2), row(3))
    rows.drop(gone)
    assert all(rows.rows[rows.place(each.id)] is each for each in rows.rows)
    assert not any(rows.place(track_id) is not None for track_id in gone)
