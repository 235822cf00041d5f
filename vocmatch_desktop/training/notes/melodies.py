"""What is sung to train on: parts of real songs, and exercises as they are sung at sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.types import Note

LEAD_S = 0.4
"""Silence before the first note, on average."""

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 8, 11), (0, 2, 4, 7, 9))
_LENGTHS = (0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 1.5, 2.0, 3.0)


def drawn(
    song: Callable[[np.random.Generator], Composition], seconds: float, share: float, rng: np.random.Generator
) -> tuple[Note, ...]:
    """A melody of at most `seconds`: with probability `share` an exercise, else a part of `song(rng)`."""
    if rng.random() < share:
        return exercise(seconds, rng)
    return excerpt(song(rng).melody, seconds, rng)


def excerpt(melody: tuple[Note, ...], seconds: float, rng: np.random.Generator) -> tuple[Note, ...]:
    """What is sung in `seconds` from some note on, at up to a third faster or slower; empty without a melody."""
    if not melody:
        return ()
    last = max(1, int(np.searchsorted([note.onset_s for note in melody], melody[-1].offset_s - 0.7 * seconds)))
    first = melody[int(rng.integers(last))]
    speed, lead = float(rng.uniform(0.75, 1.35)), float(rng.uniform(0.1, 2 * LEAD_S))
    moved = (
        replace(
            note,
            onset_s=lead + (note.onset_s - first.onset_s) / speed,
            offset_s=lead + (note.offset_s - first.onset_s) / speed,
        )
        for note in melody
    )
    return tuple(note for note in moved if note.onset_s >= lead and note.offset_s < seconds - 0.1)


def exercise(seconds: float, rng: np.random.Generator) -> tuple[Note, ...]:
    """Steps, leaps and repeated notes in a scale, with a breath now and then: as a sight-singing book has them."""
    scale = np.array(_SCALES[int(rng.integers(len(_SCALES)))])
    scale = np.concatenate([scale - 12, scale, scale + 12])
    tonic, beat_s = int(rng.integers(55, 67)), 60 / float(rng.uniform(60, 150))
    degree, at = int(len(scale) // 3 + rng.integers(5)), float(rng.uniform(0.1, 2 * LEAD_S))
    repeats, found = float(rng.uniform(0.05, 0.4)), list[Note]()
    while True:
        length = beat_s * _LENGTHS[int(rng.integers(len(_LENGTHS)))]
        if at + length > seconds - 0.1:
            return tuple(found)
        number = tonic + int(scale[degree])
        sounding = length * float(rng.uniform(0.75, 1.0) if rng.random() < 0.4 else 1.0)
        found.append(Note(at, at + sounding, float(number), number, 80))
        at += length + (beat_s * float(rng.integers(1, 3)) if rng.random() < 0.06 else 0.0)
        if rng.random() > repeats:
            step = int(rng.choice([1, 1, 1, 2, 2, 3, 4])) * int(rng.choice([-1, 1]))
            degree = int(np.clip(degree + step, 4, len(scale) - 5))
