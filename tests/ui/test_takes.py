"""Takes: the list shows them, and what is done to them lands on the disk and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from vocmatch_desktop.audio import files
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.types import Audio, Selection, Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.takes_flow import PICTURE_COLUMNS, TakesFlow, read_picture
from vocmatch_desktop.ui.takes_model import TAKE_ROLE, facts
from vocmatch_desktop.ui.takes_panel import TakesPanel


def take(name: str, **values: object) -> Take:
    return Take(Path("/takes") / name, name, "2026-01-01T10:00:00+00:00", 20.6, 48000, **values)


@pytest.fixture
def panel(qtbot, session, commands, theme) -> TakesPanel:
    made = TakesPanel(session, commands, commands, theme)
    qtbot.addWidget(made)
    made.resize(260, 240)
    made.show()
    return made


@pytest.fixture
def bridge(qtbot) -> Iterator[JobsBridge]:
    made = JobsBridge()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> TakeStore:
    return TakeStore(tmp_path / "Takes")


@pytest.fixture
def vocal(tmp_path: Path) -> Path:
    path = tmp_path / "hook hum.wav"
    sung = 0.3 * np.sin(2 * np.pi * 220 * np.arange(3 * 16000) / 16000)
    files.write(path, Audio(sung[:, None].astype(np.float32), 16000))
    return path


@pytest.fixture
def flow(session, bridge, store) -> TakesFlow:
    made = TakesFlow(session, bridge)
    made.use(store)
    return made


@pytest.fixture
def opened(flow, session, vocal, qtbot) -> TakesFlow:
    flow.import_files((vocal,))
    qtbot.waitUntil(lambda: session.take is not None)
    return flow


def test_a_row_says_name_length_and_key() -> None:
    assert facts(take("a")) == "0:21"
    assert facts(take("a", extra=(("key", "Am"),))) == "0:21 · Am"


def test_choosing_a_row_opens_the_take(panel, session, commands) -> None:
    session.takes = (take("verse"), take("hook"))
    session.take = session.takes[0]
    assert panel.list.currentIndex().row() == 0
    panel.list.setCurrentIndex(panel.list.model().index(1))
    assert commands.asked("open_take") == [(Path("/takes/hook"),)]


def test_a_name_is_edited_in_place(panel, session, commands, qtbot) -> None:
    session.takes = (take("verse"),)
    session.take = session.takes[0]
    panel.list.rename()
    editor = panel.list.findChild(QLineEdit)
    editor.setText("verse idea 3")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: commands.asked("rename_take") == [(Path("/takes/verse"), "verse idea 3")])


def test_what_cannot_be_done_is_off(panel, session) -> None:
    actions = {action.text(): action for action in panel._actions.values()}
    assert not actions["Star"].isEnabled()
    session.takes = (take("verse"),)
    session.take = session.takes[0]
    assert actions["Star"].isEnabled()
    assert not actions["Trim to the selection"].isEnabled()
    session.selection = Selection(1, 3)
    assert actions["Trim to the selection"].isEnabled()


def test_delete_asks_for_the_bin(panel, session, commands, qtbot) -> None:
    session.takes = (take("verse"),)
    session.take = session.takes[0]
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert commands.asked("delete_take") == [(Path("/takes/verse"),)]


def test_screen_readers_hear_the_row(panel, session) -> None:
    session.takes = (take("verse", starred=True),)
    index = panel.list.model().index(0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "verse, 0:21, starred"
    assert index.data(TAKE_ROLE).name == "verse"
    assert not panel.grab().isNull()


def test_an_imported_file_becomes_the_current_take_with_its_picture(flow, session, vocal, store, qtbot) -> None:
    with qtbot.waitSignal(flow.pictured) as pictured:
        flow.import_files((vocal,))
    assert session.take.name == "hook hum"
    assert pictured.args[0] == session.take
    assert [t.name for t in store.takes()] == ["hook hum"]


def test_a_file_that_is_no_sound_is_said_and_leaves_nothing(flow, session, tmp_path, store, qtbot) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("not a sound")
    with qtbot.waitSignal(session.problem) as problem:
        flow.import_files((bad,))
    assert "bad.wav" in problem.args[0].message
    assert store.takes() == ()


def test_renaming_starring_and_pinning_can_be_undone(opened, session, store, qtbot) -> None:
    folder = session.take.folder
    opened.rename(folder, "bridge low")
    opened.star(folder, True)
    opened.pin(folder, 7)
    qtbot.waitUntil(lambda: session.take.pinned_beat == 7)
    assert (session.take.name, session.take.starred) == ("bridge low", True)
    for _ in range(3):
        session.undo.undo()
    qtbot.waitUntil(lambda: store.load(folder).name == "hook hum")
    assert (store.load(folder).starred, store.load(folder).pinned_beat) == (False, None)
    session.undo.redo()
    qtbot.waitUntil(lambda: session.take.name == "bridge low")


def test_trimming_keeps_the_selection_and_undo_brings_all_back(opened, session, qtbot) -> None:
    opened.select(Selection(1.0, 2.0))
    opened.trim(session.take.folder)
    qtbot.waitUntil(lambda: session.take.duration_s == pytest.approx(1.0, abs=0.01))
    session.undo.undo()
    qtbot.waitUntil(lambda: session.take.duration_s == pytest.approx(3.0, abs=0.01))


def test_a_selection_is_kept_with_the_take(opened, session, store, qtbot) -> None:
    opened.select(Selection(0.5, 1.5))
    assert session.selection == Selection(0.5, 1.5)
    qtbot.waitUntil(lambda: store.load(session.take.folder).selection == Selection(0.5, 1.5))


def test_what_a_crash_left_is_recovered_and_said(session, bridge, store, vocal, qtbot) -> None:
    draft = store.begin()
    draft.audio_path.write_bytes(vocal.read_bytes())
    draft.mark._file.close()
    flow = TakesFlow(session, bridge)
    with qtbot.waitSignal(session.problem) as problem:
        flow.use(store)
    assert problem.args[0].good_news
    assert [t.name for t in session.takes] == [draft.name]


def test_a_deleted_take_makes_room_for_the_next(opened, session, vocal, store, qtbot) -> None:
    opened.import_files((vocal,))
    qtbot.waitUntil(lambda: len(session.takes) == 2)
    opened.delete(session.take.folder, for_good=True)
    qtbot.waitUntil(lambda: len(session.takes) == 1)
    assert session.take == session.takes[0]
    assert len(store.takes()) == 1


def test_a_picture_has_as_many_columns_whatever_the_length(vocal: Path, qapp: QApplication) -> None:
    assert abs(len(read_picture(vocal)) - PICTURE_COLUMNS) <= 1
