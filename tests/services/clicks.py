"""Sounds whose clicks tell where they ended up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import Cancelled
from vocmatch_desktop.types import Audio, BeatGrid

RATE = 44_100
BPM = 120.0
FIRST_BAR_S = 0.25
GRID = BeatGrid(FIRST_BAR_S - 0.5 + 0.5 * np.arange(34), downbeat=1)
"""Beats every half second, bar lines at 0.25, 2.25, 4.25 … 16.25 s."""

LATE_S = 0.004
"""The clicks of the test beat come this much after its beats: a drum's attack is not cut where a file begins."""


class Quiet:
    """A report that listens, and calls the job off at its nth word."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.fractions: list[float] = []
        self._cancel_at = cancel_at

    def __call__(self, fraction: float, what: str) -> None:
        assert what
        self.fractions.append(fraction)
        if len(self.fractions) == self._cancel_at:
            raise Cancelled

    def partial(self, event: object) -> None:
        raise AssertionError("nothing is sent early")


def write_clicks(
    path: Path, times: NDArray[np.float64], duration_s: float, rate: int = RATE, channels: int = 2
) -> Path:
    """A file with a short burst at every time, over a quiet tone that gives it loudness."""
    samples = 0.02 * np.sin(2 * np.pi * 220 * np.arange(round(duration_s * rate)) / rate)
    burst = np.hanning(33) * np.cos(2 * np.pi * 3000 * (np.arange(33) - 16) / rate)
    for time_s in times:
        at = round(time_s * rate) - 16
        if 0 <= at < len(samples) - 33:
            samples[at : at + 33] += 0.6 * burst
    return files.write(path, Audio(np.repeat(samples[:, None], channels, axis=1).astype(np.float32), rate)).path


def clicks_in(path: Path, at_least_s: float = 0.1) -> NDArray[np.float64]:
    """Times of the bursts in a file, seconds."""
    audio = files.read(path, mono=True)
    rise = np.abs(np.diff(audio.samples[:, 0], 2, prepend=0.0, append=0.0))  # the tone has no curvature to speak of
    width = round(0.004 * audio.rate)
    smooth = np.convolve(rise, np.ones(width) / width, "same")
    times = []
    while smooth.max() > 0.25 * np.convolve(rise, np.ones(width) / width, "same").max():
        at = int(np.argmax(smooth))
        times.append(at / audio.rate)
        smooth[max(0, at - round(at_least_s * audio.rate)) : at + round(at_least_s * audio.rate)] = 0.0
    return np.sort(np.array(times))
