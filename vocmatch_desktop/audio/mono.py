"""One channel out of many without losing anything that is recorded out of phase.

A plain average silences a stereo file whose right channel is the left turned upside down (a swapped cable, a "wide"
effect). Here channels that are opposed to the loudest one are turned round before averaging, and silent channels are
left out of the average.

    mono = to_mono(audio.samples)            # a whole sound: float32 [frames, channels] → [frames]

    mix = MonoMix()                          # a stream: keeps its statistics from block to block
    for block in blocks(path):
        feed(mix.feed(block.samples))
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

OPPOSED = -0.5
"""Correlation with the loudest channel below which a channel is turned round."""

SILENT = 1e-6
"""A channel whose power is below this part of the loudest one's does not count (−60 dB)."""

FADE_FRAMES = 512
"""Over how many samples a stream changes its mind, so that a decision is never heard as a click."""


def to_mono(samples: Float32) -> Float32:
    """The phase-safe average of all channels, float32 [frames], from float32 [frames, channels]."""
    return MonoMix().feed(samples)


class MonoMix:
    """Phase-safe downmix of a stream; decides on everything heard so far.

    `feed` returns float32 [frames] for float32 [frames, channels]; the number of channels must not change.
    """

    def __init__(self) -> None:
        self._products: NDArray[np.float64] | None = None
        self._weights: Float32 | None = None

    def feed(self, samples: Float32) -> Float32:
        """Mixes the next block."""
        if samples.shape[1] == 1:
            return np.asarray(samples[:, 0], np.float32)
        block = samples.astype(np.float32, copy=False)
        products = (block.T @ block).astype(np.float64)
        self._products = products if self._products is None else self._products + products
        before, self._weights = self._weights, _weights(self._products)
        mono = np.asarray(block @ self._weights, np.float32)
        if before is not None and not np.array_equal(before, self._weights):
            fade = min(FADE_FRAMES, len(block))
            ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
            mono[:fade] = ramp * mono[:fade] + (1 - ramp) * (block[:fade] @ before)
        return mono


def _weights(products: NDArray[np.float64]) -> Float32:
    """Signed share of every channel, float32 [channels], from the channels' inner products."""
    power = np.diag(products)
    loudest = int(np.argmax(power))
    active = power > SILENT * power[loudest]
    if not active.any():
        return np.full(len(power), 1 / len(power), np.float32)
    correlation = products[loudest] / np.sqrt(np.maximum(power * power[loudest], 1e-300))
    sign = np.where(correlation < OPPOSED, -1.0, 1.0)
    return np.asarray(sign * active / active.sum(), np.float32)
