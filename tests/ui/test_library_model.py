from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication

from vocmatch_desktop.types import Key, Locks, Match, Parts, Reason, Transform
from vocmatch_desktop.ui.library_bench import synthetic_rows, table_milliseconds
from vocmatch_desktop.ui.library_model import ID_ROLE, LibraryModel
from vocmatch_desktop.ui.library_rows import Column, Row

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def model(qapp: QApplication) -> LibraryModel:
    made = LibraryModel()
    made.load(synthetic_rows(60))
    return made


def match(beat_id: int, score: float = 80.0, **values: object) -> Match:
    return Match(beat_id, score, Parts(), Transform(**values))


def shown(model: LibraryModel) -> list[int]:
    return [int(track_id) for track_id in model.shown_ids()]


def text(model: LibraryModel, track_id: int, column: Column) -> str:
    return model.index(model.row_of(track_id), column).data()


STEP = st.one_of(
    st.tuples(st.just("sort"), st.sampled_from([-1, *Column]), st.booleans()),
    st.tuples(st.just("query"), st.sampled_from(["", "90-100", "am", "#soul", "4*", "is:missing", "C 60-170"])),
    st.tuples(st.just("put"), st.integers(1, 36), st.integers(1, 5)),
    st.tuples(st.just("drop"), st.integers(1, 36), st.integers(1, 5)),
    st.tuples(st.just("rank"), st.integers(0, 5)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=12))
def test_whatever_happens_views_are_told_the_truth(qapp: QApplication, steps: list[tuple]) -> None:
    model, spare = LibraryModel(), synthetic_rows(40)
    QAbstractItemModelTester(model, FATAL, model)
    model.load(spare[:14])
    chosen = {index.data(ID_ROLE): index for index in map(QPersistentModelIndex, (model.index(r, 0) for r in (0, 7)))}
    for name, *values in steps:
        if name == "sort":
            order = Qt.SortOrder.DescendingOrder if values[1] else Qt.SortOrder.AscendingOrder
            model.sort(values[0], order)
        elif name == "query":
            model.set_query(values[0])
        elif name == "put":
            model.put(spare[values[0] : values[0] + values[1]])
        elif name == "drop":
            model.drop(range(values[0], values[0] + values[1]))
        else:
            model.set_matches([match(track_id) for track_id in range(values[0], 20)])
        assert len(set(shown(model))) == model.rowCount()
        assert all(index.data(ID_ROLE) == track_id for track_id, index in chosen.items() if index.isValid())


def test_a_selection_survives_sorting_and_ranking(model: LibraryModel) -> None:
    kept = QPersistentModelIndex(model.index(10, 0))
    track_id = kept.data(ID_ROLE)
    model.sort(Column.BPM)
    model.set_matches([match(track_id)])
    assert kept.row() == 0
    assert kept.data(ID_ROLE) == track_id


def test_freshly_indexed_rows_are_inserted_without_a_reset(model: LibraryModel) -> None:
    resets = QSignalSpy(model.modelReset)
    model.sort(Column.TITLE)
    model.put(Row(1000 + each, f"{'AMZ'[each % 3]} new {each}", Path("x.wav")) for each in range(9))
    assert resets.count() == 0
    assert model.rowCount() == 69


def test_a_changed_row_stays_where_it_is_until_the_next_sort(model: LibraryModel) -> None:
    model.sort(Column.RATING)
    before = shown(model)
    worst = model.track(before[-1])
    model.put([Row(worst.id, worst.title, worst.path, rating=5)])
    assert shown(model) == before
    model.sort(Column.RATING, Qt.SortOrder.DescendingOrder)
    model.sort(Column.RATING)
    assert shown(model).index(worst.id) < len(before) - 1


def test_the_third_click_and_the_match_column_give_the_ranking_back(model: LibraryModel) -> None:
    model.set_matches([match(5), match(3)])
    model.sort(Column.TITLE)
    assert shown(model)[:2] != [5, 3]
    model.sort(-1)
    assert shown(model)[:2] == [5, 3]
    model.sort(Column.TITLE)
    model.sort(Column.MATCH)
    assert shown(model)[:2] == [5, 3]


def test_without_a_ranking_rows_stand_in_the_order_they_came(model: LibraryModel) -> None:
    model.set_matches([match(5)])
    model.set_matches([])
    assert shown(model) == list(range(1, 61))


def test_words_wait_for_the_catalogue_and_old_answers_are_let_go(model: LibraryModel) -> None:
    asked = QSignalSpy(model.search_wanted)
    model.set_query("bus")
    assert asked.at(0) == ["bus"]
    assert model.rowCount() == 60
    model.set_found("bu", frozenset({1}))
    assert model.rowCount() == 60
    model.set_found("bus", frozenset({1, 2}))
    assert shown(model) == [1, 2]
    model.set_query("")
    assert model.rowCount() == 60


def test_counts_follow_the_filter(model: LibraryModel) -> None:
    counts = QSignalSpy(model.counts_changed)
    model.set_query("is:missing")
    assert counts.at(counts.count() - 1) == [0, 60]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (match(1, transpose=2, tempo_ratio=1.014), "+2 st · +1.4\u202f%"),
        (match(1, tempo_ratio=0.92), "−8\u202f% far"),
        (match(1, octave=0.5, transpose=-3), "÷2 · −3 st"),
        (match(1, octave=2.0), "×2"),
        (match(1), "as it is"),
        (Match(1, 20, Parts(), Transform(), (Reason("tempo_far"),)), "— tempo far"),
        (Match(1, 20, Parts(), Transform(), (Reason("key", (("relation", "distant"),)),)), "— key far"),
    ],
)
def test_to_fit_says_what_is_done_to_the_beat(model: LibraryModel, found: Match, words: str) -> None:
    model.set_matches([found])
    assert text(model, 1, Column.FIT) == words


def test_cells_say_themselves_to_screen_readers(model: LibraryModel) -> None:
    model.put([Row(1, "Night\nBus", Path("n.wav"), 184, 91, Key(9, True), 4, ("lo-fi",), missing=True, versions=2)])
    model.set_matches([match(1, 87)])

    def spoken(column: Column) -> str:
        return model.index(model.row_of(1), column).data(Qt.ItemDataRole.AccessibleTextRole)

    assert spoken(Column.MATCH) == "match 87 of 100"
    assert spoken(Column.TITLE).endswith("missing, 2 versions")
    assert spoken(Column.RATING) == "4 of 5 stars"
    assert spoken(Column.KEY) == "Am 8A"
    assert all(spoken(column) for column in Column)


def test_missing_files_cannot_be_dragged(model: LibraryModel, tmp_path: Path) -> None:
    model.put([Row(1, "gone", tmp_path / "gone.wav", missing=True)])
    row = model.row_of(1)
    assert not model.flags(model.index(row, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert model.mimeData([model.index(row, 0)]).urls() == []


def test_edits_are_asked_for_and_not_made(model: LibraryModel) -> None:
    tagged = QSignalSpy(model.tagged)
    index = model.index(model.row_of(1), Column.TAGS)
    before = model.track(1)
    assert model.setData(index, ("soul", "late"))
    assert tagged.at(0) == [1, ("soul", "late")]
    assert model.track(1) == before
    assert not model.setData(index, before.tags)


def test_locked_values_explain_themselves(model: LibraryModel) -> None:
    model.put([Row(1, "x", Path("x.wav"), bpm=70, key=Key(0, False), locks=Locks(0.5, Key(0, False)))])
    row = model.row_of(1)
    for column in (Column.BPM, Column.KEY):
        assert "by you" in model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)


def test_the_bench_measures_sorting_filtering_and_ranking(qapp: QApplication) -> None:
    assert set(table_milliseconds(rows=200)) == {"sort", "filter", "rank"}


def test_a_search_is_asked_again_when_beats_arrive(model: LibraryModel) -> None:
    model.set_query("new")
    model.set_found("new", frozenset({1}))
    asked = QSignalSpy(model.search_wanted)
    model.put([Row(900, "new", Path("n.wav"))])
    assert asked.at(0) == ["new"]
    model.set_found("new", frozenset({1, 900}))
    assert shown(model) == [1, 900]
