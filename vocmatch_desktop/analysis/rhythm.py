"""Which pulses a sound moves in: the modulation spectrum of its onset envelope on a logarithmic axis.

A voice and a beat that share a tempo share peaks here, whatever their phase; playing one faster only slides it along
the axis (as in the scale transform; Holzapfel & Stylianou, "Scale transform in rhythmic similarity", 2011).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

PULSE_STEP = 0.005
"""Natural logarithm of the frequency ratio of neighbouring bins: half a per cent of tempo."""

LOWEST_HZ = 0.27
BINS = 760
"""From 0.27 Hz (a bar of 65 BPM) to 12 Hz (faster than syllables)."""

NAME = "rhythm"
"""Under which a `Fingerprint` keeps a beat's spectrum in its embeddings."""

_WINDOW_S = 12.0
_PADDING = 8


def pulse_hz() -> NDArray[np.float64]:
    """Frequency of every bin, float64 [BINS]."""
    return np.asarray(LOWEST_HZ * np.exp(PULSE_STEP * np.arange(BINS)), np.float64)


def onset_rise(bands: Float32) -> Float32:
    """How strongly sound sets in.

    Args:
        bands: Float [n, k], power a frame in k bands.

    Returns:
        Float32 [n] ≥ 0: the bands' rises in log power, summed; each band is measured against its own loud frames
        (95th percentile) with a floor 20 dB below, so that the result does not depend on gain and hears no noise.
    """
    loud = np.maximum(np.percentile(bands, 95, axis=0), 1e-12)
    level = np.log(bands / loud + 1e-2)
    rise = np.maximum(np.diff(level, axis=0, prepend=level[:1]), 0.0)
    return np.asarray(rise.sum(axis=1), dtype=np.float32)


def modulation_spectrum(envelope: Float32, hop_s: float) -> Float32:
    """Mean power of an onset envelope's pulses, in windows of 12 s.

    Args:
        envelope: Float32 [n], onset strength of any scale.
        hop_s: Seconds between its values, at most 0.04.

    Returns:
        Float32 [BINS] at `pulse_hz`, mean 1; zeros where the envelope never moves.
    """
    size = round(_WINDOW_S / hop_s)
    values = np.asarray(envelope, dtype=np.float64)
    values = values - values.mean() if len(values) else values
    if len(values) < size:
        values = np.pad(values, (0, size - len(values)))
    window = np.hanning(size)
    starts = range(0, len(values) - size + 1, max(size // 4, 1))
    power = np.mean([np.abs(np.fft.rfft(values[s : s + size] * window, _PADDING * size)) ** 2 for s in starts], axis=0)
    bins = np.interp(pulse_hz(), np.arange(len(power)) / (_PADDING * size * hop_s), power)
    mean = float(bins.mean())
    return np.asarray(bins / mean if mean > 0 else bins, dtype=np.float32)
