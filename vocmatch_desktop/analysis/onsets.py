"""Onset strength: how much new sound begins at every moment, in four bands.

Spectral flux of logarithmic mel magnitudes against the maximum of neighbouring bands a frame earlier, so that vibrato
does not count as onsets (SuperFlux; Böck & Widmer 2013).
"""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.analysis.spectra import mel_centres
from vocmatch_desktop.types import Float32

SPLITS_HZ = (150.0, 800.0, 4000.0)
COMPRESSION = 300.0
LAG_FRAMES = 2
RHYTHM_COMPRESSION = 1000.0


def flux(mel: Float32) -> Float32:
    """Half-wave rectified flux a mel band, float32 [n, 40]; independent of the sound's level."""
    loud = float(np.percentile(mel.max(axis=1), 98)) if len(mel) else 0.0
    if loud <= 0:
        return np.zeros_like(mel)
    level = np.log1p(COMPRESSION / loud * mel)
    before = level.copy()
    before[:, 1:] = np.maximum(before[:, 1:], level[:, :-1])
    before[:, :-1] = np.maximum(before[:, :-1], level[:, 1:])
    rise = np.zeros_like(level)
    rise[LAG_FRAMES:] = np.maximum(level[LAG_FRAMES:] - before[:-LAG_FRAMES], 0)
    return np.asarray(rise, np.float32)


def band_flux(mel_flux: Float32) -> Float32:
    """Mean flux in < 150, 150–800, 800–4000 and > 4000 Hz, float32 [n, 4]."""
    band = np.searchsorted(SPLITS_HZ, mel_centres())
    return np.stack([mel_flux[:, band == index].mean(axis=1) for index in range(4)], axis=1)


def rhythm_envelope(mel: Float32) -> Float32:
    """The onset curve whose pulses `rhythm.modulation_spectrum` compares with a voice's, float32 [n].

    Plain flux and strong compression, every band on equal footing: here quiet hats count as much as the kick.
    """
    loud = float(np.percentile(mel, 99.5)) if mel.size else 0.0
    if loud <= 0:
        return np.zeros(len(mel), np.float32)
    level = np.log1p(RHYTHM_COMPRESSION / loud * mel)
    bands = band_flux(np.maximum(np.diff(level, axis=0, prepend=level[:1]), 0))
    mean = bands.mean(axis=0)
    return np.asarray((bands / np.where(mean > 1e-9, mean, np.inf)).sum(axis=1), np.float32)


def envelope(bands: Float32) -> Float32:
    """One onset curve, float32 [n]: the bands on equal footing, less their running mean, in standard deviations."""
    from scipy.ndimage import uniform_filter1d

    spread = bands.std(axis=0)
    summed = (bands / np.where(spread > 1e-9, spread, np.inf)).sum(axis=1)
    curve = np.maximum(summed - uniform_filter1d(summed, 43), 0)
    scale = float(curve.std())
    return np.asarray(curve / scale if scale > 1e-9 else np.zeros_like(curve), np.float32)
