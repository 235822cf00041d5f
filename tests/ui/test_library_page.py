from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from vocmatch_desktop.settings import Settings
from vocmatch_desktop.ui.drag import Dropped
from vocmatch_desktop.ui.folders import FoldersList
from vocmatch_desktop.ui.library_bench import synthetic_rows
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_page import LibraryPage
from vocmatch_desktop.ui.search_box import SearchBox
from vocmatch_desktop.ui.session import Indexing, Session
from vocmatch_desktop.ui.tag_editor import TagEditor, tidy
from vocmatch_desktop.ui.theme import Theme


@pytest.fixture
def page(qtbot: QtBot, session: Session, commands: Any, theme: Theme) -> LibraryPage:
    made = LibraryPage(session, commands, theme, LibraryModel())
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


@pytest.fixture
def search(qtbot: QtBot, session: Session, commands: Any, theme: Theme) -> SearchBox:
    made = SearchBox(session, commands, theme)
    qtbot.addWidget(made)
    made.show()
    return made


def test_an_empty_library_teaches_and_offers_two_ways(
    qtbot: QtBot, page: LibraryPage, commands: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.empty.isVisible()
    assert page.empty.sentence.text() == "Drop a folder of beats here, or press R and sing."
    monkeypatch.setattr(
        "vocmatch_desktop.ui.folders.QFileDialog.getExistingDirectory", lambda *_arguments: str(tmp_path)
    )
    qtbot.mouseClick(page.empty.add_folder, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.empty.try_demo, Qt.MouseButton.LeftButton)
    assert commands.asked("add_folders") == [((tmp_path,),)]
    assert len(commands.asked("open_demo")) == 1


def test_a_closed_question_adds_nothing(
    qtbot: QtBot, page: LibraryPage, commands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vocmatch_desktop.ui.folders.QFileDialog.getExistingDirectory", lambda *_arguments: "")
    qtbot.mouseClick(page.empty.add_folder, Qt.MouseButton.LeftButton)
    assert commands.asked("add_folders") == []


def test_the_first_row_brings_the_table_and_the_last_takes_it_away(page: LibraryPage, session: Session) -> None:
    session.indexing = Indexing(0, 30)
    assert "Listening" in page.empty.sentence.text()
    session.put_tracks(synthetic_rows(1))
    assert page.table.isVisible()
    session.indexing = None
    session.clear_tracks()
    assert page.empty.isVisible()
    assert "Drop a folder" in page.empty.sentence.text()


def test_a_search_without_a_find_offers_to_be_cleared(qtbot: QtBot, page: LibraryPage, session: Session) -> None:
    session.put_tracks(synthetic_rows(5))
    page.set_query("is:missing")
    assert "No beat" in page.empty.sentence.text()
    with qtbot.waitSignal(page.empty.clear_search_wanted):
        qtbot.mouseClick(page.empty.clear_search, Qt.MouseButton.LeftButton)


def test_words_are_looked_up_and_the_answer_filters(page: LibraryPage, session: Session, commands: Any) -> None:
    session.put_tracks(synthetic_rows(5))
    page.set_query("amber 60-170")
    assert commands.asked("search") == [("amber",)]
    session.found.emit("amber", frozenset({2}))
    assert list(page.model.shown_ids()) == [2]


def test_folders_and_files_dropped_on_the_table_become_beats(page: LibraryPage, commands: Any, sound: Path) -> None:
    page._take_drop(Dropped((sound.parent,), (sound,)))
    assert commands.asked("add_folders") == [((sound.parent, sound),)]


def test_beats_that_leave_the_library_leave_the_table(page: LibraryPage, session: Session) -> None:
    session.put_tracks(synthetic_rows(5))
    session.drop_tracks([2, 4])
    assert list(page.model.shown_ids()) == [1, 3, 5]


def test_typing_filters_in_one_go(qtbot: QtBot, search: SearchBox) -> None:
    said = QSignalSpy(search.query_changed)
    qtbot.keyClicks(search, "am 90")
    qtbot.waitUntil(lambda: said.count() > 0)
    assert said.at(said.count() - 1) == ["am 90"]


def test_escape_clears_at_once_and_then_leaves(qtbot: QtBot, search: SearchBox) -> None:
    said, left = QSignalSpy(search.query_changed), QSignalSpy(search.left)
    search.setText("am")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert said.at(said.count() - 1) == [""]
    assert left.count() == 0
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert left.count() == 1


def test_down_goes_to_what_was_found(search: SearchBox) -> None:
    said, left = QSignalSpy(search.query_changed), QSignalSpy(search.left)
    search.setText("am")
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert said.at(0) == ["am"]
    assert left.count() == 1


def test_the_clear_button_shows_only_where_there_is_something_to_clear(qtbot: QtBot, search: SearchBox) -> None:
    button = search.findChild(QToolButton)
    assert not button.isVisible()
    search.setText("am")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert search.text() == ""
    assert not search.grab().isNull()


@pytest.mark.parametrize(
    ("typed", "tags"),
    [("", ()), (" , ,", ()), ("#lo-fi, Lo-Fi , late  night", ("lo-fi", "late night")), ("a" * 50, ("a" * 40,))],
)
def test_tags_are_tidied(typed: str, tags: tuple[str, ...]) -> None:
    assert tidy(typed) == tags


def test_known_tags_complete_the_one_being_typed(qtbot: QtBot) -> None:
    editor = TagEditor(known=["soul", "lo-fi"])
    qtbot.addWidget(editor)
    editor.set_tags(("trap",))
    editor.insert("so")
    editor._complete("soul")
    assert editor.tags() == ("trap", "soul")


@pytest.fixture
def folders(qtbot: QtBot, session: Session, commands: Any, theme: Theme, tmp_path: Path) -> FoldersList:
    session.settings = Settings(watch_folders=(str(tmp_path), "/gone"), excluded_folders=("/left out",))
    made = FoldersList(session, commands, theme)
    qtbot.addWidget(made)
    made.show()
    return made


def test_folders_can_be_taken_off_the_list(folders: FoldersList, commands: Any, tmp_path: Path) -> None:
    assert folders.watched.item(1).text() == "/gone (not there at the moment)"
    folders.watched.item(1).setSelected(True)
    QTest.keyClick(folders.watched, Qt.Key.Key_Delete)
    assert commands.asked("change_settings") == [(("watch_folders", (str(tmp_path),)),)]


def test_folders_can_be_added_left_out_and_looked_through(
    qtbot: QtBot, folders: FoldersList, commands: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "vocmatch_desktop.ui.folders.QFileDialog.getExistingDirectory", lambda *_arguments: str(tmp_path)
    )
    for words in ("Add folder…", "Leave out a folder…", "Look through the folders again"):
        button = next(each for each in folders.findChildren(QPushButton) if each.text() == words)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert commands.asked("add_folders") == [((tmp_path,),)]
    assert commands.asked("change_settings") == [(("excluded_folders", ("/left out", str(tmp_path))),)]
    assert len(commands.asked("rescan")) == 1


def test_the_first_row_gives_the_keys_to_the_table_but_not_while_someone_types(
    qtbot: QtBot, page: LibraryPage, session: Session, commands: Any
) -> None:
    page.empty.try_demo.setFocus()
    session.put_tracks(synthetic_rows(3))
    assert page.window().focusWidget() is page.table
    assert commands.asked("select_beat") == []
    session.clear_tracks()
    line = QLineEdit(page)
    line.show()
    line.setFocus()
    session.put_tracks(synthetic_rows(3))
    assert page.window().focusWidget() is line


def test_everything_that_takes_keys_has_a_name(
    page: LibraryPage, search: SearchBox, folders: FoldersList, session: Session
) -> None:
    def nameless(root: QWidget) -> list[QWidget]:
        takers = [each for each in [root, *root.findChildren(QWidget)] if each.focusPolicy() != Qt.FocusPolicy.NoFocus]
        visible = [each for each in takers if each.isVisible()]
        return [each for each in visible if not (each.accessibleName() or getattr(each, "text", str)())]

    assert [*nameless(page), *nameless(search), *nameless(folders)] == []
    session.put_tracks(synthetic_rows(3))
    assert nameless(page) == []
