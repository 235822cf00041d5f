"""The batches of one recipe, each a function of its number: mono mixtures and the voice in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vocmatch_desktop.training.probe.network import RATE
from vocmatch_desktop.training.probe.recipes import Kind, Portion, Recipe
from vocmatch_desktop.training.songs.stream import SongStream, StreamOptions
from vocmatch_desktop.training.songs.stream_sources import Source
from vocmatch_desktop.types import STEMS

BATCH = 4
SECONDS = 3.0
VOCALS = STEMS.index("vocals")


class Batch(NamedTuple):
    """`mix`, `voice`: float32 [batch, frames]. `trusted`: bool [batch], whether the voice is exactly that."""

    mix: Tensor
    voice: Tensor
    trusted: Tensor


class Feed:
    """Draws the examples of `recipe` from `sources` (what there is of each kind), decoded into `cache`."""

    def __init__(self, recipe: Recipe, sources: Mapping[Kind, Sequence[Source]], cache: Path, seed: int) -> None:
        self._seed = seed
        shares = np.array([portion.share for portion in recipe.portions])
        self._shares = shares / shares.sum()
        self._streams = [_stream(portion, sources, cache, seed) for portion in recipe.portions]

    def batch(self, step: int) -> Batch:
        """The batch of training step `step`."""
        mixes, voices, trusted = zip(*(self._example(step * BATCH + place) for place in range(BATCH)), strict=True)
        return Batch(torch.stack(mixes), torch.stack(voices), torch.stack(trusted))

    def _example(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        rng = np.random.default_rng([self._seed, index, 1])
        example = self._streams[int(rng.choice(len(self._shares), p=self._shares))].example(index)
        return example.mix.mean(dim=0), example.targets[VOCALS].mean(dim=0), example.trusted[VOCALS]


def _stream(portion: Portion, sources: Mapping[Kind, Sequence[Source]], cache: Path, seed: int) -> SongStream:
    options = StreamOptions(
        SECONDS,
        RATE,
        portion.mixing,
        portion.gain_db,
        portion.speed,
        portion.speed_semitones,
        room=portion.room,
        tone=portion.tone,
        narrow=portion.narrow,
    )
    weighed = [
        replace(source, weight=portion.kinds.count(kind))
        for kind in dict.fromkeys(portion.kinds)
        for source in sources[kind]
    ]
    return SongStream(weighed, options, cache, seed)
