"""Pitch classes over time, from spectral peaks.

`salience` lays every peak on the tuned semitone it belongs to; `chroma` and `bass_chroma` fold that into pitch classes
in the range a singer shares with the beat (180–2500 Hz) and below 250 Hz. Magnitudes, not power: the loudest note of
a chord must not hide the others (on real takes magnitude found the right backing twice as often as power).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.spectra import Peaks
from vocmatch_desktop.types import Float32

LOWEST_NOTE = 24
NOTES = 84
CHROMA_NOTES = (54, 99)
BASS_NOTES = (24, 55)
BASS_SLOPE_FROM, BASS_SLOPE = 36, 6.0
LOUD_PERCENTILE = 97.0


def salience(peaks: Peaks, tuning: float) -> Float32:
    """Magnitude a semitone, float32 [frames, 84] from MIDI 24 on.

    A peak between two semitones is shared among them with a squared cosine: 30 cents off still counts 80 % for one.
    """
    position = peaks.pitch - tuning - LOWEST_NOTE
    nearest = np.rint(position).astype(np.int64)
    share = np.cos(np.pi / 2 * np.abs(position - nearest)) ** 2
    other = nearest + np.where(position > nearest, 1, -1)
    table = np.zeros(peaks.frames * NOTES)
    for note, part in ((nearest, share), (other, 1 - share)):
        inside = (note >= 0) & (note < NOTES)
        cell = peaks.frame[inside].astype(np.int64) * NOTES + note[inside]
        table += np.bincount(cell, peaks.magnitude[inside] * part[inside], peaks.frames * NOTES)
    return table.reshape(peaks.frames, NOTES).astype(np.float32)


def chroma(notes: Float32) -> Float32:
    """Pitch classes of 180–2500 Hz, float32 [frames, 12], not scaled."""
    return _fold(notes, CHROMA_NOTES)


def bass_chroma(bass_notes: Float32) -> Float32:
    """Pitch classes below 250 Hz, float32 [frames, 12], not scaled; a note counts half each half octave above the bass.

    Chords reach far down: without the slope their thirds and fifths outshine the bass.
    """
    bass = _lows(bass_notes).argmax(axis=1) + BASS_NOTES[0] - LOWEST_NOTE
    above = np.maximum(np.arange(NOTES) - bass[:, None], 0)
    return _fold(np.asarray(bass_notes * 2.0 ** (-above / BASS_SLOPE), np.float32), BASS_NOTES)


def bass_line(bass_notes: Float32) -> NDArray[np.float64]:
    """Pitch classes of the one bass note of every frame, float64 [12], by the root of its weight; sums to 1 or 0."""
    lows = _lows(bass_notes)
    weight = np.sqrt(lows.max(axis=1, initial=0.0)).astype(np.float64)
    profile = np.bincount((lows.argmax(axis=1) + BASS_NOTES[0]) % 12, weight, 12)
    return np.asarray(profile / max(float(profile.sum()), 1e-12), np.float64)


def to_unit(values: Float32) -> Float32:
    """The same on a scale of 0…1 on which a loud moment's strongest pitch class is 1; silence stays 0."""
    strongest = values.max(axis=1, initial=0.0)
    loud = float(np.percentile(strongest[strongest > 0], LOUD_PERCENTILE)) if (strongest > 0).any() else 0.0
    return np.minimum(values / loud, 1).astype(np.float32) if loud > 0 else np.zeros_like(values)


def _lows(bass_notes: Float32) -> Float32:
    """Salience of the notes a bass plays, [frames, 32]: above C2 it counts half every half octave."""
    low, high = BASS_NOTES
    above = np.maximum(np.arange(low, high + 1) - BASS_SLOPE_FROM, 0)
    weighted = bass_notes[:, low - LOWEST_NOTE : high + 1 - LOWEST_NOTE] * 2.0 ** (-above / BASS_SLOPE)
    return np.asarray(weighted, np.float32)


def _fold(notes: Float32, between: tuple[int, int]) -> Float32:
    folded = np.zeros((len(notes), 12), np.float32)
    for note in range(between[0], between[1] + 1):
        folded[:, note % 12] += notes[:, note - LOWEST_NOTE]
    return folded
