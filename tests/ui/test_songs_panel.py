"""The Songs tab: the queue with its states, what can be done with a song, and the column it stands in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.stem_songs import ready, song, working
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.songs_column import RightColumn
from vocmatch_desktop.ui.songs_panel import SongsPanel
from vocmatch_desktop.ui.stems_state import Stems
from vocmatch_desktop.ui.stems_words import clock, state_words
from vocmatch_desktop.ui.theme import Theme


@pytest.fixture
def panel(qtbot: QtBot, session: Session, commands: Any, theme: Theme) -> SongsPanel:
    made = SongsPanel(session, commands, theme)
    qtbot.addWidget(made)
    made.resize(264, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def queue(panel: SongsPanel, session: Session) -> SongsPanel:
    """A song that is computed, two that wait, one that failed; the first waiting one is open."""
    failed = song("Broken", phase="failed", problem="It holds no sound.")
    session.songs = (working()[0], song("a", phase="waiting"), song("b", phase="waiting"), failed)
    session.stems = Stems(session.songs[1].folder)
    return panel


def enabled(panel: SongsPanel) -> set[str]:
    return {name for name, action in panel._actions.items() if action.isEnabled()}


def test_an_empty_list_teaches(panel: SongsPanel, qtbot: QtBot) -> None:
    assert panel.empty.isVisible()
    assert "Drop songs here" in panel.empty.text()
    assert enabled(panel) == {"add"}
    with qtbot.waitSignal(panel.choose_wanted):
        panel._actions["add"].trigger()


def test_rows_say_their_state(queue: SongsPanel) -> None:
    model = queue.list.model()
    words = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
    assert words == ["Night Bus, 40 % · 1:20 left", "a, waiting", "b, waiting", "Broken, It holds no sound."]
    assert "It holds no sound." in model.index(3).data(Qt.ItemDataRole.ToolTipRole)


def test_every_state_is_drawn(queue: SongsPanel, session: Session, theme: Theme, qapp: Any, tmp_path: Path) -> None:
    before = queue.list.grab().toImage()
    session.songs = (ready(tmp_path)[0], *session.songs[1:])
    assert queue.list.grab().toImage() != before


def test_the_open_song_is_the_selected_row(queue: SongsPanel, session: Session, commands: Any) -> None:
    assert queue.list.song == session.songs[1]
    session.stems = Stems(session.songs[3].folder)
    assert queue.list.song == session.songs[3]
    assert commands.asked("open_song") == []


def test_walking_down_opens_songs(queue: SongsPanel, session: Session, commands: Any) -> None:
    QTest.keyClick(queue.list, Qt.Key.Key_Down)
    assert commands.asked("open_song") == [(session.songs[2].folder,)]


def test_enter_on_a_song_leads_to_its_room(queue: SongsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(queue.room_wanted):
        QTest.keyClick(queue.list, Qt.Key.Key_Return)


def test_progress_leaves_the_hand_where_it_is(queue: SongsPanel, session: Session) -> None:
    session.songs = (replace(session.songs[0], fraction=0.6), *session.songs[1:])
    assert queue.list.song == session.songs[1]


@pytest.mark.parametrize(
    ("place", "can"),
    [
        (0, {"cancel", "remove", "add"}),
        (1, {"down", "cancel", "remove", "add"}),
        (2, {"up", "cancel", "remove", "add"}),
        (3, {"start", "remove", "add"}),
    ],
)
def test_only_what_makes_sense_can_be_done(queue: SongsPanel, session: Session, place: int, can: set[str]) -> None:
    session.stems = Stems(session.songs[place].folder)
    assert enabled(queue) == can


def test_actions_ask(queue: SongsPanel, session: Session, commands: Any) -> None:
    folder = session.songs[1].folder
    for name in ("down", "cancel", "remove"):
        queue._actions[name].trigger()
    QTest.keyClick(queue.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(queue.list, Qt.Key.Key_Delete)
    assert commands.asked("move") == [(folder, 1), (folder, -1)]
    assert commands.asked("cancel") == [(folder,)]
    assert commands.asked("remove") == [(folder,), (folder,)]


def test_a_second_window_only_looks(queue: SongsPanel, session: Session, commands: Any) -> None:
    session.read_only = True
    assert enabled(queue) == set()
    QTest.keyClick(queue.list, Qt.Key.Key_Delete)
    assert commands.asked("remove") == []


def test_a_finished_row_drags_all_its_stems(
    panel: SongsPanel, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[list[Path]] = []
    monkeypatch.setattr("vocmatch_desktop.ui.songs_panel.drag_files", lambda _source, paths: dragged.append(paths))
    row, stems = ready(tmp_path)
    session.songs, session.stems = (row, song("a")), stems
    panel.list.startDrag(Qt.DropAction.CopyAction)
    session.stems = Stems(session.songs[1].folder)
    panel.list.startDrag(Qt.DropAction.CopyAction)
    assert dragged == [[stem.path for stem in row.stems]]


def test_a_file_that_vanished_is_said(panel: SongsPanel, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    row, stems = ready(tmp_path)
    row.stems[0].path.unlink()
    session.songs, session.stems = (row,), stems
    with qtbot.waitSignal(session.problem):
        panel.list.startDrag(Qt.DropAction.CopyAction)


def test_the_column_shows_one_list_at_a_time(qtbot: QtBot) -> None:
    takes, songs = QLabel("takes"), QLabel("songs")
    column = RightColumn(takes, songs)
    qtbot.addWidget(column)
    column.show_list(songs)
    assert column.pages.currentWidget() is songs
    column.tabs.setCurrentIndex(0)
    assert column.pages.currentWidget() is takes


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (59.6, "1:00"), (184, "3:04"), (3727, "1:02:07")])
def test_times_are_read_at_a_glance(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_states_are_worded() -> None:
    assert state_words(song()) == "not taken apart yet"
    assert state_words(song(phase="working", what="Loading the model")) == "Loading the model"
    assert state_words(song(phase="working")) == "getting ready …"
    assert state_words(song(phase="stopped")) == "stopped"
