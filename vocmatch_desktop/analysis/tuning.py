"""How far a sound's A4 lies from 440 Hz."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.types import Float32

ENOUGH = 0.08
"""Mean resultant length (0 = pitches lie anywhere, 1 = all on one grid) below which there is no tuning to speak of."""


def tuning_of(pitch: Float32, weight: Float32) -> float:
    """Offset in semitones, −0.5…0.5, of the equal-tempered grid the weighted MIDI pitches lie on; 0 where none does.

    The circular mean of the pitches' fractions (Dressler & Streich 2007).
    """
    total = float(weight.sum())
    if total <= 0:
        return 0.0
    mean = complex(np.sum(weight * np.exp(2j * np.pi * pitch.astype(np.float64)))) / total
    return float(np.angle(mean) / (2 * np.pi)) if abs(mean) > ENOUGH else 0.0
