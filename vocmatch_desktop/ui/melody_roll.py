"""The piano roll: the notes of a take over what was sung, edited by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from vocmatch_desktop.melody import edits
from vocmatch_desktop.melody.edits import Edited
from vocmatch_desktop.ui import melody_hand as hand
from vocmatch_desktop.ui.melody_canvas import Canvas, Hit, hit, inside
from vocmatch_desktop.ui.melody_hand import Grip, Steps
from vocmatch_desktop.ui.melody_keys import Keys
from vocmatch_desktop.ui.melody_sheet import MelodySheet
from vocmatch_desktop.ui.melody_state import Melody
from vocmatch_desktop.ui.theme import Theme

Tool = Literal["select", "draw"]

CLICK_PX = 3.0


class MelodyRoll(MelodySheet):
    """A sheet under the hand: every edit is asked for by `edited`, the playhead by `seek_requested`."""

    edited = Signal(object, str)  # Notes, a stable name of the edit
    seek_requested = Signal(float)
    chosen_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._grip: Grip | None = None
        self._band_keeps: frozenset[int] = frozenset()
        self._scrubbing = False
        self._panned_from: tuple[float, float, Canvas] | None = None
        self.tool: Tool = "select"
        self.read_only = False
        self._keys = Keys(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Piano roll of the melody"))

    def show_melody(self, melody: Melody) -> None:
        """Shows another state; what was being dragged is let go."""
        self._grip = None
        super().show_melody(melody)
        self.chosen_changed.emit()

    def set_playhead(self, take_s: float | None, follow: bool = False) -> None:
        """Moves the playhead; the page is not turned under a hand that drags."""
        super().set_playhead(take_s, follow and self._grip is None and self._band is None)

    def hit(self, x: float, y: float) -> Hit | None:
        """The note under a place of the roll."""
        view = self._view
        if not (view.left <= x < view.right and view.top <= y < view.bottom):
            return None
        return hit(self._notes, view, x, y)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of a note, an edge, a rubber band, the pencil or the playhead."""
        x, y = event.position().x(), event.position().y()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_from = (x, y, self._view)
        elif event.button() != Qt.MouseButton.LeftButton or self.melody.phase != "ready":
            return
        elif y < self._view.top or y >= self._view.bottom:
            self._scrubbing = True
            self._seek(x)
        elif x >= self._view.left:
            self._take_hold(x, y, event.modifiers())

    def _take_hold(self, x: float, y: float, modifiers: Qt.KeyboardModifier) -> None:
        found = self.hit(x, y)
        adds = bool(modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if found is None and self.tool == "draw" and not self.read_only:
            self._begin(hand.draw(self._notes, x, y), x, y)
        elif found is None:
            self._band, self._band_keeps = (x, y, x, y), self._chosen if adds else frozenset()
            self._choose(self._band_keeps)
        else:
            if modifiers & Qt.KeyboardModifier.ShiftModifier:
                self._choose(self._chosen ^ {found.index})
            elif found.index not in self._chosen:
                self._choose(frozenset({found.index}) | (self._chosen if adds else frozenset()))
            if not self.read_only and found.index in self._chosen:
                velocity = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
                self._grip = hand.grip(self._notes, self._chosen, found, x, y, velocity)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Splits the note under the pointer there, or draws one where there is none (drag on to make it longer)."""
        x, y = event.position().x(), event.position().y()
        if event.button() != Qt.MouseButton.LeftButton or self.melody.phase != "ready" or self.read_only:
            return
        if not (self._view.top <= y < self._view.bottom and x >= self._view.left):
            return
        found = self.hit(x, y)
        if found is not None:
            self._grip = None
            self.commit(edits.split(self.melody.notes, [found.index], self._view.time(x)), "split")
        else:
            self._band = None
            self._begin(hand.draw(self._notes, x, y), x, y)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags what is held; else shows what a press would take hold of."""
        x, y = event.position().x(), event.position().y()
        if self._panned_from is not None:
            from_x, from_y, view = self._panned_from
            self._look(view.scrolled((from_x - x) / view.px_per_s, (y - from_y) / view.row_px))
        elif self._grip is not None:
            self._preview(x, y, free=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        elif self._band is not None:
            self._band = (*self._band[:2], x, y)
            self._choose(self._band_keeps | inside(self._notes, self._view, self._band[:2], (x, y)))
            self.update()
        elif self._scrubbing:
            self._seek(x)
        else:
            self._show_cursor(x, y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go: what was dragged stays there, a click on nothing moves the playhead."""
        x, y = event.position().x(), event.position().y()
        if self._grip is not None:
            self._let_go()
        elif self._band is not None:
            clicked = max(abs(x - self._band[0]), abs(y - self._band[1])) < CLICK_PX
            self._band = None
            self.update()
            if clicked:
                self._seek(x)
        self._scrubbing, self._panned_from = False, None

    def _begin(self, held: Grip, x: float, y: float) -> None:
        self._grip = held
        self._preview(x, y)

    def _preview(self, x: float, y: float, free: bool = False) -> None:
        assert self._grip is not None
        steps = Steps(self._steps.grid) if free else self._steps
        result = hand.follow(self._grip, self._view, x, y, steps)
        if self._grip.kind != "draw" and result.notes == self._grip.notes:
            result = Edited(self._grip.notes, self._grip.chosen)
        self._notes = result.notes
        self._choose(result.chosen)
        self.update()

    def _let_go(self) -> None:
        held, self._grip = self._grip, None
        assert held is not None
        names = {"move": "moved", "start": "stretched", "end": "stretched", "draw": "drawn", "velocity": "velocity"}
        if self._notes != self.melody.notes:
            self.edited.emit(self._notes, names[held.kind])

    def cancel_drag(self) -> bool:
        """Puts what is being dragged back; False where nothing was."""
        if self._grip is None and self._band is None:
            return False
        self._grip, self._band = None, None
        self._notes = self.melody.notes
        self._choose(frozenset(index for index in self._chosen if index < len(self._notes)))
        self.update()
        return True

    def commit(self, result: Edited, what: str) -> None:
        """Asks for an edit and keeps what it touched chosen."""
        if self.read_only or self.melody.phase != "ready":
            return
        changed = result.notes != self.melody.notes
        self._notes = result.notes
        self._choose(result.chosen)
        self.update()
        if changed:
            self.edited.emit(result.notes, what)

    def choose(self, chosen: Iterable[int]) -> None:
        """Chooses notes; numbers that no note has are passed over."""
        self._choose(frozenset(index for index in chosen if 0 <= index < len(self._notes)))

    def _choose(self, chosen: frozenset[int]) -> None:
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()
        self.chosen_changed.emit()

    def _seek(self, x: float) -> None:
        self.seek_requested.emit(min(max(0.0, self._view.time(x)), self.melody.duration_s))

    def _show_cursor(self, x: float, y: float) -> None:
        editable = not self.read_only and self.melody.phase == "ready" and x >= self._view.left
        shape = hand.cursor(self.hit(x, y), self.tool == "draw" and self._view.top <= y < self._view.bottom, editable)
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def event(self, event: QEvent) -> bool:
        """Keys that mean something here do not reach the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and self._keys.wants(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Delete and the rest, as `melody_keys` has them."""
        if not self._keys.press(event):
            super().keyPressEvent(event)
