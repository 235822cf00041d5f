"""The Stems room: what it shows of a song in every state, and what its controls ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.stem_songs import NAMES, OPTIONS, peaks, ready, song, working
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.stems_panel import StemsPanel
from vocmatch_desktop.ui.stems_state import LOUDEST_DB, StemOptions, Stems, StemSaving
from vocmatch_desktop.ui.theme import Theme

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, session: Session, commands: Any, theme: Theme) -> StemsPanel:
    session.stem_options = OPTIONS
    made = StemsPanel(session, commands, theme)
    qtbot.addWidget(made)
    made.resize(1100, 420)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def half(panel: StemsPanel, session: Session) -> StemsPanel:
    row, stems = working()
    session.songs, session.stems = (row,), stems
    return panel


@pytest.fixture
def whole(panel: StemsPanel, session: Session, tmp_path: Path) -> StemsPanel:
    row, stems = ready(tmp_path)
    session.songs, session.stems = (row,), stems
    return panel


def open_song(session: Session, **values: Any) -> None:
    row = song(**values)
    session.songs, session.stems = (row,), Stems(row.folder, duration_s=100.0)


def press(panel: StemsPanel, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel.focusWidget(), key, modifiers)


# What it shows


def test_without_a_song_it_says_what_to_do(panel: StemsPanel) -> None:
    assert panel.invite.isVisible()
    assert panel.invite.sentence.text().startswith("Drop a song here")
    assert panel.invite.choose.isVisible()
    assert not panel.action.start.isVisible()
    assert not panel.out.isVisible()


def test_without_a_model_it_says_how_to_add_one(panel: StemsPanel, session: Session) -> None:
    session.stem_options = StemOptions(known=True)
    assert panel.options.missing.isVisible()
    assert "vocmatch models add" in panel.options.missing.text()
    assert not panel.options.model.isVisible()
    open_song(session)
    assert not panel.action.start.isVisible()
    assert "model" in panel.lanes.note.sentence.text()


def test_before_the_models_are_known_nothing_is_missing(panel: StemsPanel, session: Session) -> None:
    session.stem_options = StemOptions()
    assert not panel.options.missing.isVisible()


def test_a_new_song_is_taken_apart_by_one_action(panel: StemsPanel, session: Session, commands: Any) -> None:
    open_song(session)
    assert panel.title.text() == "Night Bus"
    assert panel.facts.text() == "1:40"
    assert panel.action.start.text() == "Take apart"
    assert panel.action.start.property("primary")
    panel.action.start.click()
    assert commands.asked("take_apart") == [(session.songs[0].folder,)]


def test_the_keyboard_stays_where_the_action_was(panel: StemsPanel, session: Session) -> None:
    open_song(session)
    panel.action.start.setFocus()
    open_song(session, phase="working")
    assert panel.action.cancel.hasFocus()
    open_song(session, phase="ready")
    assert panel.action.start.hasFocus()


def test_several_new_songs_are_taken_apart_together(panel: StemsPanel, session: Session, commands: Any) -> None:
    session.songs = (song("a"), song("b"), song("c", phase="waiting"))
    session.stems = Stems(session.songs[0].folder)
    assert panel.action.all.text() == "Take all 2 new songs apart"
    panel.action.all.click()
    assert commands.asked("take_all_apart") == [()]


def test_model_and_stems_are_chosen(panel: StemsPanel, commands: Any) -> None:
    assert panel.options.words.text() == "Gives vocals, drums, other and instrumental."
    panel.options.model.setCurrentIndex(1)
    panel.options.model.activated.emit(1)
    assert commands.asked("choose_model") == [("mdx",)]
    panel.options.checks["drums"].click()
    assert commands.asked("choose_stems") == [(("vocals", "other"),)]


def test_a_choice_that_was_refused_is_not_shown(panel: StemsPanel) -> None:
    panel.options.checks["drums"].click()
    assert panel.options.checks["drums"].isChecked()


def test_what_a_card_says_of_its_model_is_shown(panel: StemsPanel, session: Session) -> None:
    told = replace(OPTIONS.separators[0], words="Small and quick.")
    session.stem_options = replace(OPTIONS, separators=(told,))
    assert panel.options.words.text().endswith("instrumental. Small and quick.")


def test_progress_stands_where_the_action_was(half: StemsPanel, session: Session, commands: Any) -> None:
    assert half.action.doing.text() == "40 % · 1:20 left"
    assert half.action.bar.value() == 400
    assert not half.action.start.isVisible()
    assert not half.options.isVisible()
    half.action.cancel.click()
    assert commands.asked("cancel") == [(session.songs[0].folder,)]


def test_before_the_first_part_it_says_what_is_done(panel: StemsPanel, session: Session) -> None:
    open_song(session, phase="working", what="Loading the model")
    assert panel.action.doing.text() == "Loading the model"
    assert panel.action.bar.maximum() == 0
    assert panel.lanes.note.isVisible()


def test_a_failure_is_said_and_can_be_tried_again(panel: StemsPanel, session: Session) -> None:
    open_song(session, phase="failed", problem="The disk is full.")
    assert panel.lanes.note.detail.text() == "The disk is full."
    assert panel.action.start.text() == "Try again"


@pytest.mark.parametrize("phase", ["waiting", "stopped"])
def test_every_state_without_lanes_is_worded(panel: StemsPanel, session: Session, phase: Any) -> None:
    open_song(session, phase=phase)
    assert panel.lanes.note.isVisible()
    assert panel.lanes.note.sentence.text()
    assert panel.action.start.isVisible() == (phase == "stopped")


def test_a_song_whose_file_is_gone_cannot_be_taken_apart_again(panel: StemsPanel, session: Session) -> None:
    open_song(session, phase="ready", source_there=False)
    assert not panel.action.start.isEnabled()
    assert "not at" in panel.notice.text()


def test_waiting_for_the_next_part_is_said(half: StemsPanel, session: Session) -> None:
    session.stems = replace(session.stems, playing=True, waiting=True)
    assert half.notice.isVisible()


def test_a_second_window_only_looks(whole: StemsPanel, session: Session) -> None:
    session.read_only = True
    assert not whole.action.start.isVisible()
    assert not whole.out.save.isEnabled()
    assert not whole.options.model.isEnabled()


# Lanes


def test_lanes_grow_and_stay_the_same_widgets(half: StemsPanel, session: Session) -> None:
    rows = dict(half.lanes.rows)
    assert tuple(rows) == NAMES
    assert rows["vocals"].wave.known_s == 40.0
    session.songs, session.stems = ((row := working(0.8))[0],), row[1]
    assert half.lanes.rows == rows
    assert rows["vocals"].wave.known_s == 80.0


def test_a_lane_says_its_state(half: StemsPanel, session: Session) -> None:
    lanes = list(session.stems.lanes)
    lanes[0] = replace(lanes[0], level_db=-3.5, soloed=True, muted=True)
    session.stems = replace(session.stems, lanes=tuple(lanes))
    row = half.lanes.rows["vocals"]
    assert row.accessibleName() == "Vocals, −3.5 dB, solo, muted, still being computed"
    assert row.value.text() == "−3.5 dB"
    assert row.solo.isChecked()
    assert row.mute.isChecked()


def test_solo_mute_and_level_are_asked_for(half: StemsPanel, commands: Any) -> None:
    row = half.lanes.rows["drums"]
    row.solo.click()
    row.mute.click()
    row.level.setValue(-13)
    assert commands.asked("solo") == [("drums", True)]
    assert commands.asked("mute") == [("drums", True)]
    assert commands.asked("set_level") == [("drums", -6.5)]
    assert row.value.text() == row.level.accessibleDescription() == "−6.5 dB"


def test_a_double_click_on_a_level_is_0_db(half: StemsPanel, commands: Any) -> None:
    level = half.lanes.rows["drums"].level
    level.show_level(-20.0)
    QTest.mouseDClick(level, LEFT, pos=QPoint(5, 10))
    assert commands.asked("set_level")[-1] == ("drums", 0.0)
    assert level.level_db == 0.0


def test_showing_a_level_asks_for_nothing(half: StemsPanel, session: Session, commands: Any) -> None:
    lanes = tuple(replace(lane, level_db=LOUDEST_DB) for lane in session.stems.lanes)
    session.stems = replace(session.stems, lanes=lanes)
    assert half.lanes.rows["other"].level.level_db == LOUDEST_DB
    assert commands.asked("set_level") == []


def test_one_playhead_runs_over_all_lanes(half: StemsPanel, session: Session, commands: Any) -> None:
    session.song_playhead.emit(12.5)
    assert {row.wave.playhead_s for row in half.lanes.rows.values()} == {12.5}
    assert half.lanes.ruler.playhead_s == half.lanes.mix.playhead_s == 12.5
    QTest.mouseClick(half.lanes.rows["drums"].wave, LEFT, pos=QPoint(0, 5))
    assert commands.asked("seek") == [(0.0,)]


def test_ruler_song_and_lanes_stand_under_each_other(half: StemsPanel) -> None:
    parts = (half.lanes.ruler, half.lanes.mix, half.lanes.rows["vocals"].wave)
    half.resize(1100, 160)
    QTest.qWait(0)
    lefts = {part.mapTo(half, QPoint(0, 0)).x() for part in parts}
    assert len(lefts) == 1
    assert len({part.width() for part in parts}) == 1


def test_lanes_are_made_before_a_song_needs_them_and_used_again(panel: StemsPanel, session: Session) -> None:
    session.stem_options = replace(OPTIONS, stems=("vocals", "drums"))
    QTest.qWait(20)
    row, stems = working()
    session.songs, session.stems = (row,), stems
    made = dict(panel.lanes.rows)
    panel.lanes.choose(["drums"])
    session.stems = Stems(row.folder, stems.lanes[1:], duration_s=100.0, known_s=40.0)
    assert panel.lanes.rows == {name: made[name] for name in NAMES[1:]}
    assert not made["vocals"].isVisible()
    assert panel.lanes.chosen == ()


def test_another_song_has_other_lanes(half: StemsPanel, session: Session) -> None:
    half.lanes.choose(["drums"])
    other = song("Glass", phase="stopped")
    session.songs = (*session.songs, other)
    session.stems = Stems(other.folder, duration_s=10.0)
    assert half.lanes.rows == {}
    assert half.lanes.chosen == ()


# Keys


def test_arrows_walk_the_lanes_and_shift_selects(half: StemsPanel) -> None:
    half.lanes.focus_lanes()
    press(half, Qt.Key.Key_Down)
    assert half.lanes.chosen == ("drums",)
    assert half.lanes.rows["drums"].hasFocus()
    press(half, Qt.Key.Key_Down, SHIFT)
    assert half.lanes.chosen == ("drums", "other")
    press(half, Qt.Key.Key_Down)
    assert half.lanes.chosen == ("drums", "other")
    press(half, Qt.Key.Key_A, CTRL)
    assert half.lanes.chosen == NAMES


def test_s_and_m_solo_and_mute_the_chosen_lanes(half: StemsPanel, commands: Any) -> None:
    half.lanes.focus_lanes()
    press(half, Qt.Key.Key_S)
    press(half, Qt.Key.Key_Down)
    press(half, Qt.Key.Key_Down, SHIFT)
    press(half, Qt.Key.Key_M)
    assert commands.asked("solo") == [("vocals", True)]
    assert commands.asked("mute") == [("drums", True), ("other", True)]


def test_keys_work_from_a_control_of_the_lane(half: StemsPanel, commands: Any) -> None:
    half.lanes.rows["drums"].level.setFocus()
    press(half, Qt.Key.Key_M)
    assert commands.asked("mute") == [("drums", True)]
    press(half, Qt.Key.Key_Down)
    assert half.lanes.rows["other"].hasFocus()


def test_keys_seek_and_turn_the_level(half: StemsPanel, session: Session, commands: Any) -> None:
    half.lanes.focus_lanes()
    session.song_playhead.emit(3.0)
    press(half, Qt.Key.Key_Right)
    press(half, Qt.Key.Key_Left)
    press(half, Qt.Key.Key_Right, SHIFT)
    press(half, Qt.Key.Key_Home)
    assert commands.asked("seek") == [(8.0,), (0.0,), (4.0,), (0.0,)]
    press(half, Qt.Key.Key_Minus)
    press(half, Qt.Key.Key_0)
    assert commands.asked("set_level") == [("vocals", -1.0), ("vocals", 0.0)]


def test_clicks_select_one_some_and_a_stretch(half: StemsPanel) -> None:
    titles = {stem: row.title for stem, row in half.lanes.rows.items()}
    QTest.mouseClick(titles["vocals"], LEFT)
    assert half.lanes.chosen == ("vocals",)
    QTest.mouseClick(titles["other"], LEFT, CTRL)
    assert half.lanes.chosen == ("vocals", "other")
    QTest.mouseClick(titles["other"], LEFT, CTRL)
    assert half.lanes.chosen == ("vocals",)
    QTest.mouseClick(titles["vocals"], LEFT)
    QTest.mouseClick(titles["other"], LEFT, SHIFT)
    assert half.lanes.chosen == NAMES


# Taking out


def test_nothing_can_be_dragged_before_it_is_whole(half: StemsPanel) -> None:
    row = half.lanes.rows["drums"]
    assert row.chip.paths == ()
    assert row.chip.accessibleName() == "Night Bus - drums.wav"
    assert half.out.chip.paths == ()
    assert not half.out.save.isEnabled()


def test_a_lane_takes_its_file_and_chosen_ones_go_together(whole: StemsPanel, tmp_path: Path) -> None:
    paths = {name: tmp_path / f"Night Bus - {name}.wav" for name in NAMES}
    rows = whole.lanes.rows
    assert rows["drums"].chip.paths == (paths["drums"],)
    assert whole.out.chip.paths == tuple(paths.values())
    whole.lanes.choose(["drums", "other"])
    assert rows["other"].chip.paths == (paths["other"], paths["drums"])
    assert rows["vocals"].chip.paths == (paths["vocals"],)
    assert whole.out.chip.paths == (paths["drums"], paths["other"])


def test_files_are_copied_and_shown(whole: StemsPanel, commands: Any, tmp_path: Path) -> None:
    whole.lanes.choose(["drums"])
    whole.out.copy.click()
    whole.out.folder.click()
    path = tmp_path / "Night Bus - drums.wav"
    assert commands.asked("copy_files") == [((path,),)]
    assert commands.asked("show_in_folder") == [(path,)]
    whole.lanes.rows["drums"].setFocus()
    press(whole, Qt.Key.Key_C, CTRL)
    assert commands.asked("copy_files")[-1] == ((path,),)


def test_a_file_that_vanished_is_said(whole: StemsPanel, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Night Bus - drums.wav").unlink()
    chip = whole.lanes.rows["drums"].chip
    with qtbot.waitSignal(session.problem) as said:
        qtbot.mousePress(chip, LEFT, pos=QPoint(14, 18))
        qtbot.mouseMove(chip, QPoint(80, 18))
    assert isinstance(said.args[0], Problem)


def test_stems_are_saved_beside_the_song_in_a_format(whole: StemsPanel, commands: Any) -> None:
    forms = [whole.out.form.itemData(place) for place in range(whole.out.form.count())]
    assert set(forms) == {"wav", "wav24", "flac", "mp3", "opus"}
    whole.out.form.setCurrentIndex(forms.index("flac"))
    whole.out.save.click()
    whole.lanes.choose(["drums"])
    assert whole.out.save.text() == "Save 1 beside the song"
    whole.out.save.click()
    assert commands.asked("save") == [("flac", ()), ("flac", ("drums",))]


def test_saving_is_followed(whole: StemsPanel, session: Session) -> None:
    folder = session.songs[0].folder
    whole.out.save.setFocus()
    session.stem_saving = StemSaving("working", folder, fraction=0.5)
    assert whole.out.copy.hasFocus()
    assert whole.out.saved.text() == "Saving … 50 %"
    assert not whole.out.save.isEnabled()
    session.stem_saving = StemSaving("done", folder, Path("music") / "Night Bus stems", 1.0)
    assert not whole.out.saved.isVisible()
    assert whole.out.save.isEnabled()


def test_light_and_dark_swap_while_lanes_are_shown(half: StemsPanel, theme: Theme, qapp: Any) -> None:
    before = half.grab().toImage()
    theme.use("light", qapp)
    assert half.grab().toImage() != before
    theme.use("dark", qapp)


def test_a_mix_that_is_known_is_shown_above(panel: StemsPanel, session: Session) -> None:
    open_song(session)
    assert not panel.lanes.mix.isVisible()
    session.stems = replace(session.stems, mix=peaks(100.0))
    assert panel.lanes.mix.isVisible()
