"""The scrolling picture of sound: one spectrum over pitch a column, kept in a ring, painted with two blits.

Painting is what costs, not the data: a column is coloured once, when it arrives, and stays in the image; a frame is two
`drawImage` without scaling (a tenth of pyqtgraph's ImageItem). Three FFT lengths share the work (long for low notes,
short for high ones), all centred on the same instant, so a sung line is thin at the bottom and consonants stay sharp
at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

LOW_MIDI, HIGH_MIDI = 40, 104
"""The pitch axis: E2 (82 Hz) at the bottom, A♭7 (3.3 kHz) at the top; every sung note and the formants above it."""
BINS_PER_SEMITONE = 6
BINS = (HIGH_MIDI - LOW_MIDI) * BINS_PER_SEMITONE
FLOOR_DB = -80.0
LEVEL_ROWS = 20
"""Height of the level strip under the spectrum, pixels; it lives in the same image."""

LEAST_LEVEL = 255 - 255 * 48 // 80
"""The level strip begins at −48 dB: below that is the room, not the voice."""

PORTION = 16
"""Columns computed in one go."""

_FFT_S = (0.17, 0.085, 0.043)
_FFT_UP_TO_HZ = (500.0, 1500.0, np.inf)
_MAGMA = np.array(
    [
        *(0x000004, 0x0A0822, 0x1D1147, 0x36106B, 0x51127C, 0x6A1C81, 0x832681, 0x9C2E7F, 0xB73779),
        *(0xD0416F, 0xE75263, 0xF56B5C, 0xFC8961, 0xFEA772, 0xFEC488, 0xFDE2A3, 0xFCFDBF),
    ]
)


def magma() -> NDArray[np.uint32]:
    """A perceptually uniform map from black over violet to cream, uint32 [256], 0xFFRRGGBB (matplotlib's, CC0)."""
    place = np.linspace(0, len(_MAGMA) - 1, 256)
    colors = np.full(256, 0xFF000000, np.uint32)
    for shift in (16, 8, 0):
        channel = np.interp(place, np.arange(len(_MAGMA)), _MAGMA >> shift & 0xFF)
        colors |= channel.round().astype(np.uint32) << np.uint32(shift)
    return colors


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Some neighbouring columns, 0…255 for −80…0 dB.

    `spectrum`: uint8 [n, BINS], low notes first. `level`: uint8 [n], the peak from this column to the next.
    """

    spectrum: NDArray[np.uint8]
    level: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.level)


def joined(parts: Sequence[Columns]) -> Columns:
    """Neighbouring runs of columns as one."""
    return Columns(np.concatenate([part.spectrum for part in parts]), np.concatenate([part.level for part in parts]))


class SpectrumStream:
    """Turns a stream of samples into columns every `hop_s` seconds; column i is centred on i · hop_s."""

    def __init__(self, rate: int, hop_s: float) -> None:
        self.hop_s = hop_s
        self._rate = rate
        self._hop = hop_s * rate
        lengths = [round(seconds * rate / 2) * 2 for seconds in _FFT_S]
        self._half = lengths[0] // 2
        self._windows = [np.hanning(length + 1)[:-1].astype(np.float32) for length in lengths]
        self._picks = _picks(rate, lengths)
        # Silence before the take, so that column 0 can be centred on its first sample.
        self._samples = np.zeros(self._half, np.float32)
        self._first = -self._half
        self._next = 0

    @property
    def columns(self) -> int:
        """How many columns have been made."""
        return self._next

    def feed(self, samples: NDArray[np.float32]) -> Columns:
        """Takes the next samples (float32 [n], mono) and gives the columns they complete."""
        self._samples = np.concatenate((self._samples, samples))
        return self._take_columns()

    def finish(self) -> Columns:
        """Gives the columns up to the last sample."""
        return self.feed(np.zeros(self._half, np.float32))

    def _take_columns(self) -> Columns:
        end = self._first + len(self._samples)
        last = int((end - self._half) / self._hop + 1e-6) if end >= self._half else -1
        centres = np.round(np.arange(self._next, last + 1) * self._hop).astype(np.int64) - self._first
        if len(centres) == 0:
            return Columns(np.empty((0, BINS), np.uint8), np.empty(0, np.uint8))
        # In portions that stay in the cache, and let the thread that paints have its turn between two of them.
        portions = [centres[start : start + PORTION] for start in range(0, len(centres), PORTION)]
        columns = joined([Columns(self._spectra(portion), self._levels(portion)) for portion in portions])
        self._next = last + 1
        spent = max(0, int(self._next * self._hop) - self._half - self._first)
        self._samples, self._first = self._samples[spent:], self._first + spent
        return columns

    def _spectra(self, centres: NDArray[np.int64]) -> NDArray[np.uint8]:
        amplitude = np.empty((len(centres), BINS), np.float32)
        for window, (bins, low, fraction) in zip(self._windows, self._picks, strict=True):
            around = centres[:, None] + np.arange(-len(window) // 2, len(window) // 2)
            frames = self._samples[np.clip(around, 0, len(self._samples) - 1)] * window
            magnitude = np.abs(np.fft.rfft(frames, axis=1)) * np.float32(2 / window.sum())
            amplitude[:, bins] = magnitude[:, low] * (1 - fraction) + magnitude[:, low + 1] * fraction
        return _to_bytes(amplitude)

    def _levels(self, centres: NDArray[np.int64]) -> NDArray[np.uint8]:
        around = centres[:, None] + np.arange(max(1, int(self._hop)))
        return _to_bytes(np.abs(self._samples[np.clip(around, 0, len(self._samples) - 1)]).max(axis=1))


class SpectrogramRing:
    """The newest columns as an image; column i stands at i modulo the image's width."""

    def __init__(self, width: int, height: int) -> None:
        self._columns = np.zeros((0, BINS), np.uint8)
        self._levels = np.zeros(0, np.uint8)
        self._colors = magma()
        self._level_color = 0xFF2A8578
        self.end = 0
        self.resize(width, height)

    @property
    def image(self) -> QImage:
        """The ring itself, RGB32."""
        return self._image

    def set_level_color(self, color: QColor) -> None:
        """Colour of the level strip; takes effect for columns to come and on the next `resize`."""
        self._level_color = color.rgba()

    def resize(self, width: int, height: int) -> None:
        """Another size of the view: keeps the newest columns that fit."""
        kept = min(self.end, width, len(self._levels))
        order = (self.end - kept + np.arange(kept)) % max(1, len(self._levels))
        old = Columns(self._columns[order], self._levels[order]) if kept else None
        self._columns, self._levels = np.zeros((width, BINS), np.uint8), np.zeros(width, np.uint8)
        self._rows = _rows(max(1, height - LEVEL_ROWS))
        self._image = QImage(width, height, QImage.Format.Format_RGB32)
        self._pixels = np.ndarray((height, width), np.uint32, self._image.bits())
        self._pixels[:] = self._colors[0]
        self.end -= kept
        if old is not None:
            self.append(old)

    def clear(self) -> None:
        """Forgets everything."""
        self.end = 0
        self._pixels[:] = self._colors[0]

    def append(self, columns: Columns) -> None:
        """Colours the next columns into the ring."""
        width = len(self._levels)
        skipped = max(0, len(columns) - width)
        places = (self.end + skipped + np.arange(len(columns) - skipped)) % width
        self._columns[places], self._levels[places] = columns.spectrum[skipped:], columns.level[skipped:]
        # Bytes are gathered first and coloured last: a quarter of the memory traffic of gathering colours.
        self._pixels[: len(self._rows), places] = self._colors[self._columns[places].T[self._rows]]
        self._paint_levels(places)
        self.end += len(columns)

    def _paint_levels(self, places: NDArray[np.int64]) -> None:
        height = self._pixels.shape[0] - len(self._rows)
        lit = np.clip((self._levels[places].astype(np.int64) - LEAST_LEVEL) * height // (255 - LEAST_LEVEL), 0, height)
        rows = np.arange(height, 0, -1)[:, None]
        self._pixels[len(self._rows) :, places] = np.where(rows <= lit[None, :], self._level_color, self._colors[0])

    def draw(self, first: int, last: int, drawing: Callable[[QPainter], None]) -> None:
        """Lets `drawing` paint for good over columns `first`…`last`; it finds `first` at x = 0, columns 1 px apart."""
        width = len(self._levels)
        start = first % width
        with QPainter(self._image) as painter:
            for shift in (start, start - width) if start + last - first > width else (start,):
                painter.resetTransform()
                painter.translate(shift, 0)
                drawing(painter)

    def paint(self, painter: QPainter, left: float, top: float, first: int, count: int) -> None:
        """Paints columns `first`…`first + count` with the first at `left`; what is not kept (any more) is left out."""
        width = len(self._levels)
        first, shift = max(first, self.end - width), max(first, self.end - width) - first
        count = min(count - shift, self.end - first)
        at = left + shift
        while count > 0:
            start = first % width
            run = min(count, width - start)
            painter.drawImage(QPointF(at, top), self._image, QRectF(start, 0, run, self._image.height()))
            first, at, count = first + run, at + run, count - run


def picture(columns: Columns, width: int, height: int, level_color: QColor) -> QImage:
    """A whole take's columns stretched to one still image of `width` × `height` pixels."""
    ring = SpectrogramRing(width, height)
    ring.set_level_color(level_color)
    if len(columns):
        places = np.minimum((np.arange(width) + 0.5) * len(columns) / width, len(columns) - 1).astype(np.int64)
        level = np.maximum.reduceat(columns.level, places) if len(columns) >= width else columns.level[places]
        ring.append(Columns(columns.spectrum[places], level))
    return ring.image


def _rows(height: int) -> NDArray[np.int64]:
    """Which bin stands in each row of pixels, the top row first."""
    return np.minimum(((np.arange(height)[::-1] + 0.5) * BINS / height).astype(np.int64), BINS - 1)


def _picks(rate: int, lengths: list[int]) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]]:
    """For every FFT length: the bins it serves, the FFT line below each, and how far each is towards the next line."""
    midi = LOW_MIDI + (np.arange(BINS) + 0.5) / BINS_PER_SEMITONE
    hertz = 440.0 * 2.0 ** ((midi - 69) / 12)
    picks, done = [], 0.0
    for length, up_to in zip(lengths, _FFT_UP_TO_HZ, strict=True):
        bins = np.flatnonzero((hertz >= done) & (hertz < up_to))
        place = np.minimum(hertz[bins] * length / rate, length // 2 - 1)
        low = place.astype(np.int64)
        picks.append((bins, low, (place - low).astype(np.float32)))
        done = up_to
    return picks


def _to_bytes(amplitude: NDArray[np.float32]) -> NDArray[np.uint8]:
    decibels = 20 * np.log10(np.maximum(np.nan_to_num(amplitude), 1e-5))
    return np.clip((1 - decibels / FLOOR_DB) * 255, 0, 255).astype(np.uint8)
