"""The keys of the piano roll: what each does to the chosen notes, the view or the playhead."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from vocmatch_desktop.melody import edits

if TYPE_CHECKING:
    from vocmatch_desktop.ui.melody_roll import MelodyRoll

Press = tuple[Qt.KeyboardModifier, Qt.Key]

_PLAIN, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_MEANT = _SHIFT | _CTRL | _ALT

ZOOM = 1.5
SEEK_S = 0.25
VELOCITY_STEP = 4


class Keys:
    """Handles the keys of one roll."""

    def __init__(self, roll: MelodyRoll) -> None:
        self._roll = roll
        self._actions = self._table()

    def wants(self, event: QEvent) -> bool:
        """Whether a key means something here, so that it is no shortcut of the window."""
        return isinstance(event, QKeyEvent) and _press(event) in self._actions

    def press(self, event: QKeyEvent) -> bool:
        """Does what the key means; False where it means nothing here."""
        action = self._actions.get(_press(event))
        return action is not None and action() is not False

    def _table(self) -> dict[Press, Callable[[], object]]:
        roll, key = self._roll, Qt.Key
        return {
            (_PLAIN, key.Key_Left): lambda: self._sideways(-1),
            (_PLAIN, key.Key_Right): lambda: self._sideways(1),
            (_PLAIN, key.Key_Up): lambda: self._shift(semitones=1),
            (_PLAIN, key.Key_Down): lambda: self._shift(semitones=-1),
            (_SHIFT, key.Key_Up): lambda: self._shift(semitones=12),
            (_SHIFT, key.Key_Down): lambda: self._shift(semitones=-12),
            (_SHIFT, key.Key_Left): lambda: self._stretch(-1),
            (_SHIFT, key.Key_Right): lambda: self._stretch(1),
            (_ALT, key.Key_Up): lambda: self._strike(VELOCITY_STEP),
            (_ALT, key.Key_Down): lambda: self._strike(-VELOCITY_STEP),
            (_CTRL, key.Key_Left): lambda: self._choose_beside(-1),
            (_CTRL, key.Key_Right): lambda: self._choose_beside(1),
            (_CTRL, key.Key_A): lambda: roll.choose(range(len(roll.notes))),
            (_PLAIN, key.Key_Delete): self.delete,
            (_PLAIN, key.Key_Backspace): self.delete,
            (_PLAIN, key.Key_S): self.split,
            (_PLAIN, key.Key_J): self.join,
            (_PLAIN, key.Key_Plus): lambda: roll.zoom(ZOOM),
            (_SHIFT, key.Key_Plus): lambda: roll.zoom(ZOOM),
            (_PLAIN, key.Key_Equal): lambda: roll.zoom(ZOOM),
            (_PLAIN, key.Key_Minus): lambda: roll.zoom(1 / ZOOM),
            (_PLAIN, key.Key_0): roll.fit,
            (_PLAIN, key.Key_Home): lambda: roll.seek_requested.emit(0.0),
            (_PLAIN, key.Key_Escape): self._let_go,
        }

    def split(self) -> None:
        """Cuts at the playhead: the chosen notes that sound there, or whatever does."""
        roll = self._roll
        if roll.playhead_s is not None:
            meant = roll.chosen or range(len(roll.notes))
            cut = edits.split(roll.notes, meant, roll.playhead_s)
            if cut.notes != roll.notes:
                roll.commit(cut, "split")

    def join(self) -> None:
        """Joins the chosen notes, or the chosen one with the next."""
        if self._roll.chosen:
            self._roll.commit(edits.joined(self._roll.notes, self._roll.chosen), "joined")

    def delete(self) -> None:
        """Takes the chosen notes away."""
        if self._roll.chosen:
            self._roll.commit(edits.deleted(self._roll.notes, self._roll.chosen), "deleted")

    def _sideways(self, direction: int) -> None:
        """Nudges what is chosen, or moves the playhead where nothing is."""
        roll = self._roll
        if roll.chosen:
            seconds = direction * roll.steps.nudge_s
            roll.commit(edits.moved(roll.notes, roll.chosen, seconds=seconds, end_s=roll.melody.duration_s), "moved")
        else:
            here = (roll.playhead_s or 0.0) + direction * SEEK_S
            roll.seek_requested.emit(min(max(0.0, here), roll.melody.duration_s))

    def _shift(self, semitones: int) -> None:
        roll = self._roll
        if roll.chosen:
            roll.commit(edits.moved(roll.notes, roll.chosen, semitones=semitones), "moved")

    def _stretch(self, direction: int) -> None:
        roll = self._roll
        seconds = direction * roll.steps.nudge_s
        roll.commit(edits.stretched(roll.notes, roll.chosen, "end", seconds, roll.melody.duration_s), "stretched")

    def _strike(self, change: int) -> None:
        self._roll.commit(edits.struck(self._roll.notes, self._roll.chosen, change), "velocity")

    def _choose_beside(self, direction: int) -> None:
        roll = self._roll
        if not roll.notes:
            return
        if roll.chosen:
            index = (max(roll.chosen) if direction > 0 else min(roll.chosen)) + direction
        else:
            index = 0 if direction > 0 else len(roll.notes) - 1
        index = min(max(index, 0), len(roll.notes) - 1)
        roll.choose([index])
        roll.show_note(roll.notes[index])

    def _let_go(self) -> bool:
        """Puts a drag back, else drops the choice; with neither the key is the window's."""
        if self._roll.cancel_drag():
            return True
        had = bool(self._roll.chosen)
        self._roll.choose(())
        return had


def _press(event: QKeyEvent) -> Press:
    return event.modifiers() & _MEANT, Qt.Key(event.key())
