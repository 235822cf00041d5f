"""Where the beats of an instrumental fall.

Producers' beats are bounced from a DAW: one tempo from the first sample to the last. So a constant grid is fitted to
the whole curve of onsets, to a few millionths of its period, and only where the onsets do not stay on it are beats
tracked one by one (dynamic programming; Ellis 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

Float64 = NDArray[np.float64]

SEARCH = 0.02
"""How far, as a part of it, the refined period may lie from the rough one."""

HARMONICS = (1, 2, 4)
FOLD_BINS = 96
WINDOW_BEATS = 12
STEADY_S = 0.025
TIGHTNESS = 100.0
TRUST_WINDOWS = 0.75
SEGMENT_S, SEGMENT_SEARCH, SAME_TEMPO = 16.0, 0.04, 0.004


@dataclass(frozen=True, slots=True)
class ConstantGrid:
    """A constant grid: beats at `phase_s + k · period_s`. `steady`: part of the onsets that stay on it, 0…1."""

    period_s: float
    phase_s: float
    steady: float


def refine_period(curve: Float32, hop_s: float, period_s: float, search: float = SEARCH) -> float:
    """The period near `period_s` at which the whole curve is most periodic, in seconds.

    The beat's frequency, its double and quadruple are read from one finely interpolated spectrum of the whole curve.
    """
    size = scipy.fft.next_fast_len(16 * len(curve), real=True)
    spectrum = np.abs(scipy.fft.rfft(curve - curve.mean(), size))
    bin_hz = 1 / (size * hop_s)
    frequencies = np.arange((1 - search) / period_s, (1 + search) / period_s, bin_hz / max(HARMONICS))
    bins = np.arange(len(spectrum))
    strength = sum(np.interp(frequencies * harmonic / bin_hz, bins, spectrum) for harmonic in HARMONICS)
    best = int(np.argmax(strength))
    if 0 < best < len(frequencies) - 1:
        left, middle, right = (float(strength[best + step]) for step in (-1, 0, 1))
        bend = left - 2 * middle + right
        shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
        return float(1 / (frequencies[best] + shift * bin_hz / max(HARMONICS)))
    return float(1 / frequencies[best])


def fold(curve: Float32, hop_s: float, period_s: float, bins: int = FOLD_BINS) -> Float64:
    """Mean of the curve by its phase in the period, float64 [bins]; bin i is centred on phase i / bins."""
    phase = np.arange(len(curve)) * (hop_s / period_s) % 1 * bins
    below = phase.astype(int)
    part = phase - below
    total, weight = np.zeros(bins), np.zeros(bins)
    for cell, share in ((below % bins, 1 - part), ((below + 1) % bins, part)):
        total += np.bincount(cell, curve * share, bins)
        weight += np.bincount(cell, share, bins)
    result: Float64 = total / np.maximum(weight, 1e-9)
    return result


def constant_grid(curve: Float32, accents: Float32, hop_s: float, period_s: float) -> ConstantGrid:
    """Fits a constant grid near `period_s`.

    Args:
        curve: Onset curve [n] of all bands: decides where between the beats onsets fall.
        accents: Curve [n] of what marks beats (kick, snare): decides which of those places is the beat.
        hop_s: Seconds a value.
        period_s: Rough beat length, right within 2 %.
    """
    period = refine_period(curve, hop_s, period_s)
    peak = _strongest_phase(fold(curve + accents, hop_s, period), period)
    offsets, weights = _local_offsets(curve + accents, hop_s, period, peak)
    near = np.abs(offsets) < STEADY_S
    steady = float(weights[near].sum() / weights.sum()) if weights.sum() > 0 else 0.0
    if near.sum() >= 4 and steady > TRUST_WINDOWS:
        peak += float(np.average(offsets[near], weights=weights[near]))
    return ConstantGrid(period, peak % period, steady)


def tempo_agreement(curve: Float32, hop_s: float, period_s: float) -> float:
    """Part of the sound, 0…1 in stretches of 16 s weighted by their onsets, whose own best period is `period_s`."""
    length = round(SEGMENT_S / hop_s)
    if len(curve) < 2 * length:
        return 1.0
    stretches = [curve[start : start + length] for start in range(0, len(curve) - length + 1, length)]
    weights = np.array([float(stretch.std()) for stretch in stretches])
    periods = np.array([refine_period(stretch, hop_s, period_s, SEGMENT_SEARCH) for stretch in stretches])
    same = np.abs(periods / period_s - 1) < SAME_TEMPO
    return float(weights[same].sum() / max(float(weights.sum()), 1e-12))


def track(curve: Float32, hop_s: float, period_s: float, tightness: float = TIGHTNESS) -> Float64:
    """Beat times in seconds by dynamic programming: on strong onsets, about a period apart; float64 [m]."""
    period = period_s / hop_s
    reach = np.arange(-round(2 * period), -round(period / 2) + 1)
    cost = -tightness * np.log(-reach / period) ** 2
    smooth = _smoothed(curve, period)
    total = smooth.astype(np.float64)
    before = np.full(len(curve), -1)
    for index in range(-int(reach[0]), len(curve)):
        options = total[index + reach] + cost
        best = int(np.argmax(options))
        if options[best] > 0:
            total[index] += options[best]
            before[index] = index + reach[best]
    last = int(np.argmax(total[-max(1, round(2 * period)) :])) + max(0, len(curve) - max(1, round(2 * period)))
    beats = [last]
    while before[beats[-1]] >= 0:
        beats.append(int(before[beats[-1]]))
    return np.array(beats[::-1]) * hop_s


def evenly(period_s: float, phase_s: float, duration_s: float) -> Float64:
    """Times of a constant grid that covers 0…duration: the first ≤ 0, the last ≥ duration."""
    phase = phase_s % period_s
    first = phase - period_s if phase > 0 else 0.0
    count = max(1, int(np.ceil((duration_s - first) / period_s - 1e-9)))
    return first + period_s * np.arange(count + 1, dtype=np.float64)


def covering(beats_s: Float64, period_s: float, duration_s: float) -> Float64:
    """Tracked beats, continued with the mean period to both ends of the sound."""
    before = int(np.ceil(max(0.0, beats_s[0]) / period_s))
    after = int(np.ceil(max(0.0, duration_s - beats_s[-1]) / period_s))
    head = beats_s[0] - period_s * np.arange(before, 0, -1)
    tail = beats_s[-1] + period_s * np.arange(1, after + 1)
    return np.concatenate([head, beats_s, tail])


def _strongest_phase(profile: Float64, period_s: float) -> float:
    """Phase in seconds of the strongest onset place, refined to the centroid of its peak."""
    best = int(np.argmax(profile))
    around = np.arange(-3, 4)
    height = np.maximum(profile[(best + around) % len(profile)] - np.median(profile), 0)
    centre = best + (float(np.average(around, weights=height)) if height.sum() > 0 else 0.0)
    return centre * period_s / len(profile)


def _local_offsets(curve: Float32, hop_s: float, period_s: float, phase_s: float) -> tuple[Float64, Float64]:
    """Where the strongest onset near the beat falls in every stretch of 12 beats: (offset in s, weight)."""
    length = max(1, round(WINDOW_BEATS * period_s / hop_s))
    offsets, weights = [], []
    reach = int(FOLD_BINS * min(0.2, 0.08 / period_s))
    for start in range(0, max(1, len(curve) - length // 2), max(1, length // 2)):
        profile = fold(curve[start : start + length], hop_s, period_s)
        shift = round(((phase_s - start * hop_s) / period_s % 1) * FOLD_BINS)
        near = profile[(shift + np.arange(-reach, reach + 1)) % FOLD_BINS]
        fine = ((phase_s - start * hop_s) / period_s % 1) * FOLD_BINS - shift
        height = np.maximum(near - np.median(profile), 0)
        offsets.append((int(np.argmax(near)) - reach - fine) * period_s / FOLD_BINS)
        weights.append(float(height.max(initial=0.0)))
    return np.array(offsets), np.array(weights)


def _smoothed(curve: Float32, period: float) -> Float64:
    """The curve under a Gaussian of a 32nd of the period, as Ellis does, in standard deviations."""
    from scipy.ndimage import gaussian_filter1d

    scale = float(curve.std()) or 1.0
    result: Float64 = gaussian_filter1d(curve.astype(np.float64) / scale, period / 32)
    return result
