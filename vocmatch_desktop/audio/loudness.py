"""Loudness after ITU-R BS.1770-4 (LUFS): K-weighting, 400 ms blocks every 100 ms, absolute and relative gate.

`dbfs` words a plain amplitude as a level.

Example:
    level = integrated_lufs(audio)                     # finite always: silence is −200
    louder = audio.samples * gain_to(level, -14.0)

    meter = Loudness(rate, channels)                   # a stream, bounded memory
    for block in blocks(path):
        meter.feed(block.samples)
    level = meter.lufs()
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import SILENCE_DB, Audio, Float32

ABSOLUTE_GATE = -70.0
"""LUFS, of single blocks."""

RELATIVE_GATE = -10.0
"""LU below the loudness of what passes the absolute gate."""

HOPS_PER_BLOCK = 4
MOST_GAIN = 10 ** (24 / 20)


def integrated_lufs(audio: Audio) -> float:
    """Integrated loudness of a whole sound in LUFS; sounds under 400 ms count as one block; silence gives −200."""
    meter = Loudness(audio.rate, audio.channels)
    meter.feed(audio.samples)
    return meter.lufs()


def gain_to(lufs: float, target: float, *, peak: float | None = None) -> float:
    """Linear gain that brings `lufs` to `target` LUFS.

    At most +24 dB, 1 for silence, and never so much that `peak` (linear, of the ungained sound) would pass −0.3 dBFS.
    """
    if lufs <= ABSOLUTE_GATE:
        return 1.0
    gain = min(10 ** ((target - lufs) / 20), MOST_GAIN)
    return min(gain, 10 ** (-0.3 / 20) / peak) if peak else gain


def dbfs(amplitude: float) -> float:
    """A linear amplitude (≥ 0, full scale is 1) as a level in dBFS; silence gives `SILENCE_DB`."""
    return max(SILENCE_DB, 20 * math.log10(amplitude)) if amplitude > 0 else SILENCE_DB


class Loudness:
    """Integrated loudness of a stream; memory grows by 8 bytes a 100 ms."""

    def __init__(self, rate: int, channels: int) -> None:
        self._hop = max(1, round(rate / 10))
        self._sections = k_weighting(rate)
        self._weights = _channel_weights(channels)
        self._state = np.zeros((len(self._sections), channels, 2))
        self._left_over = np.zeros(0)
        self._hops: list[NDArray[np.float64]] = []

    def feed(self, samples: Float32) -> None:
        """Measures the next block, float32 [frames, channels]."""
        from scipy.signal import sosfilt

        if not len(samples):
            return
        by_channel = samples.astype(np.float64).T.copy()  # much faster than filtering along the first axis
        weighted, self._state = sosfilt(self._sections, by_channel, axis=1, zi=self._state)
        power = np.concatenate([self._left_over, np.einsum("c,cn,cn->n", self._weights, weighted, weighted)])
        whole = len(power) // self._hop * self._hop
        self._hops.append(power[:whole].reshape(-1, self._hop).mean(axis=1))
        self._left_over = power[whole:]

    def lufs(self) -> float:
        """Integrated loudness of all that was fed."""
        hops = np.concatenate(self._hops) if self._hops else np.zeros(0)
        if len(hops) >= HOPS_PER_BLOCK:
            return gated_lufs(hops)
        short = np.concatenate([np.repeat(hops, self._hop), self._left_over])
        return _lufs(float(short.mean())) if len(short) else SILENCE_DB


def gated_lufs(hops: NDArray[np.float64]) -> float:
    """Loudness of at least `HOPS_PER_BLOCK` hops of 100 ms, each the K-weighted power of all channels, gated twice."""
    blocks = np.convolve(hops, np.full(HOPS_PER_BLOCK, 1 / HOPS_PER_BLOCK), "valid")
    return _gated(np.maximum(blocks, 0.0))


def k_weighting(rate: int) -> NDArray[np.float64]:
    """Second-order sections [2, 6] of the K-weighting at `rate` Hz.

    BS.1770 tabulates them at 48 kHz only; the analogue prototypes behind that table are De Man's (2014).
    """
    k = math.tan(math.pi * min(1681.974450955533, 0.45 * rate) / rate)
    gain, q = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    band = gain**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [(gain + band * k / q + k * k) / a0, 2 * (k * k - gain) / a0, (gain - band * k / q + k * k) / a0]
    shelf += [1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    a0 = 1 + k / q + k * k
    highpass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, highpass])


def _channel_weights(channels: int) -> NDArray[np.float64]:
    """Surround channels count 1.41 times, the low-frequency channel not at all (5.0 and 5.1 only)."""
    if channels == 5:
        return np.array([1.0, 1.0, 1.0, 1.41, 1.41])
    if channels == 6:
        return np.array([1.0, 1.0, 1.0, 0.0, 1.41, 1.41])
    return np.ones(channels)


def _gated(blocks: NDArray[np.float64]) -> float:
    loud = blocks[blocks > _power(ABSOLUTE_GATE)]
    if not len(loud):
        return _lufs(float(blocks.max()))
    return _lufs(float(loud[loud > loud.mean() * 10 ** (RELATIVE_GATE / 10)].mean()))


def _lufs(power: float) -> float:
    return max(SILENCE_DB, -0.691 + 10 * math.log10(power)) if power > 1e-20 else SILENCE_DB


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
