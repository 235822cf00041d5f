"""Sound of any length through a network that hears a few seconds at once: overlapping chunks, cross-faded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.separation.estimator import Estimator
from vocmatch_desktop.types import Float32


@dataclass(frozen=True, slots=True)
class Chunking:
    """How chunks follow each other.

    `overlap`: 0…<1, part of a chunk that the next one hears again. `shifts`: grids of chunks, offset against each
    other, whose results are averaged; so many times the work (the "shift trick" of Défossez et al. 2019). `batch`:
    chunks a call.
    """

    overlap: float = 0.25
    shifts: int = 1
    batch: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < 1 or self.shifts < 1 or self.batch < 1:
            raise ValueError("overlap lies in 0…1 (1 excluded), shifts and batch are at least 1")


class OverlapAdd:
    """A stream of stereo in, a stream of its stems out, sample for sample; memory is bounded by `batch` + 1 chunks."""

    def __init__(self, estimator: Estimator, chunking: Chunking) -> None:
        core = estimator.frames - 2 * estimator.margin
        self._estimator = estimator
        self._batch = chunking.batch
        self._hop = max(1, round(core * (1 - chunking.overlap) / chunking.shifts))
        self._window = _window(core, max(0, round(core * chunking.overlap)))
        # The first sample stands at the first chunk's core, with silence before it.
        self._input = np.zeros((2, estimator.margin), np.float32)
        self._sum = np.zeros((len(estimator.stems), 2, core), np.float32)
        self._weight = np.zeros(core, np.float32)
        self._given = 0
        self._returned = 0

    def feed(self, samples: Float32) -> Iterator[Float32]:
        """Takes float32 [n, 2]; gives what is finished by it, float32 [stems, 2, m] in consecutive parts."""
        self._given += len(samples)
        self._input = np.concatenate([self._input, samples.T], axis=1)
        needed = self._estimator.frames + (self._batch - 1) * self._hop
        while self._input.shape[1] >= needed:
            yield from self._run(self._batch)

    def finish(self) -> Iterator[Float32]:
        """What is left; the stream is over."""
        while self._returned < self._given:
            missing = -(-(self._given - self._returned) // self._hop)
            count = min(self._batch, missing)
            needed = self._estimator.frames + (count - 1) * self._hop
            lacking = max(0, needed - self._input.shape[1])
            self._input = np.pad(self._input, ((0, 0), (0, lacking)))
            yield from self._run(count)

    def _run(self, count: int) -> Iterator[Float32]:
        frames, margin = self._estimator.frames, self._estimator.margin
        chunks = np.stack([self._input[:, at : at + frames] for at in range(0, count * self._hop, self._hop)])
        for stems in self._estimator(chunks):
            self._sum += stems[..., margin : frames - margin] * self._window
            self._weight += self._window
            yield from self._advance()
        self._input = self._input[:, count * self._hop :]

    def _advance(self) -> Iterator[Float32]:
        """Gives the hop that no later chunk adds to."""
        hop = self._hop
        done = self._sum[..., :hop] / self._weight[:hop]
        self._sum = np.concatenate([self._sum[..., hop:], np.zeros((*self._sum.shape[:2], hop), np.float32)], axis=2)
        self._weight = np.concatenate([self._weight[hop:], np.zeros(hop, np.float32)])
        done = done[..., : self._given - self._returned]
        if done.shape[-1]:
            self._returned += done.shape[-1]
            yield done


def _window(length: int, fade: int) -> Float32:
    """Weights of a chunk's samples: linear fades, never 0, so that the ends of the sound are divided by something."""
    ramp = np.arange(1, length + 1, dtype=np.float32) / (min(fade, length) + 1)
    return np.minimum(1.0, np.minimum(ramp, ramp[::-1])).astype(np.float32)
