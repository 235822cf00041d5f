"""The input level: a bar that falls calmly, a peak mark held for 1.5 s, a clip lamp that stays lit until clicked."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vocmatch_desktop.types import SILENCE_DB
from vocmatch_desktop.ui.theme import SMALL_PX, Theme

FLOOR_DB = -60.0
HOLD_S = 1.5
FALL_DB_PER_S = 26.0
CLIP_DB = -0.1
CAUTION_DB = -6.0


class Meter(QWidget):
    """Shows peak levels in dB relative to full scale; whoever measures calls `set_level`."""

    def __init__(
        self, theme: Theme, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._shown_db, self._shown_at = SILENCE_DB, clock()
        self.peak_db, self._peak_at = SILENCE_DB, clock()
        self.clips = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Input level"))
        self.setToolTip(self.tr("Input level. Click to clear the clip count."))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide enough to read a level from two metres."""
        return QSize(150, 34)

    def minimumSizeHint(self) -> QSize:
        """Both numbers still fit."""
        return QSize(96, 34)

    def set_level(self, peak_db: float, clipped: bool = False) -> None:
        """Takes the highest level since the last call."""
        now, before = self._clock(), (self._shown_db, self.peak_db, self.clips)
        fallen = self._shown_db - FALL_DB_PER_S * (now - self._shown_at)
        self._shown_db, self._shown_at = max(peak_db, fallen, SILENCE_DB), now
        if peak_db >= self.peak_db or now - self._peak_at > HOLD_S:
            self.peak_db, self._peak_at = peak_db, now
        if clipped or peak_db >= CLIP_DB:
            self.clips += 1
        visible = max(*before[:2], self._shown_db, self.peak_db) > FLOOR_DB
        if visible or before[2] != self.clips:
            self.setAccessibleDescription(self._sentence())
            self.update()

    def rest(self) -> None:
        """Nothing is measured any more; the clip count stays."""
        self._shown_db = self.peak_db = SILENCE_DB
        self.update()

    def clear_clips(self) -> None:
        """Puts the clip lamp out."""
        self.clips = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click clears the clip lamp."""
        self.clear_clips()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So does Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clear_clips()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bar, its held peak, and the numbers below."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_bar(painter, QRectF(2, 4, self.width() - 4, 9))
            self._paint_numbers(painter, QRectF(2, 16, self.width() - 4, 16))
            if self.hasFocus():
                painter.setPen(self._theme.color("melody"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(bar, 3, 3)
        if self._shown_db > FLOOR_DB:
            painter.setBrush(self._gradient(bar))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), self._x(self._shown_db, bar), bar.height()), 3, 3)
        if self.peak_db > FLOOR_DB:
            mark = bar.left() + min(self._x(self.peak_db, bar), bar.width() - 2)
            painter.fillRect(QRectF(mark, bar.top() - 2, 2, bar.height() + 4), self._theme.color("text"))

    def _gradient(self, bar: QRectF) -> QLinearGradient:
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        caution = self._x(CAUTION_DB, bar) / bar.width()
        gradient.setColorAt(0, self._theme.color("fit", 0.75))
        gradient.setColorAt(caution - 0.02, self._theme.color("fit"))
        gradient.setColorAt(caution, self._theme.color("caution"))
        gradient.setColorAt(1, self._theme.color("error"))
        return gradient

    def _paint_numbers(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(self._theme.font(SMALL_PX))
        painter.setPen(self._theme.color("text_2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._decibels())
        painter.setPen(self._theme.color("error" if self.clips else "text_2"))
        painter.setFont(self._theme.font(SMALL_PX, bold=bool(self.clips)))
        clip = self.tr("clip {0}").format(self.clips)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, clip)

    def _decibels(self) -> str:
        if self.peak_db <= FLOOR_DB:
            return self.tr("– dB")
        return self.tr("{0} dB").format(f"{self.peak_db:.1f}".replace("-", "−"))

    def _sentence(self) -> str:
        return self.tr("Peak {0}, clipped {1} times").format(self._decibels(), self.clips)

    @staticmethod
    def _x(decibels: float, bar: QRectF) -> float:
        return bar.width() * min(1.0, max(0.0, 1 - decibels / FLOOR_DB))
