"""The user's corrections, applied to a fingerprint: tempo ×2 or ÷2, and the key."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import STEPS_PER_BEAT, BeatGrid, Fingerprint, Float32, Locks

CERTAIN = (0.0, 1.0, 0.0)


def with_locks(fingerprint: Fingerprint, locks: Locks) -> Fingerprint:
    """The fingerprint as the user says it is; the same object where nothing is locked.

    ×2 puts a beat between every two, ÷2 keeps every other one (those that bar lines fall on). A locked tempo is
    certain, a locked key too.
    """
    if locks.tempo_factor == 2.0:
        fingerprint = _doubled(fingerprint)
    elif locks.tempo_factor == 0.5:
        fingerprint = _halved(fingerprint)
    elif locks.tempo_factor != 1.0:
        raise ValueError("tempo_factor must be ½, 1 or 2")
    if locks.key is not None:
        key = np.zeros(24, np.float32)
        key[locks.key.index] = 1
        fingerprint = replace(fingerprint, key=key)
    return fingerprint


def _doubled(fingerprint: Fingerprint) -> Fingerprint:
    grid = fingerprint.grid
    times = np.interp(np.arange(2 * grid.beats + 1) / 2, np.arange(grid.beats + 1), grid.beats_s)
    steps = np.repeat(np.arange(grid.beats * STEPS_PER_BEAT), 2)
    beats = np.repeat(np.arange(grid.beats), 2)
    downbeat = 2 * grid.downbeat % grid.beats_per_bar
    return replace(_resampled(fingerprint, steps, beats), grid=_regrid(grid, times, downbeat))


def _halved(fingerprint: Fingerprint) -> Fingerprint:
    """Pairs beats so that the bar line begins a pair; a single beat at either end is paired with an invented one."""
    grid = fingerprint.grid
    first = -(grid.downbeat % 2)
    count = -(-(grid.beats - first) // 2)
    index = np.arange(grid.beats + 1)
    wanted = first + 2 * np.arange(count + 1)
    times = np.array([_extrapolated(grid, index, int(beat)) for beat in wanted])
    starts = 2 * np.arange(count * STEPS_PER_BEAT) + first * STEPS_PER_BEAT
    pairs = np.stack([starts, starts + 1], axis=1)
    beats = np.stack([wanted[:-1], wanted[:-1] + 1], axis=1)
    downbeat = (grid.downbeat - first) // 2 % grid.beats_per_bar
    return replace(_averaged(fingerprint, pairs, beats), grid=_regrid(grid, times, downbeat))


def _extrapolated(grid: BeatGrid, index: NDArray[np.int_], beat: int) -> float:
    mean = float(grid.beats_s[-1] - grid.beats_s[0]) / grid.beats
    if beat < 0:
        return float(grid.beats_s[0]) + beat * mean
    if beat > grid.beats:
        return float(grid.beats_s[-1]) + (beat - grid.beats) * mean
    return float(grid.beats_s[beat])


def _regrid(grid: BeatGrid, times: NDArray[np.float64], downbeat: int) -> BeatGrid:
    return replace(grid, beats_s=times, downbeat=downbeat, octave=CERTAIN)


def _resampled(fingerprint: Fingerprint, steps: NDArray[np.int_], beats: NDArray[np.int_]) -> Fingerprint:
    return replace(
        fingerprint,
        chroma=fingerprint.chroma[steps],
        bass=fingerprint.bass[steps],
        onsets=fingerprint.onsets[steps],
        bands=fingerprint.bands[beats],
        lead=fingerprint.lead[beats],
    )


def _averaged(fingerprint: Fingerprint, steps: NDArray[np.int_], beats: NDArray[np.int_]) -> Fingerprint:
    def mean(values: Float32, pairs: NDArray[np.int_]) -> Float32:
        return np.asarray(values[np.clip(pairs, 0, len(values) - 1)].mean(axis=1), np.float32)

    return replace(
        fingerprint,
        chroma=mean(fingerprint.chroma, steps),
        bass=mean(fingerprint.bass, steps),
        onsets=mean(fingerprint.onsets, steps),
        bands=mean(fingerprint.bands, beats),
        lead=mean(fingerprint.lead, beats),
    )
