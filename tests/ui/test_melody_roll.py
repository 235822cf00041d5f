"""The piano roll under a real mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.types import Note
from vocmatch_desktop.ui import melody_sheet
from vocmatch_desktop.ui.melody_hand import Steps
from vocmatch_desktop.ui.melody_roll import MelodyRoll
from vocmatch_desktop.ui.melody_state import Curve, Melody
from vocmatch_desktop.ui.melody_wave import Peaks
from vocmatch_desktop.ui.theme import Theme
from vocmatch_desktop.ui.timeline import Grid

MELODY = (Note(1.0, 2.0, 60.0, 60, 80), Note(2.0, 3.0, 62.0, 62, 70), Note(4.0, 5.0, 64.0, 64, 90))
TIMES = np.arange(0, 10, 0.008)
CURVE = Curve(TIMES, np.where((TIMES > 1) & (TIMES < 5), 60 + np.sin(TIMES), np.nan))
PEAKS = Peaks(np.ones(4000, np.float32), 0.0025)
LEFT, SHIFT, CTRL, ALT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class Hand:
    """Presses, moves and releases as a person does, and takes edits over as the window does."""

    def __init__(self, roll: MelodyRoll) -> None:
        self.roll = roll
        self.edits: list[str] = []
        roll.edited.connect(self._take_over)

    def _take_over(self, notes: Notes, what: str) -> None:
        self.edits.append(what)
        self.roll.show_melody(melody(notes))

    def at(self, time_s: float, key: float) -> QPoint:
        return QPointF(self.roll.view.x(time_s), self.roll.view.y(key)).toPoint()

    def drag(self, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mousePress(self.roll, LEFT, modifiers, start)
        for step in range(1, 6):
            between = start + (end - start) * step / 5
            send_move(self.roll, between, modifiers)
        QTest.mouseRelease(self.roll, LEFT, modifiers, end)

    def click(self, place: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.roll, LEFT, modifiers, place)

    @property
    def notes(self) -> Notes:
        return self.roll.notes


def send_move(roll: MelodyRoll, place: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """QTest.mouseMove knows neither buttons nor keys that are held."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    where = QPointF(place)
    event = QMouseEvent(QEvent.Type.MouseMove, where, roll.mapToGlobal(where), Qt.MouseButton.NoButton, LEFT, modifiers)
    QApplication.sendEvent(roll, event)


def melody(notes: Notes = MELODY) -> Melody:
    return Melody("ready", Path("take.wav"), 10.0, notes, CURVE, PEAKS)


@pytest.fixture
def roll(qtbot: QtBot, theme: Theme) -> MelodyRoll:
    made = MelodyRoll(theme)
    qtbot.addWidget(made)
    made.resize(1046, 480)
    made.show_melody(melody())
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def hand(roll: MelodyRoll) -> Hand:
    return Hand(roll)


def test_a_note_is_chosen_and_a_click_on_nothing_drops_it_and_moves_the_playhead(
    hand: Hand, roll: MelodyRoll, qtbot: QtBot
) -> None:
    hand.click(hand.at(1.5, 60))
    assert roll.chosen == {0}
    with qtbot.waitSignal(roll.seek_requested) as sought:
        hand.click(hand.at(6.0, 66))
    assert sought.args[0] == pytest.approx(6.0, abs=0.02)
    assert roll.chosen == frozenset()
    assert hand.edits == []


def test_dragging_moves_a_note_in_time_and_pitch(hand: Hand, roll: MelodyRoll) -> None:
    hand.drag(hand.at(1.5, 60), hand.at(3.5, 65))
    moved = roll.notes[1]
    assert hand.edits == ["moved"]
    assert (moved.number, moved.pitch) == (65, 65.0)
    assert moved.onset_s == pytest.approx(3.0, abs=0.02)
    assert moved.offset_s - moved.onset_s == pytest.approx(1.0)
    assert roll.chosen_notes == (moved,)


def test_a_drag_straight_up_does_not_slip_in_time(hand: Hand, roll: MelodyRoll) -> None:
    start = hand.at(1.5, 60)
    hand.drag(start, QPoint(start.x() + 2, hand.at(1.5, 67).y()))
    assert roll.notes[0] == Note(1.0, 2.0, 67.0, 67, 80)


def test_a_chosen_group_moves_together(hand: Hand, roll: MelodyRoll) -> None:
    hand.click(hand.at(1.5, 60))
    hand.click(hand.at(2.5, 62), SHIFT)
    hand.drag(hand.at(1.5, 60), hand.at(1.5, 63))
    assert [note.number for note in roll.notes] == [63, 65, 64]


def test_edges_are_stretched(hand: Hand, roll: MelodyRoll) -> None:
    right = QPoint(hand.at(5.0, 64).x() - 2, hand.at(5.0, 64).y())
    hand.drag(right, hand.at(6.0, 64))
    left = QPoint(hand.at(1.0, 60).x() + 1, hand.at(1.0, 60).y())
    hand.drag(left, hand.at(0.5, 60))
    assert hand.edits == ["stretched", "stretched"]
    assert roll.notes[2].offset_s == pytest.approx(6.0, abs=0.04)
    assert roll.notes[0].onset_s == pytest.approx(0.5, abs=0.04)


def test_a_double_click_splits_a_note_there(hand: Hand, roll: MelodyRoll) -> None:
    hand.click(hand.at(1.4, 60))
    QTest.mouseDClick(roll, LEFT, Qt.KeyboardModifier.NoModifier, hand.at(1.4, 60))
    assert hand.edits == ["split"]
    assert roll.notes[0].offset_s == roll.notes[1].onset_s == pytest.approx(1.4, abs=0.02)


def test_a_double_click_on_nothing_draws_a_note(hand: Hand, roll: MelodyRoll) -> None:
    place = hand.at(7.0, 58)
    hand.click(place)
    QTest.mouseDClick(roll, LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseRelease(roll, LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert hand.edits == ["drawn"]
    assert roll.notes[3].number == 58
    assert roll.notes[3].onset_s == pytest.approx(7.0, abs=0.02)
    assert roll.chosen == {3}


def test_the_pencil_draws_as_long_as_it_is_dragged(hand: Hand, roll: MelodyRoll) -> None:
    roll.tool = "draw"
    hand.drag(hand.at(6.0, 67), hand.at(8.0, 67))
    drawn = roll.notes[3]
    assert (drawn.number, hand.edits) == (67, ["drawn"])
    assert drawn.offset_s - drawn.onset_s == pytest.approx(2.0, abs=0.03)


def test_with_a_grid_edits_keep_to_it_and_alt_sets_them_free(hand: Hand, roll: MelodyRoll) -> None:
    roll.set_steps(Steps(Grid(120.0, 0.1), 0.5))
    hand.drag(hand.at(1.5, 60), hand.at(2.07, 60))
    assert roll.notes[0].onset_s == pytest.approx(1.6)
    hand.drag(hand.at(2.1, 60), hand.at(2.17, 60), ALT)
    assert roll.notes[0].onset_s == pytest.approx(1.67, abs=0.02)
    roll.tool = "draw"
    hand.drag(hand.at(6.2, 70), hand.at(6.9, 70))
    assert (roll.notes[-1].onset_s, roll.notes[-1].offset_s) == (pytest.approx(6.1), pytest.approx(6.85))


def test_ctrl_and_a_drag_upwards_make_a_note_louder(hand: Hand, roll: MelodyRoll) -> None:
    start = hand.at(1.5, 60)
    hand.drag(start, QPoint(start.x(), start.y() - 20), CTRL)
    assert hand.edits == ["velocity"]
    assert roll.notes[0] == Note(1.0, 2.0, 60.0, 60, 95)


def test_a_rubber_band_chooses(hand: Hand, roll: MelodyRoll) -> None:
    hand.drag(hand.at(0.5, 58.6), hand.at(2.2, 62.4))
    assert roll.chosen == {0, 1}
    hand.drag(hand.at(3.8, 66), hand.at(4.2, 63), SHIFT)
    assert roll.chosen == {0, 1, 2}
    assert hand.edits == []


def press(roll: MelodyRoll, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(roll, key, modifiers)


def test_arrows_nudge_what_is_chosen(hand: Hand, roll: MelodyRoll) -> None:
    hand.click(hand.at(1.5, 60))
    press(roll, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Right)
    assert roll.notes[0] == Note(1.01, 2.01, 62.0, 62, 80)
    press(roll, Qt.Key.Key_Down, modifiers=SHIFT)
    assert roll.notes[0].number == 50
    press(roll, Qt.Key.Key_Right, modifiers=SHIFT)
    assert roll.notes[0].offset_s == pytest.approx(2.02)
    press(roll, Qt.Key.Key_Up, modifiers=ALT)
    assert roll.notes[0].velocity == 84


def test_without_a_choice_arrows_move_the_playhead(roll: MelodyRoll, qtbot: QtBot) -> None:
    roll.set_playhead(3.0)
    with qtbot.waitSignal(roll.seek_requested) as sought:
        press(roll, Qt.Key.Key_Right)
    assert sought.args == [3.25]


def test_keys_delete_join_split_and_choose(hand: Hand, roll: MelodyRoll) -> None:
    hand.click(hand.at(1.5, 60))
    press(roll, Qt.Key.Key_J)
    assert [(note.onset_s, note.offset_s) for note in roll.notes] == [(1.0, 3.0), (4.0, 5.0)]
    roll.set_playhead(2.5)
    press(roll, Qt.Key.Key_S)
    assert len(roll.notes) == 3
    press(roll, Qt.Key.Key_A, modifiers=CTRL)
    assert roll.chosen == {0, 1, 2}
    press(roll, Qt.Key.Key_Delete)
    assert roll.notes == ()
    assert hand.edits == ["joined", "split", "deleted"]


def test_ctrl_and_arrows_walk_from_note_to_note(roll: MelodyRoll) -> None:
    press(roll, Qt.Key.Key_Right, modifiers=CTRL)
    assert roll.chosen == {0}
    press(roll, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, modifiers=CTRL)
    assert roll.chosen == {2}
    press(roll, Qt.Key.Key_Left, modifiers=CTRL)
    assert roll.chosen == {1}


def test_escape_puts_a_drag_back(hand: Hand, roll: MelodyRoll) -> None:
    QTest.mousePress(roll, LEFT, Qt.KeyboardModifier.NoModifier, hand.at(1.5, 60))
    send_move(roll, hand.at(6.0, 70), Qt.KeyboardModifier.NoModifier)
    assert roll.notes != MELODY
    press(roll, Qt.Key.Key_Escape)
    QTest.mouseRelease(roll, LEFT, Qt.KeyboardModifier.NoModifier, hand.at(6.0, 70))
    assert roll.notes == MELODY
    assert hand.edits == []


def test_what_must_not_be_changed_can_be_looked_at(hand: Hand, roll: MelodyRoll) -> None:
    roll.read_only = True
    hand.drag(hand.at(1.5, 60), hand.at(3.5, 65))
    press(roll, Qt.Key.Key_Delete)
    QTest.mouseDClick(roll, LEFT, Qt.KeyboardModifier.NoModifier, hand.at(7.0, 58))
    assert hand.edits == []
    assert roll.notes == MELODY


def wheel(roll: MelodyRoll, place: QPoint, turn: int, modifiers: Qt.KeyboardModifier) -> None:
    where = QPointF(place)
    event = QWheelEvent(
        where,
        roll.mapToGlobal(where),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(roll, event)


def test_the_wheel_zooms_where_it_points_and_scrolls(hand: Hand, roll: MelodyRoll) -> None:
    place = hand.at(4.0, 64)
    wheel(roll, place, 240, CTRL)
    assert roll.view.to_s - roll.view.from_s == pytest.approx(10.0 / 1.25**2)
    assert roll.view.x(4.0) == pytest.approx(place.x(), abs=1.0)
    before = roll.view
    wheel(roll, place, -120, SHIFT)
    assert roll.view.from_s > before.from_s
    wheel(roll, place, 120, Qt.KeyboardModifier.NoModifier)
    assert roll.view.low > before.low
    wheel(roll, place, 120, CTRL | SHIFT)
    assert roll.view.high - roll.view.low < before.high - before.low
    press(roll, Qt.Key.Key_0)
    assert (roll.view.from_s, roll.view.to_s) == (0.0, 10.0)


def test_plus_and_minus_zoom_around_the_playhead(roll: MelodyRoll) -> None:
    roll.set_playhead(8.0)
    press(roll, Qt.Key.Key_Plus, Qt.Key.Key_Plus)
    assert roll.view.from_s < 8.0 < roll.view.to_s
    assert roll.view.to_s - roll.view.from_s == pytest.approx(10 / 1.5**2)
    press(roll, Qt.Key.Key_Minus, Qt.Key.Key_Minus)
    assert roll.view.to_s - roll.view.from_s == pytest.approx(10)


def test_the_ruler_scrubs(hand: Hand, roll: MelodyRoll) -> None:
    sought: list[float] = []
    roll.seek_requested.connect(sought.append)
    hand.drag(QPoint(hand.at(2.0, 60).x(), 5), QPoint(hand.at(3.0, 60).x(), 5))
    assert sought[0] == pytest.approx(2.0, abs=0.02)
    assert sought[-1] == pytest.approx(3.0, abs=0.02)


def test_an_edited_melody_keeps_the_view_and_a_new_take_is_fitted(roll: MelodyRoll) -> None:
    roll.zoom(2.0)
    view = roll.view
    roll.show_melody(melody(MELODY[:2]))
    assert roll.view == view
    roll.show_melody(Melody("ready", Path("other.wav"), 30.0, MELODY, CURVE, PEAKS))
    assert (roll.view.from_s, roll.view.to_s) == (0.0, 30.0)


def test_notes_being_sung_scroll_by(roll: MelodyRoll) -> None:
    roll.show_melody(Melody("live"))
    roll.show_melody(Melody("live", duration_s=30.0, notes=MELODY, curve=CURVE))
    assert roll.view.from_s < 30.0 < roll.view.to_s
    roll.grab()
    roll.show_melody(Melody())
    roll.show_melody(melody())
    assert (roll.view.from_s, roll.view.to_s) == (0.0, 10.0)


@pytest.mark.parametrize("shown", [Melody(), Melody("ready", Path("a"), 0.0), melody(()), Melody("live")])
def test_anything_can_be_painted(roll: MelodyRoll, shown: Melody) -> None:
    roll.show_melody(shown)
    roll.set_playhead(0.5, follow=True)
    assert not roll.grab().isNull()


def test_the_ground_is_painted_once_for_a_view(roll: MelodyRoll, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    real = melody_sheet.paint.ground
    monkeypatch.setattr(melody_sheet.paint, "ground", lambda *given: (painted.append(1), real(*given)))
    roll.zoom(2.0)
    for take_s in (1.0, 2.0, 3.0):
        roll.set_playhead(take_s)
        roll.grab()
    assert len(painted) == 1


def test_notes_are_seen_where_they_sound(hand: Hand, roll: MelodyRoll, theme: Theme) -> None:
    picture = roll.grab().toImage()
    beside = picture.pixelColor(hand.at(6.0, 60))
    assert picture.pixelColor(hand.at(4.5, 63.8)) != beside
