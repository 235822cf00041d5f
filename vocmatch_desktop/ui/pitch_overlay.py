"""The sung pitch as one bright line over the spectrogram."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from vocmatch_desktop.types import PitchTrack
from vocmatch_desktop.ui.timeline import Axis

LINE = QColor("#8CFFEC")
WIDEST_GAP_S = 0.05
WIDEST_STEP = 3.0
"""Semitones between neighbouring frames above which the line breaks: a leap between notes is not sung."""


class PitchLine:
    """Pitch frames in order of time; the newest ones may be replaced as the tracker makes up its mind."""

    def __init__(self) -> None:
        self._times = np.empty(0)
        self._midi = np.empty(0)

    @property
    def end_s(self) -> float:
        """Time of the newest frame, 0 where there is none."""
        return float(self._times[-1]) if len(self._times) else 0.0

    def clear(self) -> None:
        """Forgets the line."""
        self._times, self._midi = np.empty(0), np.empty(0)

    def set_track(self, track: PitchTrack, offset_s: float = 0.0) -> None:
        """Takes a finished take's pitch; `offset_s` is where the analysed selection starts in the take."""
        self._times, self._midi = track.times_s + offset_s, track.midi.astype(np.float64)

    def put(self, times_s: NDArray[np.float64], midi: NDArray[np.float64]) -> None:
        """Adds frames (NaN = unvoiced); frames at or after the first new time are replaced."""
        if len(times_s) == 0:
            return
        kept = int(np.searchsorted(self._times, times_s[0] - 1e-6))
        self._times = np.concatenate((self._times[:kept], times_s))
        self._midi = np.concatenate((self._midi[:kept], midi))

    def last_before(self, time_s: float) -> float | None:
        """Time of the newest frame at or before a moment."""
        count = int(np.searchsorted(self._times, time_s, side="right"))
        return float(self._times[count - 1]) if count else None

    def paint(self, painter: QPainter, axis: Axis, since_s: float | None = None) -> None:
        """Paints what falls into the axis (from `since_s` on). Smooth lines are slow: paint them into a kept image."""
        since_s = axis.from_s if since_s is None else since_s
        first, last = np.searchsorted(self._times, (since_s - 1e-6, axis.to_s + 1e-6))
        times, midi = self._times[first:last], self._midi[first:last]
        if len(times) < 2:
            return
        points = np.column_stack((axis.x(times), axis.y(midi)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(LINE, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.BevelJoin))
        for start, stop in _runs(times, midi):
            painter.drawPolyline(polygon(points[start:stop]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def polygon(points: NDArray[np.float64]) -> QPolygonF:
    """Points [n, 2] as a QPolygonF without a Python loop."""
    made = QPolygonF([QPointF()] * len(points))
    memory = VoidPtr(made.data(), points.size * 8, True)
    np.frombuffer(memory, np.float64)[:] = points.ravel()
    return made


def _runs(times: NDArray[np.float64], midi: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Stretches of at least two frames that are voiced and hang together."""
    with np.errstate(invalid="ignore"):
        joined = (np.diff(times) <= WIDEST_GAP_S) & (np.abs(np.diff(midi)) <= WIDEST_STEP)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], joined, [False])).astype(np.int8)))
    return [(int(start), int(stop) + 1) for start, stop in edges.reshape(-1, 2)]
