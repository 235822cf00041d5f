"""Waveforms: the thumbnail of a table row, drawn once and kept, and the large one of the match pane."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from vocmatch_desktop.ui.theme import SMALL_PX, Theme

Peaks = NDArray[np.uint8]
PeaksOf = Callable[[int], Peaks | None]

BAR, GAP = 2.0, 1.0
KEPT_THUMBNAILS = 800
QUIETEST_BAR = 0.06
"""Silence is still drawn as a thin line: an empty cell would look like a missing picture."""
LABEL_HEIGHT = 16
SEEK_STEP_S = 5.0
SILENT_PEAK = 128
"""The middle of a uint8 sample, as an overview's minima and maxima are stored."""


def envelope(peaks: Peaks, bars: int) -> NDArray[np.float32]:
    """Heights of `bars` bars, float32 0…1, from an overview uint8 [2, n] of minima and maxima, or [n] of magnitudes."""
    if peaks.ndim == 2:
        magnitude = np.abs(peaks.astype(np.int16) - SILENT_PEAK).max(axis=0) / SILENT_PEAK
    else:
        magnitude = peaks / 255.0
    if not len(magnitude):
        return np.zeros(bars, np.float32)
    edges = np.linspace(0, len(magnitude), bars, endpoint=False).astype(np.intp)
    return np.clip(np.maximum.reduceat(magnitude, edges), 0, 1).astype(np.float32)


def bars_that_fit(width: float) -> int:
    """How many bars stand in a width."""
    return max(1, int(width / (BAR + GAP)))


def draw_bars(heights: NDArray[np.float32], colours: NDArray[np.float32], height: float, ratio: float) -> QPixmap:
    """A picture of bars, centred, `height` tall at `ratio` device pixels a pixel; made in NumPy, it takes no time.

    `heights`: float32 [n], 0…1. `colours`: float32 [n, 4] or [4], blue, green, red, alpha, each 0…1.
    """
    step, bar = (BAR + GAP) * ratio, BAR * ratio
    wide, tall = round(len(heights) * step), round(height * ratio)
    column = np.arange(wide)
    place = np.minimum((column / step).astype(np.intp), len(heights) - 1)
    across = np.clip(bar - (column - place * step), 0, 1)
    half = np.maximum(heights, QUIETEST_BAR) * tall / 2
    along = np.clip(half[place] - np.abs(np.arange(tall)[:, None] + 0.5 - tall / 2) + 0.5, 0, 1)
    each = np.broadcast_to(colours, (len(heights), 4))[place]
    premultiplied = np.concatenate([each[:, :3] * each[:, 3:], each[:, 3:]], axis=1)
    pixels = np.ascontiguousarray(255 * (along * across)[..., None] * premultiplied + 0.5).astype(np.uint8)
    image = QImage(pixels.data, wide, tall, 4 * wide, QImage.Format.Format_ARGB32_Premultiplied)
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _channels(colour: QColor) -> NDArray[np.float32]:
    return np.array([colour.blueF(), colour.greenF(), colour.redF(), colour.alphaF()], np.float32)


class Thumbnails:
    """Small waveforms as pixmaps, made when a row is first painted and kept for the most recent rows."""

    def __init__(self, peaks_of: PeaksOf, limit: int = KEPT_THUMBNAILS) -> None:
        self._peaks_of = peaks_of
        self._limit = limit
        self._pixmaps: OrderedDict[tuple[int, str, int, int, float], QPixmap] = OrderedDict()

    def get(self, track_id: int, size: QSizeF, colour: QColor, ratio: float) -> QPixmap | None:
        """The waveform of a track; None where it has not been analysed."""
        key = (track_id, colour.name(), round(size.width()), round(size.height()), ratio)
        if key in self._pixmaps:
            self._pixmaps.move_to_end(key)
            return self._pixmaps[key]
        peaks = self._peaks_of(track_id)
        if peaks is None:
            return None
        heights = envelope(peaks, bars_that_fit(size.width()))
        self._pixmaps[key] = draw_bars(heights, _channels(colour), size.height(), ratio)
        if len(self._pixmaps) > self._limit:
            self._pixmaps.popitem(last=False)
        return self._pixmaps[key]

    def forget(self, track_id: int) -> None:
        """Draws a track afresh next time: it has a new version."""
        for key in [key for key in self._pixmaps if key[0] == track_id]:
            del self._pixmaps[key]

    def clear(self) -> None:
        """Forgets all pictures: another library is shown."""
        self._pixmaps.clear()


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the beat, seconds."""

    from_s: float
    to_s: float


class WaveformView(QWidget):
    """A beat's waveform with the take's place marked and where it plays; a click or ←/→ hears it from there."""

    seek_requested = Signal(float)
    """Seconds in the original beat."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._peaks: Peaks | None = None
        self._duration_s = 0.0
        self._region: Region | None = None
        self._position_s: float | None = None
        self._hover_x: float | None = None
        self._bars: QPixmap | None = None
        theme.changed.connect(self._redraw)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Waveform of the beat"))
        self.setAccessibleDescription(self.tr("Click to hear take and beat from there; left and right move."))

    def sizeHint(self) -> QSize:
        """Wide, and as tall as a hand's glance needs."""
        return QSize(320, 112)

    def show_beat(self, peaks: Peaks | None, duration_s: float, region: Region | None) -> None:
        """Shows a beat of `duration_s` seconds with the take's `region` marked."""
        self._peaks, self._duration_s, self._region, self._position_s = peaks, duration_s, region, None
        self._redraw()

    def set_position(self, beat_time_s: float | None) -> None:
        """Moves the playhead to a time of the original beat; None takes it away."""
        if beat_time_s == self._position_s:
            return
        for time_s in (self._position_s, beat_time_s):
            if time_s is not None:
                self.update(int(self._x(time_s)) - 2, 0, 5, self.height())
        self._position_s = beat_time_s

    @property
    def position_s(self) -> float | None:
        """Where the playhead stands."""
        return self._position_s

    def _redraw(self) -> None:
        self._bars = None
        self.update()

    def _x(self, time_s: float) -> float:
        return self.width() * min(max(time_s / self._duration_s, 0.0), 1.0) if self._duration_s > 0 else 0.0

    def _inside(self, place: float) -> bool:
        if self._region is None:
            return False
        return self._region.from_s <= place * self._duration_s <= self._region.to_s

    def resizeEvent(self, event: object) -> None:
        """The bars are drawn for one width."""
        self._bars = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars from the kept picture, then the marks and the playhead over it."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._peaks is None:
                painter.setPen(self._theme.color("text_2"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("not analysed yet"))
                return
            if self._bars is None or self._bars.devicePixelRatio() != self.devicePixelRatioF():
                self._bars = self._draw_bars(self._peaks)
            painter.drawPixmap(0, LABEL_HEIGHT, self._bars)
            if self._region is not None:
                self._paint_region(painter, self._region)
            self._paint_lines(painter)

    def _draw_bars(self, peaks: Peaks) -> QPixmap:
        bars = bars_that_fit(self.width())
        inside = np.array([self._inside(place / bars) for place in range(bars)])
        fit, quiet = _channels(self._theme.color("fit")), _channels(self._theme.color("text_2", 0.45))
        colours = np.where(inside[:, None], fit, quiet)
        height = self.height() - LABEL_HEIGHT - 4
        return draw_bars(envelope(peaks, bars), colours, height, self.devicePixelRatioF())

    def _paint_region(self, painter: QPainter, region: Region) -> None:
        left, right = self._x(region.from_s), self._x(region.to_s)
        accent = self._theme.color("accent")
        painter.fillRect(QRectF(left - 1, 0, 2, self.height()), accent)
        painter.fillRect(QRectF(right - 0.5, LABEL_HEIGHT, 1, self.height() - LABEL_HEIGHT), accent)
        font = self._theme.font(SMALL_PX)
        painter.setFont(font)
        painter.setPen(self._theme.color("text"))
        words = self.tr("your take")
        wide = QFontMetricsF(font).horizontalAdvance(words)
        x = left + 5 if left + 5 + wide < self.width() else left - 5 - wide
        painter.drawText(
            QRectF(x, 0, wide + 2, LABEL_HEIGHT), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
        )

    def _paint_lines(self, painter: QPainter) -> None:
        if self._position_s is not None:
            painter.fillRect(QRectF(self._x(self._position_s) - 0.75, 0, 1.5, self.height()), self._theme.color("text"))
        if self._hover_x is not None:
            painter.fillRect(QRectF(self._hover_x - 0.5, 0, 1, self.height()), self._theme.color("text_2"))
        if self.hasFocus():
            painter.setPen(self._theme.color("fit"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows where a click would play from."""
        self._hover_x = event.position().x()
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Takes the hover line away."""
        self._hover_x = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Plays from there."""
        if event.button() == Qt.MouseButton.LeftButton and self._peaks is not None:
            self.seek_requested.emit(event.position().x() / max(self.width(), 1) * self._duration_s)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """←/→ play five seconds earlier or later, Home where the take enters."""
        here = self._position_s if self._position_s is not None else (self._region.from_s if self._region else 0.0)
        target = {
            Qt.Key.Key_Left: here - SEEK_STEP_S,
            Qt.Key.Key_Right: here + SEEK_STEP_S,
            Qt.Key.Key_Home: self._region.from_s if self._region else 0.0,
        }.get(event.key())
        if target is None or self._peaks is None:
            super().keyPressEvent(event)
            return
        self.seek_requested.emit(min(max(target, 0.0), self._duration_s))
