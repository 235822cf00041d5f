"""The voice as a picture: scrolling while it is sung, whole once it is a take; bar grid, pitch and playhead over it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vocmatch_desktop.types import Note, PitchTrack, Selection
from vocmatch_desktop.ui.commands import TransportCommands
from vocmatch_desktop.ui.pitch_overlay import PitchLine
from vocmatch_desktop.ui.session import Playhead, Session
from vocmatch_desktop.ui.spectrogram import LEVEL_ROWS, Columns, SpectrogramRing, SpectrumStream, picture
from vocmatch_desktop.ui.theme import DARK, SMALL_PX, Theme
from vocmatch_desktop.ui.timeline import INK, Axis, Grid, note_strip, paint_bars, paint_notes

COLUMNS_PER_S = 60
"""One new column a frame at 60 frames a second."""
PLAYHEAD_PLACE = 0.86
"""Where the newest sound stands once the picture scrolls, as a part of the width."""
FINAL_FRAMES_S = 0.05
"""Pitch younger than this may still be corrected and is painted anew every frame."""
LEAST_SELECTION_S = 0.25
GRAB_PX = 6
NUDGE_S = 0.25


class LiveView(QWidget):
    """Shows either the take being sung (`begin`, `feed`, `put_pitch`) or a finished one (`show_take`)."""

    def __init__(
        self, session: Session, commands: TransportCommands, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self._font = theme.font(SMALL_PX)
        self._grid: Grid | None = None
        self._line = PitchLine()
        self._notes: tuple[Note, ...] = ()
        self._ring = SpectrogramRing(1, 60)
        self._stream: SpectrumStream | None = None
        self._rate, self._frames, self._inked_s = 0, 0, 0.0
        self._take: Columns | None = None
        self._duration_s = 0.0
        self._sound: QImage | None = None
        self._still: QPixmap | None = None
        self._strip: QPixmap | None = None
        self._playhead_s: float | None = None
        self._drag: tuple[float, float] | None = None
        self._words = self.tr("Press R and sing, or drop a vocal here")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("The take as a picture: pitch over time"))
        self.setMinimumHeight(170)
        session.selection_changed.connect(lambda _: self.update())
        session.playhead_moved.connect(self._move_playhead)
        theme.changed.connect(self._redo)

    def sizeHint(self) -> QSize:
        """Wide, a quarter of the window high."""
        return QSize(900, 250)

    @property
    def now_s(self) -> float:
        """How much of the take being sung has been fed."""
        return self._frames / self._rate if self._rate else 0.0

    @property
    def live(self) -> bool:
        """Whether a take is being sung."""
        return self._stream is not None

    def begin(self, rate: int) -> None:
        """A take starts."""
        self._stream = SpectrumStream(rate, 1 / COLUMNS_PER_S)
        self._rate, self._frames, self._inked_s = rate, 0, 0.0
        self._line.clear()
        self._notes = ()
        self._take = None
        self._fit_ring()
        self._ring.clear()
        self.update()

    def feed(self, samples: NDArray[np.float32]) -> None:
        """The next samples of the take being sung, float32 [n], mono."""
        if self._stream is None:
            return
        self._frames += len(samples)
        self._ring.append(self._stream.feed(samples))
        self._ink()
        self.update()

    def put_pitch(self, times_s: NDArray[np.float64], midi: NDArray[np.float64]) -> None:
        """Pitch frames of the take being sung; the newest may be replaced by a later call."""
        self._line.put(times_s, midi)
        self.update()

    def put_notes(self, first: int, notes: tuple[Note, ...]) -> None:
        """Notes of the take being sung; they take the place of all from number `first` on."""
        self._notes = (*self._notes[:first], *notes)
        self.update()

    def end(self) -> None:
        """The take is over; its picture stays until `show_take` or `begin`."""
        if self._stream is None:
            return
        self._ring.append(self._stream.finish())
        self._ink()
        self._stream = None
        self.update()

    def set_grid(self, grid: Grid | None) -> None:
        """Bar lines, or none where the singer was free."""
        self._grid = grid
        self.update()

    def show_take(self, columns: Columns, duration_s: float) -> None:
        """A finished take as a whole."""
        self._take, self._duration_s = columns, duration_s
        self._stream, self._sound, self._still, self._playhead_s = None, None, None, None
        self._line.clear()
        self.update()

    def show_pitch(self, track: PitchTrack, offset_s: float = 0.0) -> None:
        """The pitch of the finished take, or of its selection that starts at `offset_s`."""
        self._line.set_track(track, offset_s)
        self._still = None
        self.update()

    def show_nothing(self) -> None:
        """No take: says what to do."""
        self._take, self._stream, self._rate = None, None, 0
        self._line.clear()
        self._playhead_s = None
        self._ring.clear()
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, then the marks over it."""
        with QPainter(self) as painter:
            if self._take is not None:
                self._paint_take(painter)
            elif self._rate:
                self._paint_live(painter)
            else:
                self._paint_words(painter)
            if self.hasFocus():
                painter.setPen(self._theme.color("melody"))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def axis(self) -> Axis:
        """The part of the take that is on screen."""
        if self._take is not None:
            return Axis(0, max(0.1, self._duration_s), self.width(), self.height())
        span = self.width() / COLUMNS_PER_S
        first = math.floor(max(0.0, self.now_s - PLAYHEAD_PLACE * span) * COLUMNS_PER_S)
        return Axis(first / COLUMNS_PER_S, first / COLUMNS_PER_S + span, self.width(), self.height())

    def _paint_live(self, painter: QPainter) -> None:
        axis = self.axis()
        painter.fillRect(self.rect(), QColor(0, 0, 4))
        self._ring.paint(painter, 0, 0, round(axis.from_s * COLUMNS_PER_S), self.width())
        paint_notes(painter, axis, self._notes, self._font)
        self._line.paint(painter, axis, self._inked_s)
        self._paint_marks(painter, axis)
        x = round(axis.x(self.now_s))
        painter.fillRect(x, 0, 2, self.height(), QColor(DARK.accent))

    def _paint_take(self, painter: QPainter) -> None:
        axis = self.axis()
        if self._still is None or self._still.size() != self.size():
            self._still = self._make_still(axis)
        painter.drawPixmap(0, 0, self._still)
        self._paint_selection(painter, axis)
        self._paint_marks(painter, axis)
        if self._playhead_s is not None:
            painter.fillRect(round(axis.x(self._playhead_s)), 0, 2, self.height(), QColor(DARK.accent))

    def _make_still(self, axis: Axis) -> QPixmap:
        assert self._take is not None
        if self._sound is None or self._sound.size() != self.size():
            self._sound = picture(self._take, self.width(), self.height(), self._level_color())
        still = QPixmap.fromImage(self._sound)
        with QPainter(still) as painter:
            self._line.paint(painter, axis)
        return still

    def _paint_marks(self, painter: QPainter, axis: Axis) -> None:
        if self._grid is not None:
            paint_bars(painter, axis, self._grid, self._font)
        if self._strip is None or self._strip.deviceIndependentSize().height() != self.height():
            self._strip = note_strip(self.height(), self._theme, self.devicePixelRatioF())
        painter.drawPixmap(0, 0, self._strip)

    def _paint_selection(self, painter: QPainter, axis: Axis) -> None:
        selection = self._shown_selection()
        if selection is None:
            return
        left, right = round(axis.x(selection.from_s)), round(axis.x(selection.to_s))
        shade = QColor(0, 0, 4, 165)
        painter.fillRect(QRect(0, 0, left, self.height()), shade)
        painter.fillRect(QRect(right, 0, self.width() - right, self.height()), shade)
        for x in (left, right - 2):
            painter.fillRect(x, 0, 2, self.height(), QColor(DARK.fit))
        painter.setFont(self._font)
        painter.setPen(INK)
        words = selection_words(selection, self._grid)
        place = QRect(left + 6, self.height() - LEVEL_ROWS - 22, max(0, self.width() - left - 12), 18)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_words(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self._theme.color("ground"))
        painter.setFont(self._theme.font(16))
        painter.setPen(self._theme.color("text_2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)

    def _ink(self) -> None:
        """Paints pitch that is final into the ring for good."""
        final_s = min(self._line.end_s - FINAL_FRAMES_S, (self._ring.end - 1) / COLUMNS_PER_S)
        until_s = self._line.last_before(final_s)
        if until_s is None or until_s <= self._inked_s:
            return
        since_s = self._inked_s
        first, last = math.floor(since_s * COLUMNS_PER_S), math.ceil(until_s * COLUMNS_PER_S) + 1
        axis = Axis(first / COLUMNS_PER_S, until_s, 1, self.height())
        scaled = Axis(axis.from_s, until_s, round((until_s - axis.from_s) * COLUMNS_PER_S) or 1, self.height())
        self._ring.draw(first, last, lambda painter: self._line.paint(painter, scaled, since_s))
        self._inked_s = until_s

    def _level_color(self) -> QColor:
        return QColor(DARK.fit).darker(190)

    def _fit_ring(self) -> None:
        self._ring.resize(max(1, self.width()), max(60, self.height()))
        self._inked_s = max(0.0, (self._ring.end - self.width()) / COLUMNS_PER_S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture follows."""
        self._redo()

    def _redo(self) -> None:
        self._sound = self._still = self._strip = None
        self._font = self._theme.font(SMALL_PX)
        self._ring.set_level_color(self._level_color())
        if self._rate:
            self._fit_ring()
            self._ink()
        self.update()

    # Pointing

    def _move_playhead(self, playhead: Playhead) -> None:
        if self._take is None or playhead.take_s == self._playhead_s:
            return
        axis = self.axis()
        for time_s in (self._playhead_s, playhead.take_s):
            if time_s is not None:
                self.update(QRect(round(axis.x(time_s)) - 2, 0, 6, self.height()))
        self._playhead_s = playhead.take_s

    def _shown_selection(self) -> Selection | None:
        if self._drag is None:
            return self._session.selection
        start, stop = sorted(self._drag)
        return Selection(max(0.0, start), min(self._duration_s, stop))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a selection, or grabs an edge of the one there is."""
        if self._take is None or event.button() != Qt.MouseButton.LeftButton:
            return
        time_s = self.axis().time(event.position().x())
        self._drag = (self._other_edge(event.position().toPoint()), time_s)

    def _other_edge(self, place: QPoint) -> float:
        """Where a drag from here is anchored: the far edge when an edge is grabbed."""
        selection, axis = self._session.selection, self.axis()
        if selection is not None:
            if abs(axis.x(selection.from_s) - place.x()) <= GRAB_PX:
                return selection.to_s
            if abs(axis.x(selection.to_s) - place.x()) <= GRAB_PX:
                return selection.from_s
        return axis.time(place.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draws the selection out."""
        if self._take is None:
            return
        if self._drag is not None:
            self._drag = (self._drag[0], self.axis().time(event.position().x()))
            self.update()
            return
        place = event.position().toPoint()
        at_edge = self._other_edge(place) != self.axis().time(place.x())
        self.setCursor(Qt.CursorShape.SizeHorCursor if at_edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A long enough drag selects, a click moves the playhead."""
        if self._drag is None:
            return
        selection, self._drag = self._shown_selection(), None
        assert selection is not None
        if selection.to_s - selection.from_s >= LEAST_SELECTION_S:
            self._commands.select(selection)
        else:
            self._commands.seek(min(max(0.0, self.axis().time(event.position().x())), self._duration_s))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Takes the selection away."""
        self._commands.select(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """←/→ move the playhead, with Shift they stretch the selection, Esc takes it away."""
        step = {Qt.Key.Key_Left: -NUDGE_S, Qt.Key.Key_Right: NUDGE_S}.get(Qt.Key(event.key()))
        if self._take is None or (step is None and event.key() != Qt.Key.Key_Escape):
            super().keyPressEvent(event)
        elif step is None:
            self._commands.select(None)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._stretch(step)
        else:
            self._commands.seek(min(max(0.0, (self._playhead_s or 0.0) + step), self._duration_s))

    def _stretch(self, step: float) -> None:
        start = self._playhead_s or 0.0
        selection = self._session.selection or Selection(start, start)
        stop = min(max(selection.from_s + LEAST_SELECTION_S, selection.to_s + step), self._duration_s)
        self._commands.select(Selection(selection.from_s, stop))


def selection_words(selection: Selection, grid: Grid | None) -> str:
    """How much is selected, as in `3.2 s` or `bars 3–6 · 8.2 s`."""
    seconds = f"{selection.to_s - selection.from_s:.1f} s"
    if grid is None:
        return seconds
    first, last = grid.bar_beat(selection.from_s)[0], grid.bar_beat(selection.to_s - 1e-3)[0]
    bars = f"bar {first}" if first == last else f"bars {first}–{last}"
    return f"{bars} · {seconds}"
