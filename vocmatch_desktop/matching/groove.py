"""Do voice and beat move in the same pulse, and do the sung onsets fall where the beat wants them?

Two looks. `Pulses`: the modulation spectra of both onset envelopes, which share peaks exactly when the tempi agree,
whatever the phase; every tempo ratio is a slide along their logarithmic axis, and what other ratios would give is the
pair's own chance level. `onset_fit`: at a given lay, the sung onsets against the beat's onsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.rhythm import BINS, NAME, PULSE_STEP, modulation_spectrum
from vocmatch_desktop.types import Fingerprint, Float32, TakeFeatures

MARGIN = 80
"""Bins left out at either end of the take's spectrum so that it can slide: tempo ratios e^∓0.4."""

FINE_HOP_S = 0.02
"""Resolution of onsets against onsets: what ears call together."""

_ATTACK_S = 0.03
"""Width (one standard deviation) of an onset: voices set in softly and a little off the grid."""

_CHANCE_FLOOR = 0.05
"""Smallest spread of correlations over ratios that counts: flat spectra must not look decisive."""


def beat_pulses(beat: Fingerprint) -> Float32:
    """The beat's modulation spectrum, float32 [BINS]; made from its steps where the analyser kept none."""
    kept = dict(beat.embeddings).get(NAME)
    if kept is not None and len(kept) == BINS:
        return np.asarray(kept, dtype=np.float32)
    return modulation_spectrum(onset_train(beat), FINE_HOP_S)


def take_pulses(take: TakeFeatures) -> Float32:
    """The take's modulation spectrum, float32 [BINS]."""
    return modulation_spectrum(take.onsets, take.onset_hop_s)


def ratios() -> NDArray[np.float64]:
    """The tempo ratios that `pulse_agreement` answers for, ascending, float64 [2 · MARGIN + 1]."""
    return np.asarray(np.exp(PULSE_STEP * np.arange(-MARGIN, MARGIN + 1)), dtype=np.float64)


def slides(pulses: Float32) -> Float32:
    """The take's spectrum moved to every tempo ratio, float32 [2 · MARGIN + 1, BINS]; rows have mean 0 and norm 1.

    One product with these compares all beats at all ratios. To play a beat faster is to move it up the axis, which is
    to move the take down: ascending ratios begin at the far end.
    """
    inner = _unit(pulses[MARGIN:-MARGIN])
    moved = np.zeros((2 * MARGIN + 1, BINS), dtype=np.float32)
    for row in range(2 * MARGIN + 1):
        moved[row, 2 * MARGIN - row : 2 * MARGIN - row + len(inner)] = inner
    return moved


def pulse_agreement(moved: Float32, beats: Float32) -> Float32:
    """How well the pulses agree at every tempo ratio, in standard deviations above what other ratios give.

    Args:
        moved: The take's `slides`.
        beats: Float32 [n, BINS].

    Returns:
        Float32 [n, 2 · MARGIN + 1], for the tempo `ratios`.
    """
    norms = _window_norms(beats, BINS - 2 * MARGIN)[:, ::-1]
    correlation = beats @ moved.T / np.maximum(norms, 1e-9)
    mean = correlation.mean(axis=1, keepdims=True)
    spread = np.maximum(correlation.std(axis=1, keepdims=True), _CHANCE_FLOOR)
    return np.asarray((correlation - mean) / spread, dtype=np.float32)


def at_ratios(agreement: Float32, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reads row i of `pulse_agreement` at its own tempo ratio, float64 [n]; between bins it is interpolated."""
    place = np.clip(MARGIN + np.log(wanted) / PULSE_STEP, 0, 2 * MARGIN)
    below = np.minimum(place.astype(np.intp), 2 * MARGIN - 1)
    rows = np.arange(len(wanted))
    low, high = agreement[rows, below], agreement[rows, below + 1]
    return np.asarray(low + (place - below) * (high - low), dtype=np.float64)


def _window_norms(beats: Float32, width: int) -> NDArray[np.float64]:
    """Norm, about its mean, of every stretch of `width` bins: float64 [n, BINS − width + 1]."""
    first = np.cumsum(np.pad(beats.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    second = np.cumsum(np.pad(beats.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    sums, squares = first[:, width:] - first[:, :-width], second[:, width:] - second[:, :-width]
    return np.asarray(np.sqrt(np.maximum(squares - sums**2 / width, 0.0)))


def onset_train(beat: Fingerprint) -> Float32:
    """The beat's onsets over time, float32 [duration / FINE_HOP_S]: a short bump at every step's start."""
    strength = beat.onsets / np.maximum(beat.onsets.mean(axis=0), 1e-6)
    frames = max(int(np.ceil(beat.duration_s / FINE_HOP_S)), 1)
    train = np.zeros(frames, dtype=np.float32)
    at = np.round(beat.grid.steps_s[:-1] / FINE_HOP_S).astype(np.intp)
    inside = (at >= 0) & (at < frames)
    np.add.at(train, at[inside], strength.mean(axis=1)[inside])
    return _bumps(train)


@dataclass(frozen=True, slots=True, eq=False)
class SungOnsets:
    """The take's onset envelope: `strength` float32 [m] ≥ 0 every `hop_s`."""

    strength: Float32
    hop_s: float

    def on_lattice(self, tempo_ratio: float) -> Float32:
        """The onsets laid into beat time every `FINE_HOP_S`, centred, of norm 1."""
        frames = max(int(np.ceil(len(self.strength) * self.hop_s * tempo_ratio / FINE_HOP_S)), 1)
        edges = np.arange(frames + 1) * FINE_HOP_S / (tempo_ratio * self.hop_s)
        running = np.concatenate([[0.0], np.cumsum(self.strength, dtype=np.float64)])
        laid = np.diff(np.interp(edges, np.arange(len(running)), running)).astype(np.float32)
        return _unit(_bumps(laid))


def onset_fit(sung: Float32, train: Float32) -> Float32:
    """Correlation (−1…1) of laid onsets with the beat's train at every start, float32 [max(n − m, 0) + 1]."""
    from scipy import fft

    if len(train) < len(sung):
        train = np.pad(train, (0, len(sung) - len(train)))
    length = int(fft.next_fast_len(len(train), real=True))
    overlap = fft.irfft(fft.rfft(train, length) * np.conj(fft.rfft(sung, length)), length)[: len(train) - len(sung) + 1]
    norms = _window_norms(train[None], len(sung))[0]
    return np.asarray(overlap / np.maximum(norms, 1e-6), dtype=np.float32)


def _bumps(train: Float32) -> Float32:
    from scipy.ndimage import gaussian_filter1d

    return np.asarray(gaussian_filter1d(train, _ATTACK_S / FINE_HOP_S), dtype=np.float32)


def _unit(values: Float32) -> Float32:
    centred = values - values.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-9), dtype=np.float32)
