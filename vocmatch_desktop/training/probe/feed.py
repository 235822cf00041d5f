"""The batches of one recipe, each a function of its number: mono mixtures and the voice in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from vocmatch_desktop.training.portions import Crops, Examples, Kind, Recipe
from vocmatch_desktop.training.probe.network import RATE
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
        self._examples = Examples(recipe, sources, Crops(BATCH, SECONDS, RATE), cache, seed)

    def batch(self, step: int) -> Batch:
        """The batch of training step `step`."""
        examples = self._examples.batch(step)
        return Batch(
            torch.stack([example.mix.mean(dim=0) for example in examples]),
            torch.stack([example.targets[VOCALS].mean(dim=0) for example in examples]),
            torch.stack([example.trusted[VOCALS] for example in examples]),
        )
