"""A waveform small enough for a table row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

COLUMNS = 400
SILENCE = 128
BLOCK_S = 0.01


class Overview:
    """Minimum and maximum of 400 columns of a stream of unknown length; memory grows by 8 bytes every 10 ms."""

    def __init__(self, rate: int) -> None:
        self._size = max(1, round(rate * BLOCK_S))
        self._rest = np.zeros(0, np.float32)
        self._low: list[Float32] = []
        self._high: list[Float32] = []

    def feed(self, mono: Float32) -> None:
        """Takes the next samples, float32 [n]."""
        samples = np.concatenate([self._rest, mono])
        whole = len(samples) // self._size * self._size
        blocks = samples[:whole].reshape(-1, self._size)
        self._low.append(blocks.min(axis=1, initial=0))
        self._high.append(blocks.max(axis=1, initial=0))
        self._rest = samples[whole:]

    def finish(self) -> NDArray[np.uint8]:
        """uint8 [2, 400]: minima and maxima, 128 is silence, 1 and 255 are ∓ full scale."""
        low = np.concatenate([*self._low, [self._rest.min(initial=0)]])
        high = np.concatenate([*self._high, [self._rest.max(initial=0)]])
        starts = np.arange(COLUMNS) * len(low) // COLUMNS
        ends = np.maximum((np.arange(COLUMNS) + 1) * len(low) // COLUMNS, starts + 1)
        columns = [[low[a:b].min(), high[a:b].max()] for a, b in zip(starts, ends, strict=True)]
        return np.asarray(np.rint(SILENCE + 127 * np.clip(np.array(columns).T, -1, 1)), np.uint8)
