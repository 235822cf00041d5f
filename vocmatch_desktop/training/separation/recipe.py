"""What our separation networks are trained on, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from vocmatch_desktop.training.loop import Plan
from vocmatch_desktop.training.portions import Crops, Examples, Portion, Recipe, bent, sources, toned
from vocmatch_desktop.training.probe.recipes import MORE_REAL_AND_RAW, OVER_BEATS
from vocmatch_desktop.training.separation.sound import HALF, RATE, Batch, Net, Prepared, Separator
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import SongRecord

STEPS = 8000
SONGS = replace(bent(toned(MORE_REAL_AND_RAW)), share=0.85, mono=0.3, wide=0.4)
"""Without mono examples a network takes an empty side for a sign of silence, and without wide ones a full side for a
sign that nobody sings: raw voices stand in the middle, produced ones seldom."""

KARAOKE = bent(toned(Portion(0.15, ("raw", "real", "beats"), OVER_BEATS, mono=0.5, wide=0.4)))
"""Voices over finished instrumentals; only the voice counts there."""

RECIPE = Recipe("songs", (SONGS, KARAOKE))


def plan(net: Net, steps: int, seed: int, half: bool) -> Plan:
    """How `net` is trained."""
    return Plan(steps, learning_rate=2e-3, warmup=100, ema=0.995, half=half, seed=seed, checkpoint_every=200)


def loss(separator: nn.Module, batch: Prepared) -> Tensor:
    """What `training.loop.fit` brings down."""
    if not isinstance(separator, Separator):
        raise TypeError("this loss is a separator's")
    return separator.loss(batch)


class Feed:
    """The batches of `net`, each a function of its number, drawn from the material and the `given` songs."""

    def __init__(self, net: Net, material: Material, given: Sequence[SongRecord], cache: Path, seed: int) -> None:
        self.sources = {kind: sources(kind, material, given) for kind in sorted(RECIPE.kinds)}
        crops = Crops(net.batch, net.seconds, RATE // HALF)
        self._examples = Examples(RECIPE, self.sources, crops, cache, seed)

    def batch(self, step: int) -> Batch:
        """The batch of training step `step`."""
        mixes, targets, trusted = zip(*self._examples.batch(step), strict=True)
        return Batch(torch.stack(mixes), torch.stack(targets), torch.stack(trusted))
