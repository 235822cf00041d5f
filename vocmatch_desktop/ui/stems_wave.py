"""A stem's waveform as it grows: what is known is drawn once and kept, what is not is hatched; and the ruler above."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vocmatch_desktop.ui.melody_wave import Peaks, columns, picture
from vocmatch_desktop.ui.stems_words import clock, role
from vocmatch_desktop.ui.theme import SMALL_PX, SPACE_1, Theme

RULER_HEIGHT = 22
SEEK_EVERY_MS = 80
"""How often a hand that drags the playhead is followed: every jump makes the player read its files anew."""
RING_PX = 3
"""What a waveform leaves free above and below for the ring of its lane."""
QUIET_SEEN = 0.65
"""Heights are amplitudes to this power: a quiet stem beside a loud one still has a shape."""
TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
TICK_PX = 64.0


class TimeLine(QWidget):
    """A stretch of a song from its start to its end with the playhead on it; a click or a drag asks for a moment."""

    seek_requested = Signal(float)
    """Seconds in the song."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._duration_s = 0.0
        self._playhead_s: float | None = None
        self._asked_s: float | None = None
        self._asked = QElapsedTimer()
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def playhead_s(self) -> float | None:
        """Where the playhead stands."""
        return self._playhead_s

    def set_playhead(self, song_s: float | None) -> None:
        """Moves the playhead; only the strips it leaves and enters are drawn anew."""
        if song_s == self._playhead_s:
            return
        for time_s in (self._playhead_s, song_s):
            if time_s is not None:
                self.update(int(self._x(time_s)) - 2, 0, 5, self.height())
        self._playhead_s = song_s

    def _x(self, time_s: float) -> float:
        return self.width() * min(max(time_s / self._duration_s, 0.0), 1.0) if self._duration_s > 0 else 0.0

    def _paint_playhead(self, painter: QPainter) -> None:
        if self._playhead_s is not None and self._duration_s > 0:
            line = QRectF(self._x(self._playhead_s) - 0.75, 0, 1.5, self.height())
            painter.fillRect(line, self._theme.color("text"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Asks for the moment under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._asked_s = None
            self._seek(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The playhead follows the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._asked.elapsed() >= SEEK_EVERY_MS:
            self._seek(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Where the hand let go counts, however quick it was."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(event)

    def _seek(self, event: QMouseEvent) -> None:
        if self._duration_s <= 0:
            return
        self._asked.start()
        place = min(max(event.position().x() / max(1, self.width()), 0.0), 1.0)
        asked_s = place * self._duration_s
        if asked_s != self._asked_s:
            self._asked_s = asked_s
            self.seek_requested.emit(asked_s)


class StemWave(TimeLine):
    """The waveform of one stem, as wide as the song; `known_s` of it are known."""

    def __init__(self, stem: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._stem = stem
        self._peaks: Peaks | None = None
        self._sounds = True
        self._loudest = 1.0
        self._drawn = 0
        self._picture: QPixmap | None = None
        theme.changed.connect(self._redraw)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(80)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(480, 52)

    @property
    def known_s(self) -> float:
        """How much of the stem is known."""
        if self._peaks is None:
            return 0.0
        return min(len(self._peaks.heights) * self._peaks.hop_s, self._duration_s)

    def show_stem(self, peaks: Peaks | None, duration_s: float, sounds: bool = True, loudest: float = 1.0) -> None:
        """Shows what is known of a song of `duration_s`; peaks that only grew are drawn from where they grew.

        `sounds`: it is not muted. `loudest`: the peak that fills the height.
        """
        before = self._peaks
        same = (self._duration_s, self._sounds, self._loudest) == (duration_s, sounds, loudest)
        if same and peaks is before:
            return
        grew = same and peaks is not None and before is not None and _continues(peaks, before)
        self._peaks, self._duration_s, self._sounds, self._loudest = peaks, duration_s, sounds, loudest
        if not grew:
            self._redraw()
            return
        self._extend()
        self.update()

    def _redraw(self) -> None:
        self._picture, self._drawn = None, 0
        self._extend()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Every column stands for another stretch of time now."""
        super().resizeEvent(event)
        self._redraw()

    def _extend(self) -> None:
        """Draws the columns that became known since; the last one drawn may have been half a one."""
        ratio = self.devicePixelRatioF()
        wide, tall = round(self.width() * ratio), round(self.height() * ratio)
        if self._peaks is None or self._duration_s <= 0 or not wide or not tall:
            return
        if self._picture is None:
            self._picture = QPixmap(wide, tall)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
        column_s = self._duration_s / wide
        first, last = max(0, self._drawn - 1), min(wide, math.ceil(self.known_s / column_s))
        if last <= first:
            return
        peaks = columns(self._peaks, first * column_s, last * column_s, last - first)
        heights = np.clip(peaks / self._loudest, 0, 1) ** QUIET_SEEN
        with QPainter(self._picture) as painter:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.scale(1 / ratio, 1 / ratio)
            painter.drawImage(first, 0, picture(heights, tall, self._colour()))
        self._drawn = last

    def _colour(self) -> QColor:
        return self._theme.color(role(self._stem)) if self._sounds else self._theme.color("text_2", 0.4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The kept picture, the part to come, the playhead."""
        with QPainter(self) as painter:
            if self._picture is not None and self._picture.devicePixelRatio() != self.devicePixelRatioF():
                self._redraw()
            if self._picture is not None:
                painter.drawPixmap(0, 0, self._picture)
            self._paint_unknown(painter)
            self._paint_playhead(painter)

    def _paint_unknown(self, painter: QPainter) -> None:
        """What nobody knows yet: hatched, with a dashed line where the sound will be."""
        left = self._x(self.known_s)
        if self._duration_s > 0 and self.width() - left < 1:
            return
        rest = QRectF(left, RING_PX, self.width() - left, self.height() - 2 * RING_PX)
        painter.fillRect(rest, self._theme.color("raised", 0.45))
        painter.setPen(QPen(self._theme.color("text_2", 0.5), 1, Qt.PenStyle.DashLine))
        middle = self.height() // 2
        painter.drawLine(math.ceil(left), middle, self.width(), middle)


class StemRuler(TimeLine):
    """The time of the song above its lanes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        theme.changed.connect(self.update)
        self.setFixedHeight(RULER_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Time in the song"))
        self.setToolTip(self.tr("Click or drag to hear from there"))

    def show_duration(self, duration_s: float) -> None:
        """Shows a song's length."""
        if duration_s != self._duration_s:
            self._duration_s = duration_s
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ticks at round times, as many as can be read."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.color("surface"))
            painter.setFont(self._theme.font(SMALL_PX))
            fine_s = self._duration_s * TICK_PX / max(1, self.width())
            step_s = next((step for step in TICKS_S if step >= fine_s), TICKS_S[-1])
            for tick in range(math.ceil(self._duration_s / step_s)):
                self._paint_tick(painter, tick * step_s)
            self._paint_playhead(painter)

    def _paint_tick(self, painter: QPainter, time_s: float) -> None:
        x = self._x(time_s)
        painter.fillRect(QRectF(x, self.height() - 6, 1, 6), self._theme.color("line"))
        words = clock(time_s)
        box = QRectF(x + SPACE_1, 0, painter.fontMetrics().horizontalAdvance(words) + 2, self.height())
        if box.right() <= self.width():
            painter.setPen(self._theme.color("text_2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _continues(after: Peaks, before: Peaks) -> bool:
    """Whether `after` only adds to `before`."""
    return after.hop_s == before.hop_s and len(after.heights) >= len(before.heights)
