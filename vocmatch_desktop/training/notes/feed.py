"""Batches for the boundary network: crops of examples, and what it is to say of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from vocmatch_desktop.melody.contour import HOP_S
from vocmatch_desktop.melody.mel import MEL_BANDS
from vocmatch_desktop.training.notes.examples import Example
from vocmatch_desktop.training.songs.render import random_for
from vocmatch_desktop.types import Float32

CROP_FRAMES = 500
BATCH = 12
SPREAD_FRAMES = 2.5
"""A boundary lies somewhere between two frames and is known to some milliseconds: its neighbours count in part."""

SLOWER = (0.75, 1.9)
"""Examples are sung up to so much faster or slower: people who sing at sight dwell on their consonants."""

TILT, GAIN, MASKED, MASK_BANDS = 0.25, 0.2, 0.3, 8
NOISY, FLOOR = 0.4, (-2.0, -0.6)
STEP_FEATURE = MEL_BANDS + 1


def targets(spans_s: Float32, frames: int) -> Float32:
    """Onset, offset and inside a note, float32 [frames, 3], each 0…1."""
    wanted = np.zeros((frames, 3), np.float32)
    for column, times in enumerate((spans_s[:, 0], spans_s[:, 1])):
        for centre in times / HOP_S:
            near = np.arange(max(0, int(centre) - 3), min(frames, int(centre) + 5))
            wanted[near, column] = np.maximum(wanted[near, column], 1 - np.abs(near - centre) / SPREAD_FRAMES)
    for onset, offset in np.clip(np.round(spans_s / HOP_S), 0, frames).astype(int):
        wanted[onset:offset, 2] = 1
    return np.clip(wanted, 0, 1)


def batch(examples: Sequence[Example], step: int, seed: int, size: int = BATCH) -> tuple[Tensor, Tensor]:
    """The batch of a step, a function of step and seed alone: features [size, CROP, F] and targets [size, CROP, 3]."""
    rng = random_for(f"{seed}/{step}", "crops")
    rows = [_crop(examples[int(rng.integers(len(examples)))], rng) for _ in range(size)]
    given, wanted = (np.stack(values) for values in zip(*rows, strict=True))
    return torch.from_numpy(given), torch.from_numpy(wanted)


def _crop(example: Example, rng: np.random.Generator) -> tuple[Float32, Float32]:
    """A stretch of an example, slower or faster, in another tone, some bands missing, over another noise."""
    slower = float(np.exp(rng.uniform(*np.log(SLOWER))))
    frames = min(len(example.features), round(CROP_FRAMES / slower))
    start = int(rng.integers(len(example.features) - frames + 1))
    length = min(CROP_FRAMES, round(frames * slower))
    part = _stretched(example.features[start : start + frames], length)
    part[:, STEP_FEATURE] /= slower
    wanted = targets((example.spans_s - start * HOP_S) * slower, length)
    _colour(part, rng)
    missing = CROP_FRAMES - length
    return np.pad(part, ((0, missing), (0, 0))), np.pad(wanted, ((0, missing), (0, 0)))


def _stretched(features: Float32, length: int) -> Float32:
    """As if sung slower or faster: consonants, glides and attacks with it."""
    place = np.linspace(0, len(features) - 1, length)
    below = np.minimum(place.astype(np.intp), max(0, len(features) - 2))
    part = (place - below)[:, None].astype(np.float32)
    above = np.minimum(below + 1, len(features) - 1)
    return np.asarray(features[below] * (1 - part) + features[above] * part, np.float32)


def _colour(part: Float32, rng: np.random.Generator) -> None:
    """Another microphone and another noise, in place."""
    tilt = rng.normal(0, TILT) * np.linspace(-1, 1, MEL_BANDS) + rng.normal(0, GAIN)
    part[:, :MEL_BANDS] += tilt.astype(np.float32)
    if rng.random() < MASKED:
        lowest = int(rng.integers(MEL_BANDS - MASK_BANDS))
        part[:, lowest : lowest + int(rng.integers(1, MASK_BANDS))] = -2
    if rng.random() < NOISY:
        floor = rng.uniform(*FLOOR) + rng.normal(0, 0.05, (len(part), MEL_BANDS))
        np.maximum(part[:, :MEL_BANDS], floor.astype(np.float32), out=part[:, :MEL_BANDS])
