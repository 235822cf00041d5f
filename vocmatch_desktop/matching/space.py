"""Does the beat leave room for the voice: is a lead busy while it sings, and does anything sit in its bands?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Fingerprint, Float32, TakeFeatures, Transform

VOICE_BANDS = slice(2, 7)
"""250, 500, 1000, 2000, 4000 Hz: where words live."""

_MASKING_DB = 6.0
"""Level difference by which the odds of being covered grow e-fold."""


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What the beat does while the voice sings.

    `room`: 0…1. `lead`: mean lead activity, 0…1. `masked`: float [5], share of each voice band that is covered.
    `beats`: int [n], grid beats under the sung seconds, ascending.
    """

    room: float
    lead: float
    masked: NDArray[np.float64]
    beats: NDArray[np.intp]


def room(take: TakeFeatures, beat: Fingerprint, transform: Transform) -> Room:
    """How much room a beat leaves as it is laid."""
    seconds, voiced = _sung_seconds(take)
    times = transform.start_s + (seconds + 0.5) * transform.tempo_ratio
    beats = np.searchsorted(beat.grid.beats_s, times, side="right") - 1
    inside = (beats >= 0) & (beats < beat.grid.beats)
    if not inside.any():
        return Room(1.0, 0.0, np.zeros(5), np.zeros(0, dtype=np.intp))
    beats, rows, weights = beats[inside], seconds[inside], voiced[inside] / voiced[inside].sum()
    lead = float(weights @ beat.lead[beats])
    # Both are compared at equal loudness, as they are auditioned.
    level = take.bands[rows, VOICE_BANDS] - take.loudness_lufs - beat.bands[beats, VOICE_BANDS] + beat.loudness_lufs
    covered = 1 / (1 + np.exp(np.clip(level / _MASKING_DB, -30, 30)))
    masked = np.asarray(weights @ covered, dtype=np.float64)
    open_share = 1 - float(masked @ _band_weights(take, rows))
    return Room(float(np.clip(0.5 * (1 - lead) + 0.5 * open_share, 0, 1)), lead, masked, np.unique(beats))


def _sung_seconds(take: TakeFeatures) -> tuple[NDArray[np.intp], Float32]:
    """The seconds of a take in which it sings, and the share of each that is voiced."""
    second = np.clip(take.pitch.times_s[take.pitch.voiced].astype(np.intp), 0, max(len(take.bands) - 1, 0))
    share = np.bincount(second, minlength=len(take.bands)).astype(np.float32) * take.pitch.hop_s
    sung = np.flatnonzero(share > 0)
    return sung, share[sung]


def _band_weights(take: TakeFeatures, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """How much each voice band matters: by the take's own level there, 6 dB counting double."""
    mean = take.bands[rows, VOICE_BANDS].mean(axis=0)
    weights = 2.0 ** ((mean - mean.max()) / 6)
    return np.asarray(weights / weights.sum(), dtype=np.float64)
