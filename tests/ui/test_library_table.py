from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vocmatch_desktop.types import Key, Locks, Match, Parts, Take, Transform
from vocmatch_desktop.ui import library_table
from vocmatch_desktop.ui.library_bench import synthetic_rows
from vocmatch_desktop.ui.library_columns import LEAST, shared_widths
from vocmatch_desktop.ui.library_delegates import STAR_STEP
from vocmatch_desktop.ui.library_menu import LibraryMenu
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_page import LibraryPage
from vocmatch_desktop.ui.library_rows import Column, Row
from vocmatch_desktop.ui.library_table import LibraryTable
from vocmatch_desktop.ui.session import Audition, Ranking, Session
from vocmatch_desktop.ui.tag_editor import TagEditor
from vocmatch_desktop.ui.theme import ROW_HEIGHT, SPACE_2, Theme

CONTROL, NO_KEY = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(qtbot: QtBot, session: Session, commands: Any, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> LibraryPage:
    monkeypatch.setattr(library_table, "REST_MS", 0)
    made = LibraryPage(session, commands, theme, LibraryModel())
    qtbot.addWidget(made)
    made.resize(1040, 500)
    session.put_tracks(synthetic_rows(200))
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def table(page: LibraryPage) -> LibraryTable:
    page.focus_table()
    return page.table


def centre(table: LibraryTable, row: int, column: Column) -> QPoint:
    return table.visualRect(table.model().index(row, column)).center()


def click(qtbot: QtBot, table: LibraryTable, place: QPoint) -> None:
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def rank(session: Session, *beat_ids: int, take: str = "take") -> None:
    matches = tuple(Match(beat, 90.0 - place, Parts(), Transform()) for place, beat in enumerate(beat_ids))
    session.ranking = Ranking(Path(take), None, matches)


def test_down_selects_and_auditions(qtbot: QtBot, table: LibraryTable, commands: Any) -> None:
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert commands.session.beat_id == 2
    qtbot.waitUntil(lambda: commands.asked("audition") == [(2,)])


def test_holding_down_plays_only_where_it_rests(qtbot: QtBot, table: LibraryTable, commands: Any) -> None:
    for _ in range(5):
        QTest.keyClick(table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bool(commands.asked("audition")))
    assert commands.asked("audition") == [(6,)]


def test_a_missing_beat_is_selected_but_not_played(
    qtbot: QtBot, table: LibraryTable, commands: Any, session: Session
) -> None:
    session.put_tracks([Row(2, "gone", Path("gone.wav"), missing=True)])
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert session.beat_id == 2
    qtbot.wait(20)
    assert commands.asked("audition") == []


def test_enter_keeps_and_digits_rate(table: LibraryTable, commands: Any) -> None:
    QTest.keyClick(table, Qt.Key.Key_Return)
    QTest.keyClick(table, Qt.Key.Key_4)
    QTest.keyClick(table, Qt.Key.Key_0)
    assert commands.asked("keep") == [(1,)]
    assert commands.asked("rate") == [((1,), 4), ((1,), 0)]


def test_digits_rate_every_selected_beat(table: LibraryTable, commands: Any) -> None:
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(table, Qt.Key.Key_3)
    assert commands.asked("rate") == [((1, 2), 3)]


def test_typing_tags_rates_nothing(qtbot: QtBot, table: LibraryTable, commands: Any) -> None:
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(TagEditor)
    editor.clear()
    qtbot.keyClicks(editor, "80s, #Late night, late  NIGHT")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: commands.asked("set_tags") == [(1, ("80s", "Late night"))])
    assert commands.asked("rate") == []


def test_typing_adds_to_the_tags_there_are(qtbot: QtBot, table: LibraryTable, session: Session, commands: Any) -> None:
    session.put_tracks([Row(1, "x", Path("x.wav"), tags=("soul",))])
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(TagEditor)
    qtbot.waitUntil(lambda: not editor.hasSelectedText())
    qtbot.keyClicks(editor, "late")
    assert editor.tags() == ("soul", "late")


def test_escape_leaves_the_tags_as_they_were(qtbot: QtBot, table: LibraryTable, commands: Any) -> None:
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(TagEditor)
    qtbot.keyClicks(editor, "new")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.wait(20)
    assert commands.asked("set_tags") == []


def test_the_tag_line_stays_open_while_beats_arrive(table: LibraryTable, session: Session) -> None:
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(TagEditor)
    editor.setText("half typ")
    session.put_tracks(synthetic_rows(210)[200:])
    assert editor.isVisible()
    assert editor.text() == "half typ"


def test_control_arrows_double_and_halve_the_tempo(table: LibraryTable, commands: Any, session: Session) -> None:
    QTest.keyClick(table, Qt.Key.Key_Up, CONTROL)
    QTest.keyClick(table, Qt.Key.Key_Down, CONTROL)
    assert commands.asked("lock") == [(1, Locks(2.0)), (1, Locks(0.5))]
    session.put_tracks([Row(1, "x", Path("x.wav"), locks=Locks(2.0, Key(0, True)))])
    QTest.keyClick(table, Qt.Key.Key_Up, CONTROL)
    assert len(commands.asked("lock")) == 2


def test_letters_are_left_to_the_window(qtbot: QtBot, table: LibraryTable) -> None:
    before = table.current_id()
    QTest.keyClick(table, Qt.Key.Key_R)
    QTest.keyClick(table, Qt.Key.Key_V)
    assert table.current_id() == before


def test_delete_removes_and_control_c_copies(table: LibraryTable, commands: Any) -> None:
    QTest.keyClick(table, Qt.Key.Key_C, CONTROL)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert commands.asked("copy_file") == [(Path("beat 0.wav"),)]
    assert commands.asked("remove") == [((1,),)]


def test_a_click_on_a_star_rates_and_the_same_star_again_clears(
    qtbot: QtBot, table: LibraryTable, commands: Any, session: Session
) -> None:
    session.put_tracks([Row(3, "x", Path("x.wav"), rating=0)])
    left = table.visualRect(table.model().index(2, Column.RATING))
    third = QPoint(round(left.left() + SPACE_2 + 2.5 * STAR_STEP), left.center().y())
    click(qtbot, table, third)
    session.put_tracks([Row(3, "x", Path("x.wav"), rating=3)])
    click(qtbot, table, third)
    assert commands.asked("rate") == [((3,), 3), ((3,), 0)]
    assert commands.asked("audition") == []


def test_a_click_plays_the_row_and_one_into_the_waveform_plays_from_there(
    qtbot: QtBot, table: LibraryTable, commands: Any
) -> None:
    click(qtbot, table, centre(table, 4, Column.TITLE))
    assert commands.asked("audition") == [(5,)]
    click(qtbot, table, centre(table, 4, Column.WAVEFORM))
    (beat_s,) = commands.asked("play_from")[0]
    assert beat_s == pytest.approx(table.model().track(5).duration_s / 2, rel=0.05)


def test_a_new_ranking_shows_its_best_beat_at_the_top(table: LibraryTable, session: Session, commands: Any) -> None:
    table.sortByColumn(Column.TITLE, Qt.SortOrder.AscendingOrder)
    table.scrollToBottom()
    rank(session, 150, 20)
    assert [table.model().track_id(row) for row in (0, 1)] == [150, 20]
    assert table.verticalScrollBar().value() == 0
    assert table.current_id() == 150
    assert commands.asked("audition") == []


def test_other_rules_for_the_same_take_keep_the_chosen_beat(table: LibraryTable, session: Session) -> None:
    rank(session, 150, 20)
    table.selectRow(1)
    rank(session, 20, 3, 150)
    assert table.current_id() == 20


def test_the_third_click_on_a_column_gives_the_ranking_back(
    qtbot: QtBot, table: LibraryTable, session: Session
) -> None:
    rank(session, 150, 20)
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(Column.BPM) + 20, header.height() // 2)
    tops = []
    for _ in range(3):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        tops.append(table.model().track_id(0))
    bpm = {track_id: table.model().track(track_id).bpm for track_id in map(int, table.model().shown_ids())}
    assert tops == [min(bpm, key=bpm.get), max(bpm, key=bpm.get), 150]


def test_rows_that_arrive_move_nothing_on_the_screen(table: LibraryTable, session: Session) -> None:
    table.sortByColumn(Column.TITLE, Qt.SortOrder.AscendingOrder)
    table.verticalScrollBar().setValue(50 * ROW_HEIGHT + 7)
    row = table.indexAt(QPoint(1, 1)).row()
    table.setCurrentIndex(table.model().index(row + 3, 0))
    where = {track: table.rowViewportPosition(r) for r in (row, row + 3) if (track := table.model().track_id(r))}
    chosen = table.current_id()
    session.put_tracks(Row(500 + each, f"{letter} new", Path("n.wav")) for each, letter in enumerate("AAMZ"))
    assert {track: table.rowViewportPosition(table.model().row_of(track)) for track in where} == where
    assert table.current_id() == chosen


def test_a_filter_keeps_the_chosen_beat_and_its_place(page: LibraryPage, table: LibraryTable) -> None:
    table.selectRow(120)
    chosen = table.current_id()
    page.set_query(f"{table.model().track(chosen).bpm - 8:.0f}-{table.model().track(chosen).bpm + 8:.0f}")
    assert 0 < table.model().rowCount() < 200
    assert table.current_id() == chosen
    assert table.chosen_ids() == (chosen,)
    page.set_query("")
    assert table.current_id() == chosen
    assert table.viewport().rect().intersects(table.visualRect(table.currentIndex()))


def test_filtering_selects_no_other_beat(page: LibraryPage, table: LibraryTable, session: Session) -> None:
    table.selectRow(7)
    page.set_query("is:missing")
    assert session.beat_id == 8


def test_what_plays_and_what_is_kept_is_marked(page: LibraryPage, session: Session) -> None:
    session.audition = Audition(5, True, True)
    session.take = Take(Path("t"), "t", "2026", 10.0, 48000, pinned_beat=7)
    assert page.model.playing == 5
    assert page.model.library.kept == {7}
    session.audition = Audition(5, True, False)
    assert page.model.playing is None


def test_thousands_of_selected_rows_do_not_hold_a_sort_up(table: LibraryTable, session: Session) -> None:
    session.put_tracks(synthetic_rows(1200))
    table.selectAll()
    assert len(table.chosen_ids()) == 1200
    table.sortByColumn(Column.BPM, Qt.SortOrder.AscendingOrder)
    assert table.chosen_ids() == (1,)


def test_the_window_paints_every_state_without_a_warning(
    qtbot: QtBot, page: LibraryPage, session: Session, theme: Theme
) -> None:
    session.put_tracks(
        [
            Row(1, "Night\nBus", Path("n.wav"), 184, 91, Key(9, True), 4, ("lo-fi", "late", "slow"), versions=3),
            Row(2, "", Path("gone.wav"), missing=True),
            Row(3, "שלום 🌙", Path("s.wav"), 5000, 140, Key(0, False), locks=Locks(0.5, Key(0, False))),
        ]
    )
    rank(session, 1, 3)
    session.audition = Audition(1, True, True)
    for width in (500, 700, 1040, 1700):
        page.resize(width, 300)
        assert not page.grab().isNull()
    theme.changed.emit()
    assert not page.grab().isNull()


@pytest.mark.parametrize("room", range(640, 2400, 37))
def test_columns_use_all_the_room_and_no_more(room: int) -> None:
    widths = shared_widths(room, {})
    assert {Column.MATCH, Column.TITLE, Column.FIT, Column.RATING, Column.HANDLE} <= widths.keys()
    assert sum(widths.values()) <= max(room, sum(LEAST[column] for column in widths))
    assert room - sum(widths.values()) <= 4


def test_a_dragged_column_keeps_its_width_and_is_remembered(
    page: LibraryPage, qtbot: QtBot, session: Session, commands: Any, theme: Theme
) -> None:
    page.table.horizontalHeader().resizeSection(Column.TITLE, 300)
    page.resize(1400, 500)
    assert page.table.columnWidth(Column.TITLE) == 300
    state = page.column_state()
    assert state == {"title": 300}
    other = LibraryPage(session, commands, theme, LibraryModel())
    qtbot.addWidget(other)
    other.restore_columns({**state, "no such column": 3})
    assert other.table.columnWidth(Column.TITLE) == 300


def menu_words(menu: LibraryMenu) -> dict[str, Any]:
    return {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}


def test_the_menu_does_what_the_keys_do(table: LibraryTable, commands: Any) -> None:
    row = Row(1, "x", Path("x.wav"), key=Key(9, True), locks=Locks(2.0))
    menu = LibraryMenu(row, (1, 2), False, commands, lambda: None, table)
    actions = menu_words(menu)
    for words in ("Audition", "Keep", "Tempo ÷2", "Back to the analysed tempo and key", "Remove 2 from library"):
        actions[words].trigger()
    assert [name for name, _ in commands.calls if name != "select_beat"] == [
        "audition",
        "keep",
        "lock",
        "lock",
        "remove",
    ]
    assert commands.asked("lock") == [(1, Locks(1.0)), (1, Locks())]
    assert not actions["Tempo ×2"].isEnabled()
    assert "Relocate…" not in actions


def test_a_key_can_be_set_from_the_menu(table: LibraryTable, commands: Any) -> None:
    menu = LibraryMenu(Row(1, "x", Path("x.wav")), (1,), False, commands, lambda: None, table)
    keys = menu.findChildren(QAction)
    next(action for action in keys if action.text().startswith("Am ")).trigger()
    assert commands.asked("lock") == [(1, Locks(1.0, Key(9, True)))]


def test_a_missing_file_can_be_relocated(
    table: LibraryTable, commands: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose(_parent: object, _words: str, start: str) -> tuple[str, str]:
        assert start == str(tmp_path)
        return str(tmp_path / "found.wav"), ""

    monkeypatch.setattr("vocmatch_desktop.ui.library_menu.QFileDialog.getOpenFileName", choose)
    row = Row(1, "x", tmp_path / "no folder" / "x.wav", missing=True)
    actions = menu_words(LibraryMenu(row, (1,), False, commands, lambda: None, table))
    assert not actions["Audition"].isEnabled()
    assert "Copy file" not in actions
    actions["Relocate…"].trigger()
    assert commands.asked("relocate") == [(1, tmp_path / "found.wav")]


def test_hovering_lights_one_row(table: LibraryTable, qtbot: QtBot) -> None:
    qtbot.mouseMove(table.viewport(), centre(table, 3, Column.HANDLE))
    assert table._hovered == 3
    assert table.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
    assert isinstance(table.visualRect(table.model().index(3, 0)), QRect)


def test_a_beat_chosen_elsewhere_is_shown_even_where_the_cursor_stood_already(
    table: LibraryTable, session: Session
) -> None:
    table.clearSelection()
    session.beat_id = None
    session.beat_id = 1
    assert table.chosen_ids() == (1,)


def test_a_press_on_the_row_under_the_cursor_chooses_it(
    qtbot: QtBot, table: LibraryTable, session: Session, commands: Any
) -> None:
    session.beat_id = None
    click(qtbot, table, centre(table, 0, Column.HANDLE))
    assert session.beat_id == 1


def test_taking_one_of_several_out_leaves_the_others_selected(qtbot: QtBot, table: LibraryTable) -> None:
    for row in (0, 1, 2, 1):
        place = centre(table, row, Column.HANDLE)
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, CONTROL if row else NO_KEY, place)
    assert table.chosen_ids() == (1, 3)
