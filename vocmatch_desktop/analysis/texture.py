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

PARTIALS = ((0, 1.0), (12, 0.8), (19, 0.65), (24, 0.5), (28, 0.4), (31, 0.3))
"""Semitones above a note where its partials lie, and what they count."""

RISE_FRAMES = 3
FAINT = 0.2
ACCOMPANIMENT, BUSY = 0.08, 0.33
"""Activity of chords alone, and of the busiest leads: a quarter of the beats of 36 instrumentals passes 0.55."""


def level_db(power: Float32) -> Float32:
    """Power to dB, floored at −200."""
    return (10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))).astype(np.float32)


def lead_activity(notes: Float32, beats_s: NDArray[np.float64]) -> Float32:
    """How busy a lead between G3 and D6 is in every beat, float32 [beats], 0…1.

    A lead stands out of the other notes of its range and keeps setting new ones: the prominence of the strongest
    note (by harmonic summation; Salamon & Gómez 2012) times how fast notes rise there. On three produced songs it tells
    beats with from beats without a voice with an area under the curve of about 0.8.
    """
    sums = _harmonic_sums(notes)
    top = sums.max(axis=1)
    loud = float(np.percentile(top, 95)) if len(top) else 0.0
    if loud <= 0:
        return np.zeros(len(beats_s) - 1, np.float32)
    prominence = np.where(top > FAINT * loud, 1 - np.median(sums, axis=1) / np.maximum(top, 1e-9), 0)
    roots = _harmonic_sums(np.sqrt(notes))
    rise = np.zeros(len(roots), np.float32)
    rise[RISE_FRAMES:] = np.maximum(roots[RISE_FRAMES:] - roots[:-RISE_FRAMES], 0).max(axis=1)
    rise /= max(float(np.percentile(roots.max(axis=1), 95)), 1e-9)
    stands_out = mean_between(prominence.astype(np.float32), PITCH_HOP_S, beats_s)
    activity = stands_out * mean_between(rise, PITCH_HOP_S, beats_s)
    return np.asarray(np.clip((activity - ACCOMPANIMENT) / (BUSY - ACCOMPANIMENT), 0, 1), np.float32)


def _harmonic_sums(notes: Float32) -> Float32:
    """Salience of every note of `LEAD_NOTES` with its partials, float32 [frames, 32]."""
    first, last = LEAD_NOTES[0] - LOWEST_NOTE, LEAD_NOTES[1] + 1 - LOWEST_NOTE
    padded = np.pad(notes, ((0, 0), (0, PARTIALS[-1][0])))
    return np.asarray(sum(weight * padded[:, first + up : last + up] for up, weight in PARTIALS), np.float32)
