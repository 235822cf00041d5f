"""Where seconds, bars and pitches fall on the live view's canvas, and the marks that say so."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap, QStaticText

from vocmatch_desktop.types import Note, Take
from vocmatch_desktop.ui.melody_canvas import key_name
from vocmatch_desktop.ui.spectrogram import HIGH_MIDI, LEVEL_ROWS, LOW_MIDI
from vocmatch_desktop.ui.theme import DARK, SMALL_PX, Theme

BEATS_PER_BAR = 4
LEAST_BAR_PX = 26
NOTE_STRIP_PX = 34
NOTE_PX, NAMED_NOTE_PX = 16, 24
INK = QColor("#E9EBF1")
"""The canvas is dark in either theme (the colour map starts at black), so its marks do not follow the theme."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The mapping of a canvas `width` × `height` that shows `from_s`…`to_s`."""

    from_s: float
    to_s: float
    width: int
    height: int

    @property
    def px_per_s(self) -> float:
        """Horizontal scale."""
        return self.width / max(1e-6, self.to_s - self.from_s)

    def x(self, time_s: float) -> float:
        """Where a moment is."""
        return (time_s - self.from_s) * self.px_per_s

    def time(self, x: float) -> float:
        """Which moment a place is."""
        return self.from_s + x / self.px_per_s

    def y(self, midi: float) -> float:
        """Where a pitch is."""
        return (self.height - LEVEL_ROWS) * (HIGH_MIDI - midi) / (HIGH_MIDI - LOW_MIDI)


@dataclass(frozen=True, slots=True)
class Grid:
    """A steady pulse in four; `first_beat_s` is a bar line."""

    bpm: float
    first_beat_s: float = 0.0

    @property
    def bar_s(self) -> float:
        """Length of a bar."""
        return BEATS_PER_BAR * 60.0 / self.bpm

    def bar_beat(self, time_s: float) -> tuple[int, int, int]:
        """Bar, beat and sixteenth at a moment, each counted from 1; bars before the first beat are 0, −1 and so on."""
        sixteenths = math.floor((time_s - self.first_beat_s) * self.bpm / 60.0 * 4 + 1e-6)
        bar, rest = divmod(sixteenths, BEATS_PER_BAR * 4)
        return bar + 1, rest // 4 + 1, rest % 4 + 1


def take_grid(take: Take) -> Grid | None:
    """The pulse of a take whose singer heard one."""
    if take.bpm is None or take.first_beat_s is None:
        return None
    return Grid(take.bpm, take.first_beat_s)


@functools.lru_cache(maxsize=512)
def _number(bar: int) -> QStaticText:
    """A bar's number, laid out once: laying text out costs more than the rest of the frame."""
    return QStaticText(str(bar))


def paint_bars(painter: QPainter, axis: Axis, grid: Grid, font: QFont) -> None:
    """Bar lines with their numbers at the top; every 2nd, 4th … bar only where they would crowd."""
    step = 1
    while grid.bar_s * step * axis.px_per_s < LEAST_BAR_PX:
        step *= 2
    first = math.ceil((axis.from_s - grid.first_beat_s) / (grid.bar_s * step)) * step
    last = math.floor((axis.to_s - grid.first_beat_s) / grid.bar_s)
    painter.setFont(font)
    painter.setPen(_ink(0.75))
    for bar in range(first, last + 1, step):
        x = round(axis.x(grid.first_beat_s + bar * grid.bar_s))
        painter.fillRect(x, 0, 1, axis.height, _ink(0.20))
        painter.drawStaticText(x + 5, 4, _number(bar + 1))


def paint_notes(painter: QPainter, axis: Axis, notes: Sequence[Note], font: QFont) -> None:
    """Notes as frames around the line that was sung, named where there is room; painted with every frame."""
    edge, body = QColor(DARK.melody), QColor(DARK.melody)
    body.setAlphaF(0.22)
    painter.setFont(font)
    painter.setPen(INK)
    for note in reversed(notes):
        if note.offset_s < axis.from_s:
            return
        left, right = round(axis.x(note.onset_s)), round(axis.x(note.offset_s))
        frame = QRect(left, round(axis.y(note.number)) - NOTE_PX // 2, max(3, right - left), NOTE_PX)
        painter.fillRect(frame, body)
        for side in (
            QRect(frame.left(), frame.top(), frame.width(), 1),
            QRect(frame.left(), frame.bottom(), frame.width(), 1),
            QRect(frame.left(), frame.top(), 2, NOTE_PX),
        ):
            painter.fillRect(side, edge)
        if frame.width() >= NAMED_NOTE_PX:
            painter.drawStaticText(frame.left() + 2, frame.bottom() + 2, _name(note.number))


@functools.lru_cache(maxsize=128)
def _name(number: int) -> QStaticText:
    """A note's name, laid out once."""
    return QStaticText(key_name(number))


def note_strip(height: int, theme: Theme, ratio: float) -> QPixmap:
    """The note names of the left edge (every E and A) on a fading ground, made once for a height."""
    strip = QPixmap(round(NOTE_STRIP_PX * ratio), round(height * ratio))
    strip.setDevicePixelRatio(ratio)
    strip.fill(Qt.GlobalColor.transparent)
    axis, lowest = Axis(0, 1, 1, height), height - LEVEL_ROWS + 7.0
    with QPainter(strip) as painter:
        painter.setFont(theme.font(SMALL_PX))
        for midi in range(LOW_MIDI, HIGH_MIDI - 3):
            if (name := {4: "E", 9: "A"}.get(midi % 12)) is None:
                continue
            box = QRectF(3, axis.y(midi) - 8, NOTE_STRIP_PX - 8, 16)
            if box.top() < 16 or box.bottom() > lowest - 1:
                continue
            lowest = box.top() + 3
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(10, 8, 26, 150))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 3, 3)
            painter.setPen(_ink(0.92))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{name}{midi // 12 - 1}")
    return strip


def _ink(alpha: float) -> QColor:
    color = QColor(INK)
    color.setAlphaF(alpha)
    return color
