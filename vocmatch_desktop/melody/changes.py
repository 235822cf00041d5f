"""Cuts a voice into notes and rests at the smallest total cost, found exactly by dynamic programming.

    J = Σ notes [price + began(onset) + ended(offset) + Σ frames (unvoiced + off(pitch, level))] + Σ rests 0

A note has one level of pitch, on a grid of a fifth of a semitone, and lasts at least `shortest` frames; any change
from level to level, into a rest or back is allowed at any frame. Carrying one running cost a level makes the search
linear in time (as swift_f0.segment_notes does; added here: boundaries in the spectrum, a shortest note, octaves).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

LEVELS = 5
"""Levels a semitone."""

OCTAVE = 12

BLOCK = 512
"""Frames whose costs are held at once: memory stays bounded in a phrase without end."""


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What cutting costs, a phrase at a time; n frames.

    `pitch`: MIDI, float64 [n]. `weight`: how much a semitone off the level costs in a frame, float64 [n]. `unvoiced`:
    what a frame inside a note costs (negative where there is a voice), float64 [n]. `began`, `ended`: what a boundary
    before frame i costs, float64 [n + 1]. `price`: of a note. `farthest`: semitones beyond which being off costs no
    more. `octave`: what being an octave off costs, in semitones.
    """

    pitch: Float64
    weight: Float64
    unvoiced: Float64
    began: Float64
    ended: Float64
    price: float
    shortest: int
    farthest: float
    octave: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A note from frame `start` up to, not including, `stop`, at `level` (MIDI)."""

    start: int
    stop: int
    level: float


def cut(costs: Costs) -> list[Segment]:
    """The cheapest notes, in order; none where every note costs more than a rest."""
    levels = _levels(costs.pitch[costs.weight > 0])
    if not len(levels) or len(costs.pitch) < costs.shortest:
        return []
    return _traced(*_search(costs, levels), levels)


def _levels(pitch: Float64) -> Float64:
    if not len(pitch):
        return pitch
    low, high = np.floor(LEVELS * pitch.min()), np.ceil(LEVELS * pitch.max())
    return np.asarray(np.arange(low, high + 1) / LEVELS)


def _search(costs: Costs, levels: Float64) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the last segment of the best cut of every prefix starts, and its level's index (−1: a rest).

    A note from `first` to `end` at a level costs toll[first] + sums[end] − sums[first], with `sums` the running cost of
    being at that level. So what is best about starts so far, `entry`, is one number a level.
    """
    frames, shortest = len(costs.pitch), costs.shortest
    toll = costs.began + costs.price
    entry, started = np.full(len(levels), np.inf), np.zeros(len(levels), np.intp)
    best = np.zeros(frames + 1)
    back, kind = np.arange(-1, frames), np.full(frames + 1, -1)
    sums, offset = np.zeros((1, len(levels))), 0  # sums[i] is of the prefix of offset + i frames
    for end in range(1, frames + 1):
        if end == offset + len(sums):
            sums = np.concatenate([sums[-shortest:], _continued(costs, end - 1, levels, sums[-1])])
            offset = min(end - 1 + BLOCK, frames) + 1 - len(sums)
        first = end - shortest
        if first >= 0:
            entered = (best[first] + toll[first]) - sums[first - offset]
            np.copyto(started, first, where=entered < entry)
            np.minimum(entry, entered, out=entry)
        total = entry + sums[end - offset]
        cheapest = int(total.argmin())
        left = total[cheapest] + costs.ended[end]
        best[end] = best[end - 1]
        if left < best[end]:
            best[end], back[end], kind[end] = left, started[cheapest], cheapest
    return back, kind


def _continued(costs: Costs, start: int, levels: Float64, before: Float64) -> Float64:
    """The running cost of every level after each of the next `BLOCK` frames, [frames, levels]."""
    part = slice(start, start + BLOCK)
    off = np.abs(levels - costs.pitch[part, None])
    off = np.minimum(off, np.abs(off - OCTAVE) + costs.octave)
    each = np.minimum(off, costs.farthest) * costs.weight[part, None] + costs.unvoiced[part, None]
    return np.asarray(before + np.cumsum(each, axis=0))


def _traced(back: NDArray[np.intp], kind: NDArray[np.intp], levels: Float64) -> list[Segment]:
    found: list[Segment] = []
    end = len(back) - 1
    while end > 0:
        if kind[end] >= 0:
            found.append(Segment(int(back[end]), end, float(levels[kind[end]])))
        end = int(back[end])
    return found[::-1]
