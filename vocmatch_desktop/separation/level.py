"""Models that were trained on songs brought to one level must know the level of the whole song before its first chunk.

The song is then read twice, in blocks: once to measure it, once to take it apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.separation.channels import Group, as_stereo
from vocmatch_desktop.types import AudioFile, Float32, Report

BLOCK_S = 5.0
LEAST = 1e-8
"""Added to a deviation that is divided by: silence stays silence."""


@dataclass(frozen=True, slots=True)
class Level:
    """Mean and standard deviation of the mono mix (half left, half right) of a whole song.

    A song is brought to mean 0 and deviation 1, and its stems are brought back from there. As with Demucs' own command
    (Défossez et al.) the mean goes into every stem.
    """

    mean: float
    deviation: float

    def removed(self, mix: Float32) -> Float32:
        """The mix at the level that models know, any shape."""
        return (mix - np.float32(self.mean)) / np.float32(self.deviation + LEAST)

    def restored(self, stems: Float32) -> Float32:
        """Stems of such a mix at the song's own level, any shape."""
        return stems * np.float32(self.deviation + LEAST) + np.float32(self.mean)


@runtime_checkable
class Levelled(Protocol):
    """An estimator that may want songs brought to one level first."""

    @property
    def at_one_level(self) -> bool:
        """Whether it does."""


def measured(song: AudioFile, groups: Sequence[Group], report: Report) -> tuple[Level, ...]:
    """The level of each group of the song's channels.

    Raises:
        NotFound, UnreadableAudio: the song. Cancelled: by `report`.
    """
    sums = np.zeros((len(groups), 2))
    count = 0
    for block in files.blocks(song.path, block_s=BLOCK_S):
        report(0.0, "Listening to how loud the song is")
        count += len(block.samples)
        for row, group in zip(sums, groups, strict=True):
            mono = as_stereo(block.samples, group).mean(axis=1, dtype=np.float64)
            row += mono.sum(), np.square(mono).sum()
    return tuple(_level(total, squares, count) for total, squares in sums)


def _level(total: float, squares: float, count: int) -> Level:
    mean = total / max(1, count)
    return Level(mean, math.sqrt(max(0.0, squares - total * mean) / max(1, count - 1)))
