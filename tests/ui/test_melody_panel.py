from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.types import Key, Note, Take
from vocmatch_desktop.ui.melody_panel import MelodyPanel
from vocmatch_desktop.ui.melody_state import Curve, Melody, MelodyFiles
from vocmatch_desktop.ui.session import Playhead, Session
from vocmatch_desktop.ui.theme import Theme

TAKE = Take(Path("take"), "verse", "2026-01-01T00:00:00+00:00", 10.0, 48000, bpm=120.0, first_beat_s=0.5)
MELODY = Melody(
    "ready",
    TAKE.audio_path,
    10.0,
    (Note(1.0, 2.0, 60.0, 60, 80), Note(2.0, 3.0, 62.0, 62, 70)),
    Curve(np.arange(0, 10, 0.1), np.full(100, 60.0)),
    tuning=-0.12,
    key=Key(9, True),
)


@pytest.fixture
def panel(qtbot: QtBot, session: Session, commands: Any, theme: Theme) -> MelodyPanel:
    made = MelodyPanel(session, commands, theme)
    qtbot.addWidget(made)
    made.resize(1100, 420)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def shown(panel: MelodyPanel, session: Session) -> MelodyPanel:
    session.take = TAKE
    session.melody = MELODY
    return panel


def test_without_a_take_it_says_what_to_do(panel: MelodyPanel) -> None:
    assert panel.sentence.isVisible()
    assert "press r and sing" in panel.sentence.text().lower()
    assert not panel.tools.undo.isEnabled()
    assert not panel.controls.isEnabled()
    assert panel.midi.path is None


def test_while_it_listens_it_says_so(panel: MelodyPanel, session: Session) -> None:
    session.take = TAKE
    session.melody = Melody("listening", TAKE.audio_path, 10.0)
    assert panel.progress.isVisible()
    assert panel.sentence.text().startswith("Listening")


def test_what_could_not_be_heard_is_said_with_a_way_on(panel: MelodyPanel, session: Session, commands: Any) -> None:
    session.take = TAKE
    session.melody = Melody("failed", TAKE.audio_path, problem="The file is damaged.")
    assert panel.detail.text() == "The file is damaged."
    panel.again.click()
    assert commands.asked("listen_again") == [()]


def test_a_melody_shows_its_notes_its_key_and_its_tuning(shown: MelodyPanel) -> None:
    assert shown.roll.isVisible()
    assert shown.roll.notes == MELODY.notes
    assert shown.facts.text() == "Am (8A) · tuned −12 cents"
    assert shown.tools.words.text() == "2 notes"


def test_the_grid_of_the_take_is_drawn_and_kept_to(shown: MelodyPanel, session: Session) -> None:
    assert shown.roll.steps.grid.first_beat_s == 0.5
    assert shown.roll.steps.step_s is None
    session.melody_controls = Controls(quantize=0.25)
    assert shown.roll.steps.step_s == pytest.approx(0.125)


def test_edits_are_asked_for(shown: MelodyPanel, commands: Any) -> None:
    shown.roll.choose([1])
    assert shown.tools.words.text() == "D4 · 2.00–3.00 s · vel. 70"
    shown.tools.delete.click()
    assert commands.asked("edit") == [((MELODY.notes[0],), "deleted")]


def test_undo_and_redo_follow_what_can_be_undone(shown: MelodyPanel, session: Session, commands: Any) -> None:
    assert not shown.tools.undo.isEnabled()
    session.melody = replace(MELODY, can_undo=True, hand_made=True)
    shown.tools.undo.click()
    assert commands.asked("undo") == [()]
    assert not shown.tools.redo.isEnabled()
    assert shown.facts.text().endswith("edited by hand")


@pytest.mark.parametrize("name", ["voice", "piano", "both"])
def test_voice_piano_or_both_are_heard(shown: MelodyPanel, session: Session, commands: Any, name: str) -> None:
    shown.tools.hearing[name].click()
    assert commands.asked("hear") == [(name,)]
    session.hearing = name
    assert shown.tools.hearing[name].isChecked()


def test_knobs_ask_for_other_notes(shown: MelodyPanel, commands: Any) -> None:
    shown.controls.sensitivity.setValue(70)
    shown.controls.shortest.setValue(12)
    shown.controls.legato.setValue(40)
    asked = [controls for (controls,) in commands.asked("set_controls")]
    assert asked[0].sensitivity == 0.7
    assert asked[-1] == Controls(sensitivity=0.7, min_length_s=0.12, legato=0.4)


def test_lists_and_the_range_ask_too(shown: MelodyPanel, commands: Any) -> None:
    for combo, place in ((shown.controls.snap, 1), (shown.controls.quantize, 4)):
        combo.setCurrentIndex(place)
        combo.activated.emit(place)
    shown.controls.bend.click()
    shown.controls.low.setValue(130)
    shown.controls.high.setValue(48)
    asked = [controls for (controls,) in commands.asked("set_controls")]
    assert (asked[0].snap, asked[1].quantize) == ("soft", 0.25)
    assert asked[2].bend
    assert (asked[-1].low, asked[-1].high) == (48, 48)


def test_showing_knobs_asks_for_nothing(shown: MelodyPanel, session: Session, commands: Any) -> None:
    session.melody_controls = Controls(0.8, 0.2, "hard", Key(0, False), 0.5, 0.5, 40, 80, 0.5)
    assert commands.asked("set_controls") == []
    assert shown.controls.key.currentText() == "C"
    assert shown.controls.quantize.currentText() == "1/8"
    assert (shown.controls.low.text(), shown.controls.high.text()) == ("E2", "G♯5")


def test_the_key_that_was_heard_is_named(shown: MelodyPanel, session: Session) -> None:
    assert shown.controls.key.currentText() == "as heard: Am"
    assert not shown.controls.key.isEnabled()
    session.melody_controls = Controls(snap="soft")
    assert shown.controls.key.isEnabled()


def test_without_a_tempo_there_is_no_grid_to_choose(shown: MelodyPanel, session: Session) -> None:
    session.take = replace(TAKE, bpm=None, first_beat_s=None)
    assert not shown.controls.quantize.isEnabled()
    assert shown.roll.steps.grid is None


def test_files_can_be_taken_once_they_are_whole(
    shown: MelodyPanel, session: Session, commands: Any, sound: Path
) -> None:
    session.melody_files = MelodyFiles("working", fraction=0.4)
    assert shown.midi.path is None
    assert not any(button.isEnabled() for button, _, _ in shown.file_buttons)
    session.melody_files = MelodyFiles("ready", sound, sound, 0.5, 1.0)
    assert (shown.midi.path, shown.piano.path) == (sound, sound)
    shown.file_buttons[0][0].click()
    assert commands.asked("keep_file") == [(sound,)]
    assert commands.asked("copy_file") == [(sound,)]
    shown.file_buttons[3][0].click()
    assert commands.asked("show_in_folder") == [(sound,)]


def test_files_that_could_not_be_written_can_be_asked_for_again(
    shown: MelodyPanel, session: Session, commands: Any
) -> None:
    session.melody_files = MelodyFiles("failed", problem="The disk is full.")
    shown.midi.click()
    assert commands.asked("write_files") == [()]


def test_the_playhead_runs_over_the_notes(shown: MelodyPanel, session: Session) -> None:
    session.activity = "playing"
    shown.roll.zoom(8.0)
    session.playhead_moved.emit(Playhead(take_s=9.5))
    assert shown.roll.playhead_s == 9.5
    assert shown.roll.view.from_s < 9.5 < shown.roll.view.to_s


def test_scroll_bars_and_view_follow_each_other(shown: MelodyPanel) -> None:
    shown.tools.closer.click()
    assert shown.along.maximum() > 0
    shown.along.setValue(shown.along.maximum())
    assert shown.roll.view.to_s == pytest.approx(10.0, abs=1e-3)
    shown.upwards.setValue(shown.upwards.minimum())
    assert shown.roll.view.high == pytest.approx(119.0, abs=0.1)
    shown.tools.fit.click()
    assert shown.along.maximum() == shown.along.minimum() == 0


def test_a_second_window_only_looks(qtbot: QtBot, session: Session, commands: Any, theme: Theme) -> None:
    session.read_only = True
    panel = MelodyPanel(session, commands, theme)
    qtbot.addWidget(panel)
    session.take, session.melody = TAKE, MELODY
    panel.roll.choose([0])
    QTest.keyClick(panel.roll, Qt.Key.Key_Delete)
    assert commands.asked("edit") == []
    assert not panel.controls.isEnabled()
