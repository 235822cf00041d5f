"""A sheet with a melody on it: seconds to the right, keys upwards; can be scrolled, zoomed and followed, not edited."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vocmatch_desktop.melody.edits import Notes
from vocmatch_desktop.types import Note
from vocmatch_desktop.ui import melody_paint as paint
from vocmatch_desktop.ui.melody_canvas import Canvas
from vocmatch_desktop.ui.melody_hand import Steps
from vocmatch_desktop.ui.melody_paint import KEYS_PX, RULER_PX, WAVE_PX
from vocmatch_desktop.ui.melody_state import Melody
from vocmatch_desktop.ui.theme import SMALL_PX, Theme

ZOOM_STEP = 1.25
WHEEL_NOTCH = 120.0
SCROLLED_KEYS = 3.0
SCROLLED_SHARE = 0.15
LIVE_SPAN_S, LIVE_PLACE = 12.0, 0.86
"""How much of a take being sung is shown, and where in it the newest sound stands."""
LIVE_ROOM_KEYS = 9.0
EMPTY = QT_TRANSLATE_NOOP("MelodySheet", "No notes were heard. Raise the sensitivity, or double-click to draw them.")


class MelodySheet(QWidget):
    """Shows a `Melody`; `view_changed` tells that another part of it is on screen."""

    view_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._inks = theme, paint.Inks.of(theme)
        self.melody = Melody()
        self._view = Canvas(0, 10, 48, 72, KEYS_PX, RULER_PX, 100, 100, 10)
        self._notes: Notes = ()
        self._chosen: frozenset[int] = frozenset()
        self._steps = Steps()
        self._band: tuple[float, float, float, float] | None = None
        self._playhead_s: float | None = None
        self._ground, self._curve = QPixmap(), QPixmap()
        self._stale = True
        self._keyboard: tuple[object, QPixmap] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 160)
        theme.changed.connect(self._use_theme)

    def sizeHint(self) -> QSize:
        """Wide and as tall as there is room."""
        return QSize(900, 420)

    # What is shown

    @property
    def view(self) -> Canvas:
        """The part of the take that is on screen."""
        return self._view

    @property
    def notes(self) -> Notes:
        """The notes as they are shown: while something is dragged, where it would land."""
        return self._notes

    @property
    def chosen(self) -> frozenset[int]:
        """Indices of the chosen notes."""
        return self._chosen

    @property
    def chosen_notes(self) -> tuple[Note, ...]:
        """The chosen notes, in order."""
        return tuple(self._notes[index] for index in sorted(self._chosen))

    @property
    def steps(self) -> Steps:
        """What edits keep to."""
        return self._steps

    @property
    def playhead_s(self) -> float | None:
        """Where the sound is."""
        return self._playhead_s

    def show_melody(self, melody: Melody) -> None:
        """Shows another state; a new take is fitted into the view, an edited one keeps it."""
        before, self.melody = self.melody, melody
        held = frozenset(self.chosen_notes)
        self._notes = melody.notes
        self._chosen = frozenset(index for index, note in enumerate(self._notes) if note in held)
        if melody.phase == "live":
            self._follow_voice(melody.duration_s, widen=bool(before.notes))
        elif (melody.audio, melody.duration_s) != (before.audio, before.duration_s):
            self._playhead_s = None
            self.fit()
        elif melody.curve is not None and before.curve is None:
            self.fit()
        if melody.curve is not before.curve or melody.peaks is not before.peaks or melody.audio != before.audio:
            self._stale = True
        self.update()

    def set_steps(self, steps: Steps) -> None:
        """The pulse that is drawn, and the lines that edits keep to."""
        if steps.grid != self._steps.grid:
            self._stale = True
        self._steps = steps
        self.update()

    def set_playhead(self, take_s: float | None, follow: bool = False) -> None:
        """Moves the playhead; `follow` turns the page when it leaves the view."""
        if take_s == self._playhead_s:
            return
        if follow and take_s is not None:
            self._look(self._view.showing(take_s))
        for time_s in (self._playhead_s, take_s):
            if time_s is not None:
                self.update(QRect(round(self._view.x(time_s)) - 3, 0, 8, self.height()))
        self._playhead_s = take_s

    # The view

    def fit(self) -> None:
        """All of the take, and the keys that were sung."""
        pitches = [float(note.number) for note in self._notes]
        if self.melody.curve is not None and len(self.melody.curve.pitch):
            sung = self.melody.curve.pitch[np.isfinite(self.melody.curve.pitch)]
            if len(sung) and not pitches:
                pitches += [float(value) for value in np.percentile(sung, (2, 98))]
        self._look(self._placed().fitted(pitches))

    def _follow_voice(self, now_s: float, widen: bool) -> None:
        """While a take is sung: its newest seconds, and every key it used."""
        from_s = max(0.0, now_s - LIVE_PLACE * LIVE_SPAN_S)
        view, numbers = self._placed(), [note.number for note in self._notes]
        low, high = min(numbers, default=60) - LIVE_ROOM_KEYS, max(numbers, default=60) + LIVE_ROOM_KEYS
        if widen:  # a view that jumps with every note cannot be read
            low, high = min(low, view.low), max(high, view.high)
        end_s = from_s + LIVE_SPAN_S
        self._look(replace(view, from_s=from_s, to_s=end_s, duration_s=end_s, low=low, high=high))

    def zoom(self, factor: float) -> None:
        """Closer or further in time, around the playhead where it is in sight."""
        at_x = (self._view.left + self._view.right) / 2
        if self._playhead_s is not None and self._view.from_s <= self._playhead_s <= self._view.to_s:
            at_x = self._view.x(self._playhead_s)
        self._look(self._view.zoomed(factor, at_x))

    def look(self, from_s: float | None = None, low: float | None = None) -> None:
        """Scrolls to a first moment or a lowest key."""
        seconds = 0.0 if from_s is None else from_s - self._view.from_s
        self._look(self._view.scrolled(seconds, 0.0 if low is None else low - self._view.low))

    def show_note(self, note: Note) -> None:
        """Brings a note into sight."""
        view = self._view
        if not view.from_s <= note.onset_s < view.to_s:
            view = view.showing(note.onset_s)
        if not view.low + 0.5 <= note.number <= view.high - 0.5:
            view = view.scrolled(keys=note.number - (view.low + view.high) / 2)
        self._look(view)

    def _look(self, view: Canvas) -> None:
        if view != self._view:
            self._view = view
            self._stale = True
            self.update()
            self.view_changed.emit()

    def _placed(self) -> Canvas:
        view = self._view
        if view.duration_s != self.melody.duration_s and self.melody.duration_s > 0:
            view = Canvas(0, self.melody.duration_s, view.low, view.high, 0, 0, 1, 1, self.melody.duration_s)
        return view.placed(KEYS_PX, RULER_PX, self.width() - KEYS_PX, self.height() - RULER_PX - WAVE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The view keeps its part of the take."""
        self._stale = True
        self._view = self._placed()
        self.view_changed.emit()

    def _use_theme(self) -> None:
        self._inks = paint.Inks.of(self._theme)
        self._stale = True
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Kept pictures, the notes, and the marks over them."""
        self._renew_pictures()
        area = event.rect()
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._ground)
            painter.setFont(self._theme.font(SMALL_PX))
            paint.paint_notes(painter, self._view, self._notes, self._chosen, self._inks, area)
            if self.melody.curve is not None:
                painter.drawPixmap(0, 0, self._curve)
            if self.melody.phase == "ready" and not self._notes:
                paint.paint_words(painter, self._view, self.tr(EMPTY), self._theme)
            paint.paint_marks(painter, self._view, self._band, self._playhead_s, self._inks)
            painter.drawPixmap(0, 0, self._kept_keyboard())
            if self.hasFocus():
                painter.setPen(self._theme.color("melody"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _renew_pictures(self) -> None:
        """Paints what lies under and over the notes anew, on the same paper where it still fits: new memory is slow."""
        ratio = self.devicePixelRatioF()
        if (self._ground.devicePixelRatio(), self._ground.size()) != (ratio, self.size() * ratio):
            self._ground, self._curve = paint.paper(self.size(), ratio), paint.paper(self.size(), ratio)
            self._stale = True
        if self._stale:
            paint.ground(self._ground, self._view, self.melody, self._steps.grid, self._theme)
            paint.curve(self._curve, self._view, self.melody.curve, self._theme)
            self._stale = False

    def _kept_keyboard(self) -> QPixmap:
        """It stays while only the time is scrolled or zoomed."""
        shown = (self._view.low, self._view.high, self.height(), self.devicePixelRatioF(), self._theme.name)
        if self._keyboard is None or self._keyboard[0] != shown:
            made = paint.keyboard(self._view, self.height(), self._theme, self.devicePixelRatioF())
            self._keyboard = (shown, made)
        return self._keyboard[1]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls; with Ctrl (or over the ruler) zooms in time, with Ctrl and Shift (or over the keys) in pitch."""
        place, turn = event.position(), event.angleDelta()
        notches = (turn.y() or turn.x()) / WHEEL_NOTCH
        factor = ZOOM_STEP**notches
        modifiers = event.modifiers()
        ctrl = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if (ctrl and shift) or (place.x() < self._view.left and not ctrl):
            self._look(self._view.stretched(factor, place.y()))
        elif ctrl or place.y() < self._view.top or place.y() >= self._view.bottom:
            self._look(self._view.zoomed(factor, place.x()))
        elif shift or abs(turn.x()) > abs(turn.y()):
            self._look(self._view.scrolled(-notches * SCROLLED_SHARE * (self._view.to_s - self._view.from_s)))
        else:
            self._look(self._view.scrolled(keys=notches * SCROLLED_KEYS))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinching zooms."""
        zooms = isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        if zooms:
            self._look(self._view.zoomed(1 + event.value(), event.position().x()))
        return zooms or super().event(event)
