"""Cutting a stream into overlapping frames, and averaging frames over stretches of time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32


class Framer:
    """Frames of `n_fft` samples every `hop`; frame i is centred on sample i · hop (zeros before and after the sound).

    `feed` and `finish` give float32 [k, n_fft], read-only views.
    """

    def __init__(self, n_fft: int, hop: int) -> None:
        self._n_fft, self._hop = n_fft, hop
        self._buffer = np.zeros(n_fft // 2, np.float32)

    def feed(self, mono: Float32) -> Float32:
        """The frames that the next samples, float32 [n], complete."""
        samples = np.concatenate([self._buffer, mono])
        count = max(0, (len(samples) - self._n_fft) // self._hop + 1)
        self._buffer = samples[count * self._hop :]
        if not count:
            return np.zeros((0, self._n_fft), np.float32)
        return np.lib.stride_tricks.sliding_window_view(samples, self._n_fft)[:: self._hop][:count]

    def finish(self) -> Float32:
        """The frames that reach beyond the end."""
        return self.feed(np.zeros(self._n_fft // 2, np.float32))


def mean_between(values: Float32, hop_s: float, edges_s: NDArray[np.float64]) -> Float32:
    """Mean of `values` [frames, ...] (frame i centred on i · hop_s) within each edges_s[k]…edges_s[k + 1]; 0 outside.

    Frames that lie across an edge count for the part that is inside, so short stretches are exact, too.
    """
    flat = values.reshape(len(values), -1).astype(np.float64)
    summed = np.concatenate([np.zeros((1, flat.shape[1])), np.cumsum(flat, axis=0)])
    at = np.clip(edges_s / hop_s + 0.5, 0, len(values))
    below = np.minimum(at.astype(int), max(0, len(values) - 1))
    part = summed[below] + (at - below)[:, None] * (summed[below + 1] - summed[below])
    length = np.diff(edges_s / hop_s)
    means = np.diff(part, axis=0) / length[:, None]
    return np.asarray(means, np.float32).reshape(-1, *values.shape[1:])
