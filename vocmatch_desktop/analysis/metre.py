"""Which beats begin bars."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

Float64 = NDArray[np.float64]

BEATS_PER_BAR = 4
PLACES = 2 * BEATS_PER_BAR
RESTLESS = 0.4
ON_THE_BEAT = 0.3


def bar_line(chroma: Float32, bass: Float32, onsets: Float32) -> int:
    """Which of the first eight half-beats begins a bar.

    Half-beats, because off-beat chords and basses (house, reggae, afrobeat) can carry more sound than the beats do.
    Chords and bass notes change at bar lines, kicks fall on them and not between beats, snares fall on beats 2 and 4.

    Args:
        chroma: [half-beats, 12], of the stretch from each half-beat to the next.
        bass: [half-beats, 12].
        onsets: [half-beats, 4], flux in the four bands just around each half-beat.

    The weights are those of a logistic model of 30 rendered songs, rounded; left out one by one it got 29 bars right.
    """
    if len(onsets) < 2 * PLACES:
        return 0
    flux = onsets / np.maximum(onsets.mean(axis=0), 1e-9)
    cues = np.column_stack([_change(chroma, 2), _change(bass, 2), _change(chroma, 4), _change(bass, 4), flux])
    place = np.array([cues[start::PLACES].mean(axis=0) for start in range(PLACES)])
    # Where everything changes all the time (drums alone, a busy bass) a change says little.
    place[:, :4] /= 1 + (place[:, :4].mean(axis=0) / RESTLESS) ** 2
    chord, root, long_chord, long_root, low, _, high, air = (place - place.mean(axis=0)).T
    score = 7.7 * chord + 4.4 * root + 7.0 * long_chord + 2.0 * long_root
    score += 0.65 * low - 0.25 * sum(np.roll(low, -step) for step in (1, 3, 5, 7))
    score += 0.8 * (np.roll(high, -2) + np.roll(high, -6)) - 0.8 * air
    score[::2] += ON_THE_BEAT
    return int(np.argmax(score))


def _change(vectors: Float32, width: int) -> Float64:
    """1 − cosine between the sums of `width` half-beats before and from each on, [half-beats]; 0 beside silence."""
    count = len(vectors)
    summed = np.concatenate([np.zeros((1, vectors.shape[1])), np.cumsum(vectors, axis=0)])
    here = np.arange(count)
    before = summed[here] - summed[np.maximum(here - width, 0)]
    after = summed[np.minimum(here + width, count)] - summed[here]
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    cosine = (before * after).sum(axis=1) / np.maximum(norms, 1e-12)
    return np.where(norms > 1e-12, 1 - cosine, 0.0)
