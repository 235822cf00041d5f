"""How full a beat is, and where a lead already sings in the singer's range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.chroma import LOWEST_NOTE
from vocmatch_desktop.analysis.frames import mean_between
from vocmatch_desktop.analysis.spectra import PITCH_HOP_S
from vocmatch_desktop.types import SILENCE_DB, Float32

LEAD_NOTES = (55, 86)
"""G3–D6: 196–1175 Hz."""


def level_db(power: Float32) -> Float32:
    """Power to dB, floored at −200."""
    return (10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))).astype(np.float32)


def lead_activity(notes: Float32, beats_s: NDArray[np.float64]) -> Float32:
    """How busy a lead between G3 and D6 is in every beat, float32 [beats], 0…1.

    A lead is one note that stands out of all others of its range and that moves: its share of the range's salience in
    a frame, weighted by how much of the beat it spends on notes that it did not hold a beat ago.
    """
    region = notes[:, LEAD_NOTES[0] - LOWEST_NOTE : LEAD_NOTES[1] + 1 - LOWEST_NOTE]
    total = region.sum(axis=1)
    loud = float(np.percentile(total, 95)) if len(total) else 0.0
    if loud <= 0:
        return np.zeros(len(beats_s) - 1, np.float32)
    share = region.max(axis=1) / np.maximum(total, 1e-9)
    present = np.minimum(total / (0.3 * loud), 1)
    beat = float(np.mean(np.diff(beats_s)))
    back = max(1, round(beat / PITCH_HOP_S))
    top = region.argmax(axis=1)
    moved = np.concatenate([np.ones(min(back, len(top))), (top[back:] != top[:-back]).astype(float)])
    activity = present * np.clip((share - 0.25) / 0.5, 0, 1) * (0.3 + 0.7 * moved)
    return np.clip(mean_between(activity.astype(np.float32), PITCH_HOP_S, beats_s), 0, 1)
