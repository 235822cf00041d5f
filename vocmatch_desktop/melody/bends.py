"""What a voice does inside its notes, as pitch bend: slides, vibrato, and how far off it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.melody.contour import Contour
from vocmatch_desktop.melody.midi import BEND_RANGE, Bend
from vocmatch_desktop.types import Note

STEP = 2
"""Frames of the contour between two bends, 16 ms: the pitch network's own hop."""


def bends(contour: Contour, found: Sequence[Note], written: Sequence[Note]) -> tuple[tuple[Bend, ...], ...]:
    """For every written note its bends, (seconds, semitones from its number), the first at its onset.

    Args:
        contour: What was heard.
        found: The notes as they were heard.
        written: The notes as they are written. Each bends as the heard one that begins nearest to it, so moved notes
            keep their slides; a note moved by octaves bends as if it had been sung there.
    """
    if not found:
        return tuple(() for _ in written)
    onsets = np.array([note.onset_s for note in found])
    nearest = [found[int(np.argmin(np.abs(onsets - note.onset_s)))] for note in written]
    return tuple(tuple(_bend(contour, *pair)) for pair in zip(nearest, written, strict=True))


def _bend(contour: Contour, heard: Note, written: Note) -> list[Bend]:
    first, last = (round(second / contour.hop_s) for second in (heard.onset_s, heard.offset_s))
    frames = np.arange(first, min(last, len(contour.pitch)), STEP)
    frames = frames[contour.voiced[frames]]
    octaves = 12 * round((written.number - heard.number) / 12)
    semitones = np.clip(contour.pitch[frames] + octaves - written.number, -BEND_RANGE, BEND_RANGE)
    times = written.onset_s + np.maximum(0.0, frames * contour.hop_s - heard.onset_s)
    curve = [(float(time), float(bend)) for time, bend in zip(times, semitones, strict=True) if time < written.offset_s]
    return [(written.onset_s, curve[0][1] if curve else 0.0), *curve]
