"""Do the sung notes live in the beat's harmony, moment by moment?

A sung pitch class is drawn, with probability `1 - SURPRISE`, from what sounds in the beat at that moment (its chroma as
a distribution), else from all twelve alike. The mean log-odds of that against chance is laid over every start offset
and every transposition by one FFT: averaging the chroma over the song would throw the job away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import BeatGrid, Fingerprint, Float32, TakeFeatures

HOP_S = 0.2
"""Seconds of beat between rows in the exact search: about a sixteenth; finer gained nothing on real takes."""

SURPRISE = 0.3
"""How often a singer sings what does not sound: passing notes, sevenths, slips. Anything from .1 to .4 ranks alike."""

BASS = 0.15
"""Share of the bass in what sounds: a root that is felt, though its partials barely reach the singer's range."""

STRONG = 0.3
"""A clash on a beat counts 1 + this, one between beats 1 − this."""

GLIDE = 0.15
"""Semitones a frame at which a voice glides rather than holds a note."""

SPREAD = 0.5
"""Semitones by which a sung pitch may miss its pitch class (one standard deviation)."""

_SILENCE = 0.05
"""Of a beat's mean chroma energy: below it the harmony says nothing, and any note is as good as another."""


def note_odds(beat: Fingerprint, hop_s: float) -> Float32:
    """What each sung pitch class would say for the beat, over time.

    Returns:
        Float32 [n, 12], n = duration / hop_s: log of P(pitch class | beat at that moment) · 12; 0 is chance.
    """
    frames = max(int(np.ceil(beat.duration_s / hop_s)), 1)
    centres = (np.arange(frames) + 0.5) * hop_s
    chroma = _over_time(with_bass(beat), beat.grid.steps_s, centres, hop_s)
    total = chroma.sum(axis=1, keepdims=True)
    floor = _SILENCE * float(total.mean()) + 1e-9
    share = (chroma + floor / 12) / (total + floor)
    return np.asarray(np.log(12 * (1 - SURPRISE) * share + SURPRISE), dtype=np.float32)


def with_bass(beat: Fingerprint) -> Float32:
    """What sounds a step, float32 [S, 12]: chroma with its share of bass, as loud as the chroma alone."""
    total = beat.chroma.sum(axis=1, keepdims=True)
    bass = beat.bass / np.maximum(beat.bass.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray((1 - BASS) * beat.chroma + BASS * bass * total, dtype=np.float32)


def by_metre(odds: Float32, grid: BeatGrid, hop_s: float) -> Float32:
    """The odds about their mean, those on beats weighing more and those between less."""
    times = (np.arange(len(odds)) + 0.5) * hop_s
    phase = np.interp(times, grid.beats_s, np.arange(len(grid.beats_s)))
    weight = 1 + STRONG * np.cos(2 * np.pi * phase)
    return np.asarray((odds - odds.mean()) * weight[:, None], dtype=np.float32)


def _over_time(values: Float32, steps_s: NDArray[np.float64], centres: NDArray[Any], hop_s: float) -> Float32:
    """Means of step values over frames of `hop_s`, exact where frames span several steps (via the running integral)."""
    integral = np.vstack([np.zeros((1, 12)), np.cumsum(values * np.diff(steps_s)[:, None], axis=0)])
    edges = np.concatenate([centres - hop_s / 2, centres[-1:] + hop_s / 2])
    at = np.stack([np.interp(edges, steps_s, integral[:, k]) for k in range(12)], axis=1)
    return np.asarray(np.diff(at, axis=0) / hop_s, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class SungFrames:
    """The voiced frames of a take: `times_s` float64 [n]; `weights` float32 [n, 12] over pitch classes, in all 1."""

    times_s: NDArray[np.float64]
    weights: Float32

    def on_lattice(self, tempo_ratio: float, hop_s: float) -> Float32:
        """Lays the take into beat time.

        Returns:
            Float32 [m, 12]: row i holds what is sung while `hop_s` · (i … i + 1) of the beat pass.
        """
        rows = (self.times_s * tempo_ratio / hop_s).astype(np.intp)
        laid = np.zeros((int(rows.max(initial=0)) + 1, 12), dtype=np.float32)
        np.add.at(laid, rows, self.weights)
        return laid


def sung_frames(take: TakeFeatures) -> SungFrames:
    """Spreads every voiced frame over the pitch classes near it, weighted by how sure and how held it is."""
    voiced = take.pitch.voiced & (take.pitch.f0_hz > 0)
    pitch = 69 + 12 * np.log2(np.maximum(take.pitch.f0_hz[voiced], 1.0) / 440)
    apart = (pitch[:, None] - np.arange(12) + 6) % 12 - 6
    weights = np.exp(-0.5 * (apart / SPREAD) ** 2)
    sure = take.pitch.confidence[voiced] * _held(pitch)
    weights *= sure[:, None] / weights.sum(axis=1, keepdims=True)
    weights /= max(float(weights.sum()), 1e-9)
    return SungFrames(np.maximum(take.pitch.times_s[voiced], 0.0), weights.astype(np.float32))


def _held(pitch: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """How held every frame is, 1 … 0: half where the pitch moves by `GLIDE` a frame."""
    from scipy.ndimage import uniform_filter1d

    moved = uniform_filter1d(np.abs(np.gradient(pitch)), 5) if len(pitch) > 1 else np.zeros(len(pitch))
    return np.asarray(1 / (1 + (moved / GLIDE) ** 2))


def correlate(sung: Float32, odds: Float32, length: int) -> Float32:
    """Log-odds of the take at every offset and transposition, by one two-dimensional FFT a beat.

    Args:
        sung: Float32 [m, 12].
        odds: Float32 [..., n, 12], beats zero-padded to a common length.
        length: FFT length ≥ n + m, so that no offset wraps into another.

    Returns:
        Float32 [..., 12, length]: at [k, j] the beat is transposed by k semitones and its row j lies under the take's
        first row; j = length − i stands for offset −i.
    """
    from scipy import fft

    # S[k] = Σ_q beat[q] · conj(voice[q + k]) at every frequency of time: over the twelve pitch classes that is the
    # product of the beat's spectrum, read backwards, with the spectrum of the conjugated voice.
    beat = fft.ifft(fft.rfft(odds, length, axis=-2), axis=-1, norm="forward")
    voice = fft.fft(np.conj(fft.rfft(sung, length, axis=-2)), axis=-1)
    surface = fft.irfft(fft.ifft(beat * voice, axis=-1), length, axis=-2)
    return np.swapaxes(np.asarray(surface, dtype=np.float32), -1, -2)
