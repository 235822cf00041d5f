"""What a recording of a voice holds: pitch, pitch marks, loudness and spectrum over time.

Pitch is SwiftF0's (it makes no octave errors here), refined by WORLD's StoneMask (Morise 2016) to a fraction of a cent.
Pitch marks stand once a period: as evenly as the fundamental moves, where the period's energy is centred, so that
grains cut around them line up when they are joined. Both phases are read off complex demodulations at f0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from vocmatch_desktop.analysis.pitch import RATE as PITCH_RATE
from vocmatch_desktop.analysis.pitch import runs, track_pitch
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.types import Audio, Bool, Float32

Floats = NDArray[np.floating[Any]]

RATE = 44_100
HOP_S = 0.005
"""Everything but the pitch marks is known once in so many seconds; frame i lies at i · HOP_S."""

BANDS = 24
LOWEST_BAND_HZ, HIGHEST_BAND_HZ = 120.0, 6000.0
FLOOR_DB = -80.0
_WINDOW = 1024
_DEMODULATION_S = 0.03
_STEADY_S = 0.4
_BEYOND_S = 0.02
"""A voiced run is marked so far beyond its ends: a grain may be needed just outside."""

_FURTHEST_REFINED = 2 ** (1 / 12)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A recording as it was heard.

    `f0_hz`: float32 [n], 0 where unvoiced. `marks`: float64 [m], samples. `level_db`: float32 [n], of 23 ms around.
    `bands`: float32 [n, BANDS], dB in bands equally wide on the mel scale.
    """

    f0_hz: Float32
    marks: Floats
    level_db: Float32
    bands: Float32


def hear(mono: Float32) -> Heard:
    """Analyses mono sound at `RATE`, float32 [frames]."""
    f0 = _pitch(mono)
    bands, level = spectrum(mono, len(f0))
    return Heard(f0, pitch_marks(mono, f0), level, bands)


def _pitch(mono: Float32) -> Float32:
    import pyworld

    count = int(len(mono) / RATE / HOP_S) + 1
    times = np.arange(count) * HOP_S
    track = track_pitch(resample(Audio(mono[:, None], RATE), PITCH_RATE).samples[:, 0])
    if not track.voiced.any():
        return np.zeros(count, np.float32)
    nearest = np.clip(np.rint(times / track.hop_s).astype(int), 0, len(track.voiced) - 1)
    voiced = track.voiced[nearest]
    known = track.times_s[track.voiced]
    rough = np.exp2(np.interp(times, known, np.log2(track.f0_hz[track.voiced].astype(np.float64))))
    fine = pyworld.stonemask(mono.astype(np.float64), np.where(voiced, rough, 0.0), times, RATE)
    ratio = np.where(voiced & (fine > 0), fine, rough) / rough
    trusted = (ratio < _FURTHEST_REFINED) & (ratio > 1 / _FURTHEST_REFINED)
    return np.where(voiced, np.where(trusted, rough * ratio, rough), 0.0).astype(np.float32)


def pitch_marks(mono: Float32, f0_hz: Float32) -> Floats:
    """Where each period's energy is centred, in samples, for all voiced runs and a little beyond them."""
    hop = RATE * HOP_S
    frames = np.arange(len(f0_hz)) * hop
    voiced = f0_hz > 0
    if not voiced.any():
        return np.zeros(0)
    samples = np.arange(len(mono))
    filled = np.interp(frames, frames[voiced], f0_hz[voiced])
    phase = np.cumsum(2 * np.pi * np.interp(samples, frames, filled) / RATE)
    window = np.hanning(round(_DEMODULATION_S * RATE))
    fundamental = np.unwrap(np.angle(fftconvolve(mono * np.exp(-1j * phase), window, "same")))
    centre = _energy_phase(mono, phase + fundamental)
    turns = np.maximum.accumulate((phase + fundamental + centre) / (2 * np.pi))
    beyond = round(_BEYOND_S / HOP_S)
    marks = []
    for start, stop in runs(voiced):
        first = max(0, int((start - beyond) * hop))
        last = min(len(mono), int((stop + beyond) * hop))
        wanted = np.arange(np.ceil(turns[first]), turns[last - 1])
        marks.append(np.interp(wanted, turns[first:last], samples[first:last]))
    return np.unique(np.round(np.concatenate(marks), 3))


def _energy_phase(mono: Float32, phase: Floats) -> Floats:
    """Where in each turn of `phase` the energy is centred, as the phase to add; slow, so that periods stay even."""
    energy = np.diff(mono, prepend=mono[:1]).astype(np.float64) ** 2
    short, long = (np.hanning(round(length * RATE)) for length in (_DEMODULATION_S, _STEADY_S))
    energy -= fftconvolve(energy, short / short.sum(), "same")
    energy /= np.sqrt(fftconvolve(energy**2, short / short.sum(), "same").clip(1e-20))
    return np.asarray(np.unwrap(np.angle(fftconvolve(energy * np.exp(-1j * phase), long, "same"))))


def spectrum(mono: Float32, count: int) -> tuple[Float32, Float32]:
    """Band levels [count, BANDS] and the whole level [count] of every frame of mono sound at `RATE`, dB."""
    centres = np.rint(np.arange(count) * HOP_S * RATE).astype(int)
    padded = np.pad(mono, (_WINDOW // 2, _WINDOW))
    window = np.hanning(_WINDOW).astype(np.float32)
    edges = _band_edges()
    bands = np.empty((count, BANDS), np.float32)
    level = np.empty(count, np.float32)
    for start in range(0, count, 1024):
        part = slice(start, start + 1024)
        framed = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[centres[part]] * window
        power = np.abs(np.fft.rfft(framed, axis=1)) ** 2 / window.sum() ** 2
        bands[part] = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
        level[part] = 2 * power[:, 2:].sum(axis=1) / 1.5
    floor = 10 ** (FLOOR_DB / 10)
    return 10 * np.log10(np.maximum(bands, floor)), 10 * np.log10(np.maximum(level, floor))


def _band_edges() -> NDArray[np.intp]:
    mel = np.linspace(_mel(LOWEST_BAND_HZ), _mel(HIGHEST_BAND_HZ), BANDS + 1)
    bins = np.rint(700 * (np.exp(mel / 1127) - 1) * _WINDOW / RATE).astype(np.intp)
    return np.maximum.accumulate(np.maximum(bins, bins[0] + np.arange(BANDS + 1)))


def _mel(hz: float) -> float:
    return float(1127 * np.log1p(hz / 700))


def frame(time_s: float) -> int:
    """The frame nearest to a time."""
    return round(time_s / HOP_S)


def voiced_share(f0_hz: Float32, start: int, stop: int) -> float:
    """Share of the frames start…stop that are voiced; 0 where there are none."""
    part: Bool = f0_hz[start:stop] > 0
    return float(part.mean()) if len(part) else 0.0
