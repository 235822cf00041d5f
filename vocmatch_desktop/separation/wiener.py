"""The multichannel Wiener filter that refines magnitudes to stereo spectra (Nugraha, Liutkus & Vincent 2016).

Every source j has a power v_j(t, f), the mean over its two channels, and a spatial covariance R_j(f), the mean of
y_j y_jᴴ over time weighted by power. The mix's covariance is C = √ε I + Σ v_j R_j, and the source v_j R_j C⁻¹ x; both
steps are repeated. The model of sources holds for a few seconds, so the filter is made anew every `WINDOW` times, as
Open-Unmix does (Stöter, Uhlich, Liutkus & Mitsufuji 2019); it is computed in float64, since C of a sound in the middle
is all but singular.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.audio.stft import Complex64
from vocmatch_desktop.types import Float32

WINDOW = 300
EPSILON = 1e-10
LOUDEST = 10.0
"""Louder mixes are scaled down to this magnitude first, so that ε means the same for all."""
_BINS = 64
"""Bins at once; they do not depend on each other, and so few fit into a processor's cache."""

Complex128 = NDArray[np.complex128]
Float64 = NDArray[np.float64]


def wiener(
    magnitudes: Float32, mix: Complex64, *, iterations: int = 1, residual: bool = False, softmask: bool = False
) -> Complex64:
    """Spectra of sources.

    Args:
        magnitudes: Not negative, float32 [sources, 2, bins, times].
        mix: Complex64 [2, bins, times].
        iterations: Of the filter; 0 leaves the first estimates as they are.
        residual: Makes what the sources leave of the mix another source, the last one.
        softmask: First estimates are shares of the mix; otherwise they are the magnitudes with the mix's phase.

    Returns:
        Complex64 [sources, 2, bins, times].
    """
    made = np.empty((len(magnitudes) + residual, *mix.shape), np.complex64)
    for start in range(0, mix.shape[-1], WINDOW):
        times = slice(start, start + WINDOW)
        scale = max(1.0, float(np.abs(mix[..., times]).max()) / LOUDEST)
        for low in range(0, mix.shape[-2], _BINS):
            part = (slice(None), slice(low, low + _BINS), times)
            heard = mix[part].astype(np.complex128)
            sources = _first(magnitudes[:, *part].astype(np.float64), heard, softmask)
            if residual:
                sources = np.concatenate([sources, (heard - sources.sum(axis=0))[None]])
            sources, heard = (sources / scale, heard / scale) if iterations else (sources, heard)
            for _ in range(iterations):
                sources = _refined(sources, heard)
            made[:, *part] = sources * scale if iterations else sources
    return made


def _first(magnitudes: Float64, mix: Complex128, softmask: bool) -> Complex128:
    if softmask:
        return np.asarray(mix * (magnitudes / (EPSILON + magnitudes.sum(axis=0))))
    loudness = np.abs(mix)
    phase = np.where(loudness > 0, mix / np.where(loudness > 0, loudness, 1), 1)
    return np.asarray(magnitudes * phase)


def _refined(sources: Complex128, mix: Complex128) -> Complex128:
    """One step of the filter: sources [sources, 2, bins, times] of a mix [2, bins, times]."""
    left, right = sources[:, 0], sources[:, 1]
    powers = np.stack([_squared(left), _squared(right)])
    power = powers.mean(axis=0)
    weight = EPSILON + power.sum(axis=-1, keepdims=True)
    level_left, level_right = powers.sum(axis=-1, keepdims=True) / weight
    across = (left * right.conj()).sum(axis=-1, keepdims=True) / weight
    # C is Hermitian and 2 × 2: its inverse times the mix needs three sums and a determinant.
    first = np.sqrt(EPSILON) + (power * level_left).sum(axis=0)
    second = np.sqrt(EPSILON) + (power * level_right).sum(axis=0)
    cross = (power * across).sum(axis=0)
    determinant = first * second - _squared(cross)
    white_left = (second * mix[0] - cross * mix[1]) / determinant
    white_right = (first * mix[1] - cross.conj() * mix[0]) / determinant
    made = np.empty_like(sources)
    made[:, 0] = power * (level_left * white_left + across * white_right)
    made[:, 1] = power * (across.conj() * white_left + level_right * white_right)
    return made


def _squared(values: Complex128) -> Float64:
    return np.asarray(np.square(values.real) + np.square(values.imag))
