"""What the network's onsets are worth by themselves: peaks of its answer against what was sung."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from vocmatch_desktop.melody.contour import HOP_S
from vocmatch_desktop.training.notes.examples import Example
from vocmatch_desktop.types import Float32

LEAST = 0.3
NEAR_S = 0.05
APART_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Onsets:
    """`f1` within 50 ms; `late_ms`: median of found minus sung, `apart_ms`: median distance; `notes` that were sung."""

    f1: float
    late_ms: float
    apart_ms: float
    notes: int


def onsets(network: nn.Module, examples: Sequence[Example]) -> Onsets:
    """Over all examples together."""
    apart: list[NDArray[np.float64]] = []
    found_count = sung_count = 0
    for example in examples:
        found = np.asarray(peaks(_answer(network, example)[:, 0]) * HOP_S, np.float64)
        sung = np.asarray(example.spans_s[:, 0], np.float64)
        apart.append(_matched(found, sung))
        found_count, sung_count = found_count + len(found), sung_count + len(sung)
    differences = np.concatenate([*apart, np.zeros(0)])
    middle = np.median(differences) if len(differences) else 0.0
    distance = np.median(np.abs(differences)) if len(differences) else 0.0
    f1 = 2 * len(differences) / max(1, found_count + sung_count)
    return Onsets(round(f1, 4), round(1000 * float(middle), 1), round(1000 * float(distance), 1), sung_count)


def peaks(probability: Float32) -> NDArray[np.intp]:
    """Frames where the probability is highest among its neighbours and at least 0.3."""
    from scipy.ndimage import maximum_filter1d

    highest = maximum_filter1d(probability, 2 * APART_FRAMES + 1)
    return np.flatnonzero((probability == highest) & (probability >= LEAST))


def _answer(network: nn.Module, example: Example) -> Float32:
    with torch.no_grad():
        given = torch.from_numpy(example.features[None]).to(next(network.parameters()).device)
        return np.asarray(torch.sigmoid(network(given))[0].cpu().numpy(), np.float32)


def _matched(found: NDArray[np.float64], sung: NDArray[np.float64]) -> NDArray[np.float64]:
    """Found minus sung of the pairs within 50 ms, nearest first, each taken once."""
    differences = found[:, None] - sung[None, :]
    matched: list[float] = []
    rows, columns = np.unravel_index(np.argsort(np.abs(differences), axis=None), differences.shape)
    used: tuple[set[int], set[int]] = (set(), set())
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if abs(differences[row, column]) > NEAR_S:
            break
        if row not in used[0] and column not in used[1]:
            used[0].add(row)
            used[1].add(column)
            matched.append(float(differences[row, column]))
    return np.array(matched, np.float64)
