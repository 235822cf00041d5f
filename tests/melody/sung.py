"""Sung tunes as sound and as contours, for the tests of this folder."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.melody.contour import HOP_S, Contour
from vocmatch_desktop.synth.voice import Singer, sing
from vocmatch_desktop.synth.voice import Sung as SungNote
from vocmatch_desktop.types import Audio

TUNE = (
    SungNote(0.4, 0.85, 60.0, "da"),
    SungNote(0.95, 1.4, 64.0, "na"),
    SungNote(1.5, 1.95, 64.0, "na"),
    SungNote(2.05, 2.8, 67.0, "la"),
    SungNote(3.2, 4.2, 62.0, "mo"),
)


def voice(notes: tuple[SungNote, ...] = TUNE, seconds: float = 4.6, *, tuning: float = 0.0) -> Audio:
    """A formant voice singing `notes`, mono at 44.1 kHz."""
    tuned = [SungNote(note.onset_s, note.offset_s, note.pitch + tuning, note.syllable) for note in notes]
    return sing(tuned, seconds, Singer(vibrato_cents=30.0), seed=5)


def contour(spans: list[tuple[float, float, float]], seconds: float, *, vibrato: float = 0.0) -> Contour:
    """What would be heard of notes (onset, offset, pitch) sung ideally; `vibrato` in semitones, 5.5 Hz."""
    times = np.arange(0, seconds, HOP_S)
    pitch, level = np.zeros(len(times), np.float32), np.full(len(times), -80, np.float32)
    onset, offset = (np.zeros(len(times), np.float32) for _ in range(2))
    for start, stop, height in spans:
        sounding = (times >= start) & (times < stop)
        pitch[sounding] = height + vibrato * np.sin(2 * np.pi * 5.5 * times[sounding])
        level[sounding] = -20
        for values, time in ((onset, start), (offset, stop)):
            values[round(time / HOP_S) - 2 : round(time / HOP_S) + 3] = (0.1, 0.5, 0.9, 0.5, 0.1)
    sure = np.where(pitch > 0, 0.97, 0.02).astype(np.float32)
    return Contour(seconds, HOP_S, pitch, sure, level, onset, offset, sure)
