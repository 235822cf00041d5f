"""How well a stem was separated, in decibels.

Every figure is absolute: an estimate of nothing at all has a uSDR of exactly 0 dB, so figures stand beside those of
silence and of the mixture and never as "gain over the mixture", which an empty file meets where the stem is quiet.
Sounds are float [frames] or [frames, channels]; all channels count together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import SILENCE_DB, Float32

CEILING_DB = 100.0
"""No figure is better or worse than this: all numbers stay finite."""

SILENT = 1e-10
"""Mean power (−100 dBFS) up to which a reference is silent: to it no distortion ratio is defined."""


def usdr(reference: Float32, estimate: Float32) -> float:
    """The signal-to-distortion ratio of a whole song: 10 · log10(Σ s² / Σ (s − ŝ)²).

    As in the Music Demixing Challenge (Mitsufuji et al. 2022), without its 1e-7 in both sums: what that meant to
    define is defined here. A silent reference gives NaN (score it with `leakage_db`); an empty estimate gives 0.
    """
    signal, error = _aligned(reference, estimate)
    power = np.sum(signal**2)
    return float("nan") if is_silent(reference) else ratio_db(power, np.sum((signal - error) ** 2))


def si_sdr(reference: Float32, estimate: Float32) -> float:
    """The scale-invariant SDR (Le Roux et al. 2019): the estimate's level does not count.

    NaN where the reference is silent; −`CEILING_DB` where the estimate has nothing of it.
    """
    signal, guess = _aligned(reference, estimate)
    if is_silent(reference):
        return float("nan")
    target = signal * (np.sum(signal * guess) / np.sum(signal**2))
    return ratio_db(np.sum(target**2), np.sum((guess - target) ** 2))


def leakage_db(mixture: Float32, estimate: Float32) -> float:
    """How loud the estimate of a silent stem is beside the mixture, dB; `SILENCE_DB` at the lowest."""
    whole, rest = _aligned(mixture, estimate)
    powers = np.sum(rest**2), np.sum(whole**2)
    if min(powers) <= 0:
        return SILENCE_DB
    return max(SILENCE_DB, float(10 * np.log10(powers[0] / powers[1])))


def is_silent(reference: Float32) -> bool:
    """Whether there is nothing in the reference that could be found or missed."""
    return not reference.size or float(np.mean(np.square(reference, dtype=np.float64))) <= SILENT


def _aligned(one: Float32, other: Float32) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if one.shape != other.shape:
        raise ValueError(f"reference and estimate must have one shape, not {one.shape} and {other.shape}")
    return one.astype(np.float64), other.astype(np.float64)


def ratio_db(signal: float, noise: float) -> float:
    """10 · log10(signal / noise) within ±`CEILING_DB`, the top where there is no noise at all."""
    if noise <= 0:
        return CEILING_DB
    ratio = max(signal / noise, 10 ** (-CEILING_DB / 10))
    return min(CEILING_DB, float(10 * np.log10(ratio)))
