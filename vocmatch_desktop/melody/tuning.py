"""Which grid of semitones a singer holds to: nobody sings alone at 440 Hz, and few end where they began."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.tuning import tuning_of
from vocmatch_desktop.types import Note

DRIFT_S = 12.0
"""Over how much singing the tuning is averaged: some phrases; it drifts no faster."""

LONGEST_WEIGHT_S = 1.0


def estimate(notes: Sequence[Note]) -> float:
    """The take's offset from 440 Hz in semitones, −0.5…0.5, weighted by duration (circular mean); 0 without a grid."""
    pitch, weight = _weighed(notes)
    return tuning_of(pitch.astype(np.float32), weight.astype(np.float32))


def drifting(notes: Sequence[Note]) -> NDArray[np.float64]:
    """The offset at every note, semitones, float64 [n], following a drift without jumping.

    Every note's fraction of a semitone is averaged on the circle with its neighbours' (Gaussian, σ = 12 s) and, where
    these disagree, with the whole take's; unwrapped from note to note, so that a singer who sinks by a semitone ends
    a semitone lower.
    """
    if not notes:
        return np.zeros(0)
    pitch, weight = _weighed(notes)
    at = np.array([(note.onset_s + note.offset_s) / 2 for note in notes])
    near = np.exp(-0.5 * ((at[:, None] - at[None, :]) / DRIFT_S) ** 2)
    fractions = weight * np.exp(2j * np.pi * pitch)
    whole = fractions.sum() / max(float(weight.sum()), 1e-9)
    local = near @ fractions + whole * LONGEST_WEIGHT_S
    offsets = np.unwrap(np.angle(local)) / (2 * np.pi)
    return np.asarray(offsets - np.round(np.median(offsets)))


def _weighed(notes: Sequence[Note]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pitch = np.array([note.pitch for note in notes], np.float64)
    weight = np.array([min(note.offset_s - note.onset_s, LONGEST_WEIGHT_S) for note in notes], np.float64)
    return pitch, weight
