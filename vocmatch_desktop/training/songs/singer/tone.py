"""How hard a voice is sung: loudness and brightness go together."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

from vocmatch_desktop.training.songs.singer.hearing import RATE
from vocmatch_desktop.types import Float32

_BRIGHT_HZ = 1800.0
_MOST_TILT_DB = 7.0
_LOUDER_DB = 5.0
_AIR_DB = -26.0


def toned(samples: Float32, effort: float, rng: np.random.Generator) -> Float32:
    """`effort` −1 (soft: darker, quieter, breathy) … 1 (belted: brighter, louder); keeps time and pitch exactly."""
    seed = rng.integers(2**32)
    if abs(effort) < 0.02:
        return samples
    high = sosfilt(butter(1, _BRIGHT_HZ, "highpass", fs=RATE, output="sos"), samples)
    tilt = 10 ** (_MOST_TILT_DB * effort / 20) - 1
    result = samples + tilt * high
    if effort < 0:
        envelope = sosfilt(butter(1, 25.0, fs=RATE, output="sos"), np.abs(samples))
        noise = np.random.default_rng(seed).normal(size=len(samples)) * np.maximum(envelope, 0)
        air = sosfilt(butter(2, (1500.0, 9000.0), "bandpass", fs=RATE, output="sos"), noise)
        result = result - effort * 10 ** (_AIR_DB / 20) * 2 * air
    return np.asarray(result * 10 ** (_LOUDER_DB * effort / 20), np.float32)
