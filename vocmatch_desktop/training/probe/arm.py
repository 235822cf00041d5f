"""One arm of the probe: the network trained on one recipe, and what it does to songs it has never heard."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from vocmatch_desktop.training.loop import Plan, Watch, fit, seed_everything
from vocmatch_desktop.training.probe.feed import Batch, Feed
from vocmatch_desktop.training.probe.network import RATE, ProbeNetwork
from vocmatch_desktop.training.probe.thermometers import Song, Thermometer, ideal_ratio_mask
from vocmatch_desktop.training.separation_loss import masked_error
from vocmatch_desktop.types import Float32

CHUNK_S, CONTEXT_S = 30.0, 1.0
"""Long songs are separated in chunks that hear this much of their neighbours."""

Scores = Mapping[str, Mapping[str, float]]
"""Thermometer → song → uSDR of the voice in dB."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one row of the table says: `recipe` is a recipe's name or that of a reference (`REFERENCES`).

    `seconds`: that its training took. `sources`: how many of each kind it was drawn from.
    """

    recipe: str
    scores: Scores
    steps: int = 0
    seed: int = 0
    seconds: float = 0.0
    sources: Mapping[str, int] = field(default_factory=dict)


REFERENCES: Mapping[str, Callable[[Song], Float32]] = {
    "(silence)": lambda song: np.zeros_like(song.mix),
    "(mixture)": lambda song: song.mix,
    "(ideal mask)": ideal_ratio_mask,
}
"""Estimates that need no network."""


def references(thermometers: Sequence[Thermometer]) -> tuple[Result, ...]:
    """The rows every recipe stands beside."""
    return tuple(Result(name, _scores(estimate, thermometers)) for name, estimate in REFERENCES.items())


def train(feed: Feed, plan: Plan, checkpoint: Path, device: torch.device, watch: Watch) -> tuple[ProbeNetwork, float]:
    """Trains on what `feed` gives; a killed run goes on where its checkpoint was. Gives the seconds it took too."""
    seed_everything(plan.seed)
    network = ProbeNetwork().to(device)
    start = time.monotonic()

    def batch(step: int) -> Batch:
        return Batch(*(part.to(device) for part in feed.batch(step)))

    fit(network, batch, _loss, plan, checkpoint, watch)
    return network, time.monotonic() - start


def measure(network: ProbeNetwork, thermometers: Sequence[Thermometer], device: torch.device) -> Scores:
    """What the network scores on every song."""
    return _scores(lambda song: separated(network, song.mix, device), thermometers)


@torch.inference_mode()
def separated(network: ProbeNetwork, mix: Float32, device: torch.device) -> Float32:
    """The voice in a mixture of any length, float32 [frames]."""
    chunk, context = round(CHUNK_S * RATE), round(CONTEXT_S * RATE)
    voice = np.zeros_like(mix)
    for at in range(0, len(mix), chunk):
        first, last = max(0, at - context), min(len(mix), at + chunk + context)
        heard = torch.from_numpy(mix[first:last])[None].to(device)
        end = min(len(mix), at + chunk)
        voice[at:end] = network(heard)[0].cpu().numpy()[at - first : end - first]
    return voice


def _loss(network: nn.Module, batch: Batch) -> Tensor:
    voice = cast(Tensor, network(batch.mix))
    return masked_error(voice[:, None, None], batch.voice[:, None, None], batch.mix[:, None], batch.trusted[:, None])


def _scores(estimate: Callable[[Song], Float32], thermometers: Sequence[Thermometer]) -> Scores:
    scores = {one.name: one.scores(estimate) for one in thermometers}
    return {name: {song: db for song, db in songs.items() if math.isfinite(db)} for name, songs in scores.items()}
